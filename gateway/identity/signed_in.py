"""Who has signed in, what he is given for his session, how long that lasts, and why it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from auth.assurance import Assurance

Kind = Literal["BROWSER", "APP", "SERVICE"]


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a session holds after it was used, and at most."""

    idle: timedelta
    whole: timedelta


LASTING: Final[Mapping[Kind, Lasting]] = {
    "BROWSER": Lasting(timedelta(minutes=30), timedelta(hours=12)),
    "APP": Lasting(timedelta(days=14), timedelta(days=90)),
}


class Why(StrEnum):
    """Why a session is ended here; the store has a few words more, of acts and of refresh tokens."""

    SIGNED_OUT = "SIGNED_OUT"
    REUSED = "REUSED"
    ADMINISTERED = "ADMINISTERED"


class RefusedBecause(StrEnum):
    """Why a refresh token was refused; for the log, never for the caller."""

    UNKNOWN = "UNKNOWN"
    ENDED = "ENDED"
    EXPIRED = "EXPIRED"
    IDLE = "IDLE"
    REUSED = "REUSED"
    FOREIGN_CLIENT = "FOREIGN_CLIENT"


class RefreshRefused(Exception):
    """The refresh token is not good; the text is the same for every reason."""

    def __init__(self, reason: RefusedBecause, account: str | None = None) -> None:
        super().__init__("The refresh token was not accepted.")
        self.reason = reason
        self.account = account


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has just signed in.

    Attributes:
        account: the one text; the account is made where there was none.
        method_id: of `sign_in_method`; None for a machine.
        amr: how he showed who he is, in the words of RFC 8176 or of his issuer.
        client: the registered application or machine; None for a browser.
        device: what the device calls itself, for its owner to know it by; cut at 128 characters.
        address_hint: the network that he came from, such as `192.0.2.0/24`; never the whole address.
        device_digest: what the store knows the browser by, where it keeps something to be known by.
    """

    account: str
    method_id: int | None
    assurance: Assurance
    amr: tuple[str, ...]
    kind: Kind
    client: str | None
    device: str
    address_hint: str | None = None
    device_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an application is given.

    Attributes:
        expires_in: seconds for which the access token is good.
        refresh_token: None for a machine.
    """

    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """A session that has begun.

    Attributes:
        first_sign_in: whether nobody had signed in to the account before.
        expires_at: when it ends, whatever it is used for.
        cookie, csrf: of a browser; `gateway/identity/cookie.py: given` makes the headers.
        tokens: of an application or a machine.
    """

    session_id: str
    first_sign_in: bool
    expires_at: datetime
    cookie: str | None = field(default=None, repr=False)
    csrf: str | None = field(default=None, repr=False)
    tokens: Tokens | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """A session after a step-up; a browser has another cookie, and the one before is good no more."""

    cookie: str | None = field(default=None, repr=False)
    csrf: str | None = field(default=None, repr=False)
