"""The words of problems (сообщения о том, что можно исправить); no word of them is a person's data."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.wording.applying import APPLYING
from resolvers.wording.changed import CHANGED
from resolvers.wording.empowering import EMPOWERING
from resolvers.wording.exchanging import SENDING
from resolvers.wording.prescribing import PRESCRIBING
from resolvers.wording.signatures import SIGNATURES
from resolvers.wording.treating import TREATING
from resolvers.wording.uploads import UPLOADS
from resolvers.wording.words import WORDS, called
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
    C.DATE_IN_FUTURE: ("Это время ещё не наступило: {field}.", "This time has not come yet: {field}."),
    C.DATES_OUT_OF_ORDER: (
        "Так даты идти не могут: {field}.",
        "Dates cannot follow each other so: {field}.",
    ),
    C.ALREADY_RECORDED: ("Это уже записано.", "This is recorded already."),
    C.DATE_OUT_OF_RANGE: (
        "День должен быть с {earliest} по {latest}.",
        "The day must be from {earliest} to {latest}.",
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
    C.TOO_MANY_TEMPLATES: (
        "Шаблонов отчётов уже {most}: больше хранить нельзя.",
        "There are {most} templates of reports already: more cannot be kept.",
    ),
    C.ALREADY_IN_FORCE: ("Это уже действует.", "This is in force already."),
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
    **APPLYING,
    **TREATING,
    **PRESCRIBING,
    **EMPOWERING,
    **SENDING,
    C.CONTENT_ELSEWHERE: (
        "Файла этого документа здесь нет: известно только о самом документе.",
        "The file of this document is not here: only the document itself is known.",
    ),
    C.EXPORT_TOO_LARGE: (
        "Слишком много записей за это время: в одном пакете может быть не больше {most}. Выберите время короче.",
        "There are too many entries in this time: one package takes {most}. Choose a shorter time.",
    ),
    C.SIGNING_UNAVAILABLE: (
        "Документ сейчас нечем подписать: повторите позже.",
        "The document cannot be signed now: try again later.",
    ),
    C.EXPORT_NOT_SET_UP: (
        "Выгрузка журнала не настроена: обратитесь к тем, кто обслуживает кабинет.",
        "The export of the journal is not set up: ask those who run the cabinet.",
    ),
    **SIGNATURES,
    **UPLOADS,
}

# What is said in other words where there is nothing to name.
_NOT_LATER = ("День не должен быть позже {latest}.", "The day must not be after {latest}.")
_NOTHING_POSSIBLE = (
    "Сейчас этого сделать нельзя, и других шагов для вас сейчас нет.",
    "This cannot be done now, and there is no other step for you now.",
)


class _Said(dict[str, str]):
    """Values in words; one that nobody gave is a dash."""

    def __missing__(self, name: str) -> str:
        return UNSAID


# A place that no rules know was written by whoever asks, and is no word of ours.
_NO_SUCH_DOCUMENT = ("Среди ваших документов такого нет.", "There is no such document among yours.")


def message(problem: Problem, language: str) -> str:
    """A problem in the words of a language, ru or en; in Russian for any other."""
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    said = _Said({name: _said(value, place) for name, value in problem.values.items()})
    return _sentence(problem)[place].format_map(said)


def _sentence(problem: Problem) -> tuple[str, str]:
    if problem.code is C.CONFLICT and (changed := CHANGED.get(str(problem.values.get("object")))) is not None:
        return changed
    if problem.code is C.DATE_OUT_OF_RANGE and "earliest" not in problem.values:
        return _NOT_LATER
    if problem.code is C.ILLEGAL_TRANSITION and not problem.values.get("possible"):
        return _NOTHING_POSSIBLE
    if problem.code is C.DOCUMENT_UNKNOWN and str(problem.values.get("slot")) not in WORDS:
        return _NO_SUCH_DOCUMENT
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
