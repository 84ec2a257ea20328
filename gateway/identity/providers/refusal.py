"""Why a sign-in comes to nothing: a precise word for operators, and the few codes that anybody else is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Told(StrEnum):
    """What an outsider is told (docs/sign-in.md); nothing of it says which check it was that failed."""

    UNKNOWN_METHOD = "SIGN_IN_UNKNOWN_METHOD"
    BAD_REQUEST = "SIGN_IN_BAD_REQUEST"
    FAILED = "SIGN_IN_FAILED"
    CANCELLED = "SIGN_IN_CANCELLED"
    NOT_CONFIRMED = "SIGN_IN_NOT_CONFIRMED"
    NO_SECOND_FACTOR = "SIGN_IN_SECOND_FACTOR_NOT_CONFIGURED"
    NOT_ENTITLED = "SIGN_IN_NOT_ENTITLED"
    UNAVAILABLE = "SIGN_IN_UNAVAILABLE"
    MISCONFIGURED = "SIGN_IN_MISCONFIGURED"
    REQUIRED = "SIGN_IN_REQUIRED"
    STEP_UP_FAILED = "STEP_UP_FAILED"
    TOO_OFTEN = "SIGN_IN_TOO_OFTEN"


class Why(StrEnum):
    """Why it was; for the audit entry and the log, never for the caller."""

    METHOD_UNKNOWN = "METHOD_UNKNOWN"
    RETURN_TO = "RETURN_TO"
    MAX_AGE = "MAX_AGE"
    PARAMETER = "PARAMETER"
    STATE_MISSING = "STATE_MISSING"
    STATE_UNKNOWN = "STATE_UNKNOWN"
    STATE_SPENT = "STATE_SPENT"
    STATE_EXPIRED = "STATE_EXPIRED"
    OTHER_BROWSER = "OTHER_BROWSER"
    OTHER_METHOD = "OTHER_METHOD"
    ISSUER_MIXED_UP = "ISSUER_MIXED_UP"
    CODE_MISSING = "CODE_MISSING"
    CODE_REFUSED = "CODE_REFUSED"
    VERIFIER_REFUSED = "VERIFIER_REFUSED"
    ANSWER_MALFORMED = "ANSWER_MALFORMED"
    ANSWER_STATE = "ANSWER_STATE"
    ID_TOKEN_MISSING = "ID_TOKEN_MISSING"  # noqa: S105 - a word
    ID_TOKEN_MALFORMED = "ID_TOKEN_MALFORMED"  # noqa: S105 - a word
    ID_TOKEN_ALGORITHM = "ID_TOKEN_ALGORITHM"  # noqa: S105 - a word
    ID_TOKEN_KEY = "ID_TOKEN_KEY"  # noqa: S105 - a word
    ID_TOKEN_SIGNATURE = "ID_TOKEN_SIGNATURE"  # noqa: S105 - a word
    ID_TOKEN_ISSUER = "ID_TOKEN_ISSUER"  # noqa: S105 - a word
    ID_TOKEN_AUDIENCE = "ID_TOKEN_AUDIENCE"  # noqa: S105 - a word
    ID_TOKEN_EXPIRED = "ID_TOKEN_EXPIRED"  # noqa: S105 - a word
    ID_TOKEN_FUTURE = "ID_TOKEN_FUTURE"  # noqa: S105 - a word
    ID_TOKEN_NONCE = "ID_TOKEN_NONCE"  # noqa: S105 - a word
    ID_TOKEN_CLAIMS = "ID_TOKEN_CLAIMS"  # noqa: S105 - a word
    SUBJECT_DIFFERS = "SUBJECT_DIFFERS"
    CANCELLED = "CANCELLED"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    NO_SECOND_FACTOR = "NO_SECOND_FACTOR"
    NOT_EMPLOYED = "NOT_EMPLOYED"
    ROLE = "ROLE"
    PERMISSION = "PERMISSION"
    CONSENT = "CONSENT"
    UNREACHABLE = "UNREACHABLE"
    TIMED_OUT = "TIMED_OUT"
    STATUS = "STATUS"
    TOO_LARGE = "TOO_LARGE"
    PROVIDER_FAULT = "PROVIDER_FAULT"
    OVERLOADED = "OVERLOADED"
    SIGNER_FAILED = "SIGNER_FAILED"
    SIGNER_BUSY = "SIGNER_BUSY"
    STORE = "STORE"
    CLIENT_REFUSED = "CLIENT_REFUSED"
    CERTIFICATE = "CERTIFICATE"
    REQUEST_REFUSED = "REQUEST_REFUSED"
    SCOPE = "SCOPE"
    CLOCK = "CLOCK"
    REDIRECT_URI = "REDIRECT_URI"
    DISCOVERY = "DISCOVERY"
    NO_SESSION = "NO_SESSION"
    CSRF = "CSRF"
    OTHER_PERSON = "OTHER_PERSON"
    FACTOR_NOT_SHOWN = "FACTOR_NOT_SHOWN"
    TOO_OFTEN = "TOO_OFTEN"
    LOCKED = "LOCKED"


# Whatever is not here is told as FAILED: who tries something out learns nothing from a new reason.
_TOLD: Final[Mapping[Why, Told]] = {
    Why.METHOD_UNKNOWN: Told.UNKNOWN_METHOD,
    Why.RETURN_TO: Told.BAD_REQUEST,
    Why.MAX_AGE: Told.BAD_REQUEST,
    Why.PARAMETER: Told.BAD_REQUEST,
    Why.CANCELLED: Told.CANCELLED,
    Why.CONSENT: Told.CANCELLED,
    Why.NOT_CONFIRMED: Told.NOT_CONFIRMED,
    Why.NO_SECOND_FACTOR: Told.NO_SECOND_FACTOR,
    Why.NOT_EMPLOYED: Told.NOT_ENTITLED,
    Why.ROLE: Told.NOT_ENTITLED,
    Why.PERMISSION: Told.NOT_ENTITLED,
    **dict.fromkeys(
        (
            Why.UNREACHABLE, Why.TIMED_OUT, Why.STATUS, Why.TOO_LARGE, Why.PROVIDER_FAULT, Why.OVERLOADED,
            Why.SIGNER_FAILED, Why.SIGNER_BUSY, Why.STORE, Why.DISCOVERY,
        ),
        Told.UNAVAILABLE,
    ),
    **dict.fromkeys(
        (Why.CLIENT_REFUSED, Why.CERTIFICATE, Why.REQUEST_REFUSED, Why.SCOPE, Why.CLOCK, Why.REDIRECT_URI),
        Told.MISCONFIGURED,
    ),
    Why.NO_SESSION: Told.REQUIRED,
    Why.OTHER_PERSON: Told.STEP_UP_FAILED,
    Why.FACTOR_NOT_SHOWN: Told.STEP_UP_FAILED,
    Why.TOO_OFTEN: Told.TOO_OFTEN,
    Why.LOCKED: Told.TOO_OFTEN,
}  # fmt: skip

# Refusals of whoever may be trying something out; those of a provider, and of a person to himself, are none.
COUNTED: Final = frozenset({Told.FAILED, Told.STEP_UP_FAILED})


@dataclass(frozen=True, slots=True)
class Words:
    """The status of an answer, and what it says to a person."""

    status: int
    ru: str
    en: str

    def of(self, language: str) -> str:
        """The words in a language, "ru" or "en"."""
        return self.ru if language == "ru" else self.en


WORDS: Final[Mapping[Told, Words]] = {
    Told.UNKNOWN_METHOD: Words(404, "Такого способа входа нет.", "There is no such method of sign-in."),
    Told.BAD_REQUEST: Words(400, "Адрес для входа составлен неверно.", "The address of the sign-in is not well made."),
    Told.FAILED: Words(
        400, "Войти не удалось. Начните вход заново.", "The sign-in did not succeed. Begin it once more."
    ),
    Told.CANCELLED: Words(
        403,
        "Вы не дали согласия на передачу данных, поэтому вход отменён.",
        "You did not agree that your data are passed on, so the sign-in was cancelled.",
    ),
    Told.NOT_CONFIRMED: Words(
        403,
        "Ваша учётная запись не подтверждена. Подтвердите личность, например в МФЦ или в приложении банка, "
        "и войдите снова.",
        "Your account is not confirmed. Have your identity confirmed, then sign in again.",
    ),
    Told.NO_SECOND_FACTOR: Words(
        403,
        "Для входа нужен второй фактор, а он у вас не настроен. Включите подтверждение входа в настройках "
        "безопасности учётной записи.",
        "A second factor is needed, and you have none. Set it up in the security settings of your account.",
    ),
    Told.NOT_ENTITLED: Words(
        403,
        "У вашей учётной записи нет прав, которые нужны для этого входа.",
        "Your account does not have the rights that this sign-in takes.",
    ),
    Told.UNAVAILABLE: Words(
        503,
        "Сейчас войти нельзя. Попробуйте через несколько минут.",
        "Nobody can sign in just now. Try again in a few minutes.",
    ),
    Told.MISCONFIGURED: Words(
        502,
        "Этот способ входа временно не работает. Сообщите службе поддержки номер запроса.",
        "This method of sign-in does not work for the time being. Tell the support service the id of the request.",
    ),
    Told.REQUIRED: Words(401, "Сначала войдите.", "Sign in first."),
    Told.STEP_UP_FAILED: Words(
        403,
        "Второй фактор не показан. Войдите ещё раз и подтвердите вход кодом или подписью.",
        "No second factor was shown. Sign in once more, and confirm it by a code or a signature.",
    ),
    Told.TOO_OFTEN: Words(
        429,
        "Слишком много неудачных попыток. Попробуйте позже.",
        "There were too many failed attempts. Try again later.",
    ),
}


def told(why: Why) -> Told:
    """What an outsider is told of a reason."""
    return _TOLD.get(why, Told.FAILED)


class SignInRefused(Exception):
    """A sign-in, or a step of it, comes to nothing.

    Attributes:
        why: for operators.
        detail: a word of the provider that its documentation explains, such as ESIA-007053; never a value of a person.
        account: whose sign-in it would have been, where that is known; failures are counted by it, and it is not told.
    """

    def __init__(self, why: Why, detail: str | None = None, *, account: str | None = None) -> None:
        super().__init__(why if detail is None else f"{why} ({detail})")
        self.why = why
        self.detail = detail
        self.account = account
