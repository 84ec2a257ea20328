"""The words of checks of documents (что не так с документом); each says what to put right."""

import re
from collections.abc import Mapping
from typing import Final

from resolvers.document.found import CheckReason
from sources.postgres.ask import LANGUAGES

R = CheckReason
_NAMED: Final = re.compile(r"\{\w+\}")
UNSAID: Final = "—"
PASSED = ("Замечаний нет.", "All is well.")
UNEXPLAINED: Mapping[str, tuple[str, str]] = {
    "WARNED": ("Есть замечание.", "There is a remark."),
    "FAILED": ("Проверка не пройдена.", "The check failed."),
}
MESSAGES: Mapping[str, tuple[str, str]] = {
    R.EMPTY_FILE: ("Файл пуст.", "The file is empty."),
    R.SIZE_DIFFERS: ("Размер файла не тот, что был назван.", "The file is not of the size that was said."),
    R.FILE_TOO_LARGE: ("Файл слишком велик; можно до {most} МБ.", "The file is too large; up to {most} MB are taken."),
    R.UNSUPPORTED_FORMAT: (
        "Это не PDF, JPEG, PNG или TIFF. Сохраните документ в одном из этих форматов.",
        "This is no PDF, JPEG, PNG or TIFF. Save the document as one of these.",
    ),
    R.FORMAT_NOT_OF_KIND: (
        "Документ этого вида в таком формате не принимается.",
        "A document of this kind is not taken in this format.",
    ),
    R.FILE_DAMAGED: (
        "Файл повреждён или обрезан. Сохраните документ заново.",
        "The file is damaged or cut off. Save the document anew.",
    ),
    R.MIXED_FORMATS: (
        "В файле есть что-то, кроме документа. Сохраните документ заново.",
        "There is something else in the file beside the document. Save the document anew.",
    ),
    R.ENCRYPTED: (
        "Файл защищён паролем или ограничен. Сохраните его без защиты.",
        "The file is protected by a password or restricted. Save it without.",
    ),
    R.ACTIVE_CONTENT: (
        "В файле есть действия или сценарии: {what}. Сохраните его как PDF/A.",
        "The file has actions or scripts: {what}. Save it as PDF/A.",
    ),
    R.ATTACHED_FILES: (
        "В файл вложены другие файлы. Загрузите каждый документ отдельно.",
        "Other files are attached inside the file. Upload each document by itself.",
    ),
    R.EXPANDS_TOO_FAR: (
        "Файл слишком велик в развёрнутом виде. Отсканируйте документ с разрешением 300 точек на дюйм.",
        "The file is too large once it is unpacked. Scan the document with 300 dots per inch.",
    ),
    R.TAKES_TOO_LONG: (
        "Файл не удалось прочитать за отведённое время. Сохраните документ заново.",
        "The file could not be read in time. Save the document anew.",
    ),
    R.TOO_MANY_PAGES: (
        "В документе {pages} страниц; можно до {most}.",
        "The document has {pages} pages; up to {most} are taken.",
    ),
    R.LOW_RESOLUTION: (
        "Разрешение страницы {page} — {dpi} точек на дюйм; нужно не меньше {least}. Отсканируйте её заново.",
        "The resolution of page {page} is {dpi} dots per inch; at least {least} are needed. Scan it again.",
    ),
    R.NUMBER_MISSING: ("Не указан номер документа.", "The number of the document is missing."),
    R.NUMBER_MALFORMED: (
        "Номер документа записан неверно.",
        "The number of the document is not of the expected form.",
    ),
    R.ISSUER_MISSING: ("Не указано, кто выдал документ.", "It is not said who issued the document."),
    R.ISSUE_DATE_MISSING: ("Не указана дата выдачи.", "The day of issue is missing."),
    R.EXPIRY_DATE_MISSING: (
        "Не указано, до какого дня действует документ.",
        "The last day of the document is missing.",
    ),
    R.ISSUED_IN_FUTURE: ("Дата выдачи ещё не наступила.", "The day of issue has not come yet."),
    R.NOT_YET_VALID: ("Срок действия ещё не начался.", "The document is not in force yet."),
    R.EXPIRED: ("Срок действия документа истёк.", "The document has expired."),
    R.TOO_OLD: (
        "Документ выдан слишком давно: он годен {months} месяцев.",
        "The document was issued too long ago: it is good for {months} months.",
    ),
    R.SAME_CONTENT: (
        "Тот же файл уже загружен как другой документ: {document}.",
        "The same file was put in already as another document: {document}.",
    ),
    R.ISSUER_UNKNOWN: (
        "Организация, выдавшая документ, реестру неизвестна; документ проверит эксперт.",
        "The register does not know who issued the document; an expert will look at it.",
    ),
    R.NOT_IN_REGISTER: (
        "Документа с таким номером в реестре нет.",
        "The register has no document of this number.",
    ),
    R.REGISTER_DIFFERS: (
        "Сведения документа расходятся с реестром.",
        "What is said of the document differs from the register.",
    ),
    R.LICENCE_NOT_ACTIVE: (
        "Лицензия по реестру не действует.",
        "By the register the licence is not in force.",
    ),
    R.NOT_SIGNED: (
        "Документ нужно подписать электронной подписью.",
        "The document needs an electronic signature.",
    ),
    R.SIGNATURE_OR_STAMP_NOT_SEEN: (
        "Печать и собственноручную подпись ещё не проверили.",
        "Nobody has looked at the stamp and the signature by hand yet.",
    ),
    R.NO_SIGNATURE_OR_STAMP: (
        "На документе нет печати или подписи. Отсканируйте заверенный документ.",
        "The document has no stamp or signature. Scan one that is certified.",
    ),
}
_WHAT: Mapping[str, tuple[str, str]] = {
    "JAVASCRIPT": ("сценарий", "a script"),
    "OPEN_ACTION": ("действие при открытии", "an action at its opening"),
    "ADDITIONAL_ACTIONS": ("действия на странице или в поле", "actions of a page or a field"),
    "LAUNCH": ("запуск программы", "the start of a program"),
    "REMOTE": ("переход в другой файл", "a jump into another file"),
    "SUBMIT": ("отправка данных", "the sending of data"),
    "MEDIA": ("звук, видео или трёхмерная модель", "sound, video or a model"),
    "XFA": ("форма XFA", "a form of XFA"),
    "LINK": ("небезопасная ссылка", "an unsafe link"),
    "EXTERNAL": ("ссылка на внешний файл", "a reference to a file outside"),
}


class _Said(dict[str, object]):
    """What is said of a check; of what is not, a dash."""

    def __missing__(self, name: str) -> str:
        return UNSAID


def told(
    reason: str | None, values: Mapping[str, str | int], page: int | None, language: str, verdict: str = "PASSED"
) -> str:
    """What a check found in the words of a language, ru or en; in Russian for any other.

    Of checks that were made elsewhere the reason may be unknown.
    """
    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    if reason is None or reason not in MESSAGES:
        return UNEXPLAINED.get(verdict, PASSED)[place]
    said = {name: _WHAT[str(value)][place] if value in _WHAT else value for name, value in values.items()}
    return MESSAGES[reason][place].format_map(_Said({**said, "page": page}))


def meaning(reason: CheckReason) -> str:
    """What a reason means, in English, whatever the numbers are."""
    return _NAMED.sub("…", MESSAGES[reason][LANGUAGES.index("en")])
