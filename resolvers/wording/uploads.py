"""The words of what stands in the way of putting a file in (загрузка файла)."""

from collections.abc import Mapping

from resolvers.acts.problem import ProblemCode

C = ProblemCode
UPLOADS: Mapping[ProblemCode, tuple[str, str]] = {
    C.DOCUMENT_KIND_NOT_TAKEN: (
        "Документ этого вида сюда не загружают.",
        "No document of this kind can be put in here.",
    ),
    C.FILE_TOO_LARGE: ("Файл слишком велик: можно до {most} МБ.", "The file is too large: up to {most} MB are taken."),
    C.FILE_REFUSED: ("Файл не принят. {why}", "The file is not taken. {why}"),
    C.TOO_MANY_UPLOADS: (
        "Начато слишком много загрузок; одновременно можно {most}. Завершите одну из них.",
        "Too many uploads are open; there may be {most} at a time. Complete one of them.",
    ),
    C.UPLOAD_EXPIRED: (
        "Время загрузки истекло. Начните её заново.",
        "The time of the upload is over. Begin it anew.",
    ),
    C.UPLOAD_HASH_DIFFERS: (
        "Пришёл не тот файл, о котором было сказано. Начните загрузку заново.",
        "It is not the file that was announced that came. Begin the upload anew.",
    ),
    C.UPLOAD_INCOMPLETE: ("Файл пришёл ещё не весь.", "Not all of the file has come yet."),
    C.UPLOAD_UNKNOWN: ("Такой загрузки у вас нет.", "You have no such upload."),
    C.UPLOAD_USED: ("Файл по этому разрешению уже загружен.", "The file was put in under this ticket already."),
}
