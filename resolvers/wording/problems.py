"""The words of problems (сообщения о том, что можно исправить); no word of them is a person's data."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.wording.signatures import DOCUMENT_CHANGED, SIGNATURES
from resolvers.wording.uploads import UPLOADS
from resolvers.wording.words import called
from sources.postgres.ask import AUTHORITY_ZONE, LANGUAGES

UNSAID = "—"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")

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
    C.DATE_IN_FUTURE: ("Это время ещё не наступило: {field}.", "This time has not come yet: {field}."),
    C.DATE_OUTSIDE_EPISODE: (
        "Это время вне случая или посещения: {field}.",
        "This time is outside the episode or the encounter: {field}.",
    ),
    C.DATES_OUT_OF_ORDER: (
        "Так даты идти не могут: {field}.",
        "Dates cannot follow each other so: {field}.",
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
    C.ALREADY_RECORDED: ("Это уже записано.", "This is recorded already."),
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
    C.DATE_OUT_OF_RANGE: (
        "День должен быть с {earliest} по {latest}.",
        "The day must be from {earliest} to {latest}.",
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
    C.REASON_TOO_SHORT: (
        "Опишите причину подробнее: не меньше {least} букв.",
        "Say more of the reason: at least {least} letters.",
    ),
    C.AMBIGUOUS: (
        "Так названы несколько человек; укажите другой признак.",
        "Several are named so; say it in another way.",
    ),
    C.TOO_OFTEN: (
        "Слишком часто. Снова можно с {again} по московскому времени.",
        "Too often. It can be done again from {again}, Moscow time.",
    ),
    C.ALREADY_IN_FORCE: ("Это уже действует.", "This is in force already."),
    C.OPENED_BY_YOURSELF: (
        "Это делает другой: не тот, кто открыл доступ.",
        "Somebody else has to do it: not whoever opened the access.",
    ),
    C.ACCOUNT_MISSING: (
        "У этого человека ещё нет учётной записи: он не входил в кабинет.",
        "This person has no account yet: he has never signed in.",
    ),
    C.APPOINTED_NOT_EMPLOYED: (
        "Назначаемый не работает в этой организации.",
        "Whoever is appointed does not work in this organisation.",
    ),
    C.ALREADY_APPOINTED: (
        "Такое назначение уже есть или предложено.",
        "There is such an appointment, or a proposal of it, already.",
    ),
    C.FUNCTIONS_INCOMPATIBLE: (
        "Эту функцию нельзя совмещать с той, что уже есть или предложена: {function}.",
        "This function cannot be held together with one that is held or proposed already: {function}.",
    ),
    C.SECOND_PERSON_REQUIRED: (
        "Нужен другой человек: не тот, кто предложил, и не тот, о ком идёт речь.",
        "Somebody else has to do it: neither whoever proposed it, nor whom it is about.",
    ),
    C.LAST_OFFICER: (
        "Это последний назначающий: сначала назначьте другого.",
        "This is the last officer who appoints: appoint another first.",
    ),
    C.GRANT_TOO_WIDE: (
        "Передать можно только доступ, который есть у самого работника. Нет доступа к модулю: {module}.",
        "Only access that somebody has himself can be handed on. There is none to the module: {module}.",
    ),
    C.SELF_GRANT: ("Себе самому доступ не передают.", "Nobody is granted his own access."),
    C.TOO_MANY_GRANTS: (
        "В организации у работника может действовать не больше передач доступа, чем {most}.",
        "No more than {most} grants of one person can stand at an organisation.",
    ),
    C.NOT_ON_DUTY: (
        "Экстренно передать доступ заведующий может, пока у него идёт смена в этой организации.",
        "In an emergency whoever leads a department hands access on while he is on shift there.",
    ),
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
        "The organisation knows a patient of another name or date of birth by this number. Check the insurance policy.",
    ),
    C.REGISTRY_OWNED: (
        "Эти сведения реестр получает не от работодателя; исправить их через кабинет нельзя.",
        "The register has this from elsewhere than the employer; it cannot be corrected through the cabinet.",
    ),
    C.ALREADY_REGISTERED: ("Вы уже есть в реестре.", "You are in the register already."),
    C.IDENTITY_MISMATCH: (
        "Это не то, что сообщила о вас система входа: {field}.",
        "This is not what the sign-in said of you: {field}.",
    ),
    C.DATA_MISMATCH: (
        "Сведения расходятся с реестром. Обратитесь в поддержку и назовите номер заявки.",
        "What was said does not agree with the register. Turn to support and name the request.",
    ),
    C.OWN_REQUEST: (
        "О собственной заявке решает другой сотрудник.",
        "Another officer decides on what you asked for yourself.",
    ),
    C.ORG_NOT_FOUND: ("Такой организации нет в реестре.", "The register has no such organisation."),
    C.ORG_CLOSED: ("Эта организация закрыта.", "This organisation is closed."),
    C.POST_MISSING: (
        "Места работы в реестре нет: укажите должность и день приёма.",
        "The register has no post there: give the position and the first day.",
    ),
    C.MAIN_POST_TAKEN: (
        "Основное место работы у человека уже есть; укажите совместительство.",
        "The person has a main post already; give another kind.",
    ),
    C.TOO_EARLY: (
        "Код уже отправлен. Новый можно запросить с {again} по московскому времени.",
        "A code has been sent. Another can be asked for from {again}, Moscow time.",
    ),
    C.CODE_WRONG: (
        "Неверный код. Осталось попыток: {left}.",
        "The code is wrong. Attempts left: {left}.",
    ),
    C.CODE_EXPIRED: (
        "Этот код больше не действует. Запросите новый.",
        "This code is not good any more. Ask for another.",
    ),
    C.CHANNEL_UNAVAILABLE: (
        "Сейчас отправить код этим способом нельзя.",
        "No code can be sent this way at present.",
    ),
    C.CONTENT_ELSEWHERE: (
        "Файла этого документа здесь нет: известно только о самом документе.",
        "The file of this document is not here: only the document itself is known.",
    ),
    C.EXPORT_TOO_LARGE: (
        "Слишком много записей за это время: в одном пакете может быть не больше {most}. Выберите время короче.",
        "There are too many entries in this time: one package takes {most}. Choose a shorter time.",
    ),
    C.EXPORT_NOT_SET_UP: (
        "Выгрузка журнала не настроена: обратитесь к тем, кто обслуживает кабинет.",
        "The export of the journal is not set up: ask those who run the cabinet.",
    ),
    **SIGNATURES,
    **UPLOADS,
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
_CLINICAL_CHANGED = (
    "Запись о пациенте изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "What is recorded of the patient has changed since you read it; its version is {version} now.",
)
_GRANT_CHANGED = (
    "Передача доступа изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The grant has changed since you read it; its version is {version} now.",
)
_REQUEST_CHANGED = (
    "Заявка изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The request has changed since you read it; its version is {version} now.",
)
_APPOINTMENT_CHANGED = (
    "Назначение изменилось с тех пор, как вы его прочли; теперь его версия {version}.",
    "The appointment has changed since you read it; its version is {version} now.",
)
_LOCK_CHANGED = (
    "Блокировка изменилась с тех пор, как вы её прочли; теперь её версия {version}.",
    "The lock has changed since you read it; its version is {version} now.",
)
_TICKET_CHANGED = (
    "Обращение изменилось с тех пор, как вы его прочли; теперь его версия {version}.",
    "The ticket has changed since you read it; its version is {version} now.",
)
_CHANGED = {
    "DOCUMENT": DOCUMENT_CHANGED,
    "GRANT": _GRANT_CHANGED,
    "REQUEST": _REQUEST_CHANGED,
    "LOCK": _LOCK_CHANGED,
    "TICKET": _TICKET_CHANGED,
    "RECORD": _RECORD_CHANGED,
    "CLINICAL": _CLINICAL_CHANGED,
    "BOOKING": _BOOKING_CHANGED,
    "APPOINTMENT": _APPOINTMENT_CHANGED,
}
_NOT_LATER = ("День не должен быть позже {latest}.", "The day must not be after {latest}.")
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
    if problem.code is C.CONFLICT and (changed := _CHANGED.get(str(problem.values.get("object")))) is not None:
        return changed
    if problem.code is C.DATE_OUT_OF_RANGE and "earliest" not in problem.values:
        return _NOT_LATER
    if problem.code is C.ILLEGAL_TRANSITION and not problem.values.get("possible"):
        return _NOTHING_POSSIBLE
    return MESSAGES[problem.code]


def _said(value: str | int, place: int) -> str:
    """A value, or several with commas between them, in words; a day as it is written in the language."""
    text = str(value)
    if place == 0 and _is_day(text):
        return f"{date.fromisoformat(text):%d.%m.%Y}"
    if _INSTANT.match(text):
        local = datetime.fromisoformat(text).astimezone(AUTHORITY_ZONE)
        return f"{local:%d.%m.%Y %H:%M}" if place == 0 else f"{local:%Y-%m-%d %H:%M}"
    return ", ".join(called(part, place) for part in text.split(", ")) or UNSAID


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
