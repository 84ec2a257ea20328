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
    C.SPECIALTY_NOT_FITTING: (
        "Ваша специальность не подходит к таким сведениям: {special}.",
        "Your specialty does not fit what is specially protected: {special}.",
    ),
    C.PATIENT_CONSENT_MISSING: (
        "Нет согласия пациента на доступ организации к таким сведениям: {special}.",
        "The patient does not consent that the organisation reads this: {special}.",
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
    C.RECORDS_REMAIN: (
        "При этом посещении сделаны записи, которые действуют; сначала отметьте их.",
        "What was recorded at this encounter counts; mark that before.",
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
