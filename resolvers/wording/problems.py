"""The words of problems (сообщения о том, что можно исправить); no word of them is a person's data."""

from collections.abc import Mapping
from datetime import date

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.wording.words import called
from sources.postgres.ask import LANGUAGES

UNSAID = "—"

C = ProblemCode
MESSAGES: Mapping[ProblemCode, tuple[str, str]] = {
    C.FIELD_REQUIRED: ("Не заполнено поле: {field}.", "This field is required: {field}."),
    C.FIELD_FORMAT: ("Неверный формат поля: {field}.", "This field is not of the expected form: {field}."),
    C.FIELD_TOO_LONG: (
        "Слишком длинный текст: {field}; можно до {most} знаков.",
        "This text is too long: {field}; up to {most} characters are taken.",
    ),
    C.FIELD_FORBIDDEN_CHARACTER: (
        "В тексте есть управляющий знак или знак направления письма: {field}.",
        "This text has a control character, or one that turns the direction of writing: {field}.",
    ),
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
    C.DOCUMENT_UNKNOWN: ("Такого документа нет: {slot}.", "There is no such document: {slot}."),
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
    C.CONFLICT: (
        "Заявление изменилось с тех пор, как вы его прочли; теперь его версия {version}.",
        "The application has changed since you read it; its version is {version} now.",
    ),
    C.ILLEGAL_TRANSITION: (
        "Сейчас этого сделать нельзя. Вы можете: {possible}.",
        "This cannot be done now. You can: {possible}.",
    ),
    C.IDEMPOTENCY_CONFLICT: (
        "Этот ключ уже использован для другого запроса.",
        "This key was used for another request already.",
    ),
    C.IDEMPOTENCY_IN_PROGRESS: (
        "Запрос с этим ключом ещё выполняется.",
        "The request with this key is still being carried out.",
    ),
    C.NOT_FOUND: ("Не найдено.", "Not found."),
    C.CONFLICT_OF_INTEREST: (
        "Нельзя решать о себе и о коллегах по организации.",
        "Nobody decides on himself or on colleagues of his organisation.",
    ),
    C.ALREADY_CLAIMED: ("Заявление взял другой эксперт.", "Another expert has claimed the application."),
    C.NOT_CLAIMED: ("Сначала возьмите заявление в работу.", "Claim the application first."),
    C.REASON_REQUIRED: ("Укажите причину.", "Give a reason."),
    C.NOT_PUBLISHED: (
        "Организация ещё не открыла это время для записи.",
        "The organisation has not opened this time for booking yet.",
    ),
    C.SLOT_PAST: ("Это время уже началось или прошло.", "This time has begun already, or is over."),
    C.SLOT_TAKEN: ("Это время уже занято; выберите другое.", "This time is taken already; choose another one."),
    C.PATIENT_BUSY: (
        "В это время пациент уже записан на приём.",
        "The patient is booked somewhere at this time already.",
    ),
    C.ON_BEHALF_REQUIRED: (
        "Укажите, от имени какого работника действует система: заголовок Kabinet-On-Behalf-Of.",
        "Name the practitioner on whose behalf the system acts: the header Kabinet-On-Behalf-Of.",
    ),
    C.PATIENT_DIFFERS: (
        "С этим ЕНП в организации зарегистрирован пациент с другими именем или датой рождения. Проверьте полис.",
        "The organisation knows a patient of another name or date of birth by this ЕНП. Check the policy.",
    ),
}

# What is said in other words of some objects, or where there is nothing to name.
_RECORD_CHANGED = (
    "Запись об аккредитации изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The record has changed since you read it; its version is {version} now.",
)
_BOOKING_CHANGED = (
    "Запись на приём изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The booking has changed since you read it; its version is {version} now.",
)
_CHANGED = {"RECORD": _RECORD_CHANGED, "BOOKING": _BOOKING_CHANGED}
_NOTHING_POSSIBLE = (
    "Сейчас этого сделать нельзя, и других шагов для вас сейчас нет.",
    "This cannot be done now, and there is no other step for you now.",
)


class _Said(dict[str, str]):
    """Values in words; one that nobody gave is a dash."""

    def __missing__(self, name: str) -> str:
        return UNSAID


def message(problem: Problem, language: str) -> str:
    """A problem in the words of a language, ru or en; in Russian for any other."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    said = _Said({name: _said(value, place) for name, value in problem.values.items()})
    return _sentence(problem)[place].format_map(said)


def _sentence(problem: Problem) -> tuple[str, str]:
    if problem.code is C.CONFLICT and (changed := _CHANGED.get(str(problem.values.get("object")))):
        return changed
    if problem.code is C.ILLEGAL_TRANSITION and not problem.values.get("possible"):
        return _NOTHING_POSSIBLE
    return MESSAGES[problem.code]


def _said(value: str | int, place: int) -> str:
    """A value, or several with commas between them, in words; a day as it is written in the language."""
    text = str(value)
    if place == 0 and _is_day(text):
        return f"{date.fromisoformat(text):%d.%m.%Y}"
    return ", ".join(called(part, place) for part in text.split(", ")) or UNSAID


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
