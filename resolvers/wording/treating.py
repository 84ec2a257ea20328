"""The words of what cannot be recorded of a patient, or opened (замечания к записям о пациенте)."""

from collections.abc import Mapping

from resolvers.acts.problem import ProblemCode

C = ProblemCode
TREATING: Mapping[ProblemCode, tuple[str, str]] = {
    C.UNKNOWN_CODE: ("Такого кода нет в справочнике: {book}.", "The book has no such code: {book}."),
    C.UNIT_NOT_OF_CODE: (
        "Этот показатель записывается не так; единица измерения: {unit}.",
        "This is not recorded so; its unit: {unit}.",
    ),
    C.VALUE_OUT_OF_RANGE: (
        "Такого значения быть не может; ожидается от {least} до {most}.",
        "There can be no such value; expected is {least} to {most}.",
    ),
    C.FLAG_NOT_OF_VALUE: (
        "Отметка об отклонении не соответствует значению.",
        "The flag does not fit the value.",
    ),
    C.DATE_OUTSIDE_EPISODE: (
        "Это время вне случая или посещения: {field}.",
        "This time is outside the episode or the encounter: {field}.",
    ),
    C.EPISODE_CLOSED: ("Случай закрыт.", "The episode is closed."),
    C.PRACTITIONER_NOT_QUALIFIED: (
        "Случай ведёт врач с действующей аккредитацией в этой организации.",
        "An episode is led by a doctor who is accredited in this organisation.",
    ),
    C.RELATION_MISSING: (
        "Нет действующего основания: {basis}.",
        "There is no such relation of care in force: {basis}.",
    ),
    C.WRONG_WORKPLACE: (
        "Это запись другой организации; выберите место работы в ней.",
        "This is a record of another organisation; choose a workplace there.",
    ),
    C.LABEL_TOO_OPEN: (
        "Запись не может быть доступнее посещения или случая, к которому она относится.",
        "An entry cannot be more open than the encounter or episode that it is of.",
    ),
    C.CERTIFICATE_NOT_OF_SPECIALTY: (
        "Такую справку выдают врачи других специальностей.",
        "Doctors of other specialties issue such a certificate.",
    ),
    C.SPECIALTY_NOT_FITTING: (
        "Ваша специальность не подходит к таким сведениям: {special}.",
        "Your specialty does not fit what is specially protected: {special}.",
    ),
    C.PATIENT_CONSENT_MISSING: (
        "Пациент не дал этой организации согласия, которое для этого нужно: {special}.",
        "The patient has not given this organisation the consent that this takes: {special}.",
    ),
    C.CORRECTION_OPEN: ("Эту запись уже исправляет другая.", "Another entry corrects this one already."),
    C.OWN_NOTE: (
        "Свою запись подписывает другой: наставник не подтверждает сам себя.",
        "Nobody co-signs his own entry: that is for another to do.",
    ),
    C.BASIS_NOT_SUITABLE: (
        "Такое основание или такая цель не для вашей должности.",
        "This basis, or this purpose, is not one of your office.",
    ),
    C.ORDER_NOT_IN_STATE: (
        "С этим назначением этого сделать нельзя: {status}.",
        "This cannot be done with the order: {status}.",
    ),
    C.DIRECTION_REQUIRED: (
        "Нужна действующая специальная аккредитация по этому направлению: {direction}.",
        "It takes a special accreditation of this direction in force: {direction}.",
    ),
    C.CODE_NOT_OF_ORDER: (
        "Этого показателя нет среди показателей услуги: {service}.",
        "The service does not measure this: {service}.",
    ),
    C.ORDER_FOR_ANOTHER: (
        "Назначение выполняет другая организация, не та, в которую направляют.",
        "The order is for another organisation than the one to which the patient is referred.",
    ),
    C.RECORDS_REMAIN: (
        "При этом посещении сделаны записи, которые действуют; сначала отметьте их.",
        "What was recorded at this encounter counts; mark that before.",
    ),
    C.SERVICE_NOT_OF_ORDER: ("Назначена другая услуга.", "Another service was ordered."),
    C.SERVICE_NOT_OF_NURSING: (
        "Эту услугу выполняет врач; средний медицинский персонал самостоятельно её не выполняет.",
        "This service is done by a doctor; nursing does not do it by itself.",
    ),
    C.PERIOD_NOT_WHOLE: (
        "Отчёт передаётся за целые календарные месяцы, не больше чем за год.",
        "A report is submitted of whole calendar months, of a year at most.",
    ),
    C.PERIOD_NOT_OVER: (
        "Период ещё не закончился; отчёт передаётся после его последнего дня.",
        "The period is not over; a report is submitted after its last day.",
    ),
    C.TELEMEDICINE_NOT_OFFERED: (
        "Этот врач не аккредитован для телемедицинских консультаций в этой организации.",
        "This doctor is not accredited for telemedicine in this organisation.",
    ),
    C.VISIT_MISSING: (
        "Повторная консультация возможна после очного приёма у этого врача.",
        "A repeated consultation takes a visit in person to this doctor before.",
    ),
    C.CONCLUSION_NOT_SIGNED: (
        "Заключение — это подписанная запись вида «консультация».",
        "The conclusion is a signed entry of the kind CONSULTATION.",
    ),
    C.PRIMARY_WITHOUT_DIAGNOSIS: (
        "На первичной телемедицинской консультации диагноз не ставят.",
        "At a primary session of telemedicine no diagnosis is made.",
    ),
    C.TOO_MANY_INQUIRIES: (
        "За сутки можно открыть не больше запросов, чем {most}.",
        "No more than {most} inquiries can be opened within 24 hours.",
    ),
    C.PATIENT_DIFFERS: (
        "С этим ЕНП в организации зарегистрирован пациент с другими именем или датой рождения. Проверьте полис.",
        "The organisation knows a patient of another name or date of birth by this number. Check the insurance policy.",
    ),
}
