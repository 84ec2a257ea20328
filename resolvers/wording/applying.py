"""The words of what an application for accreditation lacks (замечания к заявлению)."""

from collections.abc import Mapping

from resolvers.acts.problem import ProblemCode

C = ProblemCode
APPLYING: Mapping[ProblemCode, tuple[str, str]] = {
    C.UNKNOWN_SPECIALTY: (
        "Такого кода нет в справочнике специальностей.",
        "The book of specialties has no such code.",
    ),
    C.SPECIALTY_NOT_SUPPORTED_BY_EDUCATION: (
        "Образование, известное реестру, не даёт специальности {specialty}. Есть другое — приложите документ о нём.",
        "The education known to the registry does not support the specialty {specialty}. Enclose a diploma of other.",
    ),
    C.DIRECTION_NOT_OF_SPECIALTY: (
        "Специальность не открывает этого направления: {direction}.",
        "The specialty does not open this direction: {direction}.",
    ),
    C.TERM_OUT_OF_RANGE: (
        "Срок должен быть от {least} до {most} дней.",
        "The length must be from {least} to {most} days.",
    ),
    C.CONSENT_MISSING: (
        "Нужно согласие {consent}, версия {version}.",
        "Consent is needed {consent}, version {version}.",
    ),
    C.DOCUMENT_MISSING: ("Приложите документ: {slot}.", "Enclose a document: {slot}."),
    C.ATTESTATION_MISSING: (
        "Нет действующего подтверждения: {attestation}. Его вносит кадровая служба организации.",
        "This is not attested: {attestation}. The personnel office of the organisation records it.",
    ),
    C.DOCUMENT_UNKNOWN: (
        "Среди ваших документов такого нет; место для него: {slot}.",
        "There is no such document among yours; its place: {slot}.",
    ),
    C.DOCUMENT_NOT_SUITABLE: (
        "Документ не подходит: {slot} — {reason}.",
        "The document does not fit: {slot} — {reason}.",
    ),
    C.NOT_EMPLOYED: ("Вы не работаете в этой организации.", "You are not employed in this organisation."),
    C.LICENSE_NOT_ACTIVE: (
        "У организации нет такой действующей лицензии.",
        "The organisation has no such licence in force.",
    ),
    C.SUPERVISOR_REQUIRED: ("Укажите наставника.", "Name a supervisor."),
    C.SUPERVISOR_NOT_QUALIFIED: (
        "Наставник должен работать в той же организации и иметь действующую постоянную аккредитацию.",
        "The supervisor must work in the same organisation under a permanent accreditation in force.",
    ),
    C.BASE_REQUIRED: (
        "Укажите аккредитацию, к которой относится заявление.",
        "Name the accreditation that this one stands on.",
    ),
    C.BASE_NOT_IN_FORCE: (
        "Указанная аккредитация не действует или не относится к этой специальности.",
        "The accreditation named is not in force, or is of another specialty.",
    ),
    C.ALREADY_OPEN: (
        "Такое заявление уже рассматривается.",
        "Such an application is under way already.",
    ),
    C.ALREADY_GRANTED: (
        "Такая аккредитация уже дана; её можно продлить.",
        "Such an accreditation was granted already; it can be renewed.",
    ),
    C.ACCREDITATION_SUSPENDED: (
        "Аккредитация по этой специальности приостановлена.",
        "An accreditation in this specialty is suspended.",
    ),
    C.RENEWAL_TOO_EARLY: (
        "Следующее заявление можно подать с {opensOn}.",
        "The next application can be made from {opensOn}.",
    ),
    C.PAYMENT_NOT_CONFIRMED: ("Оплата не подтверждена.", "The payment is not confirmed."),
    C.CONFLICT_OF_INTEREST: (
        "Нельзя решать о себе и о коллегах по организации.",
        "Nobody decides on himself or on colleagues of his organisation.",
    ),
    C.ALREADY_CLAIMED: ("Заявление взял другой эксперт.", "Another expert has claimed the application."),
    C.NOT_CLAIMED: ("Сначала возьмите заявление в работу.", "Claim the application first."),
}
