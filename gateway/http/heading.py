"""What the headers of a request say, and the refusal of a request as a whole."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import Final

from engine.errors import Code
from gateway.http.certified import CERTIFICATE
from gateway.http.headers import Header
from gateway.identity.cookie import CSRF_HEADER, CookieTwice, ProvenCookies, Shown, as_shown, cookie_of
from gateway.identity.presented import Presented
from gateway.variables import CLIENT_NAME
from resolvers.acts.key import taken

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_CLIENT: Final = re.compile(CLIENT_NAME.encode())
# Of so many ids the chance is taken at once: to ask the system for each would cost more than all else about it.
_IDS_AT_ONCE: Final = 256
_ID_BYTES: Final = 16


def _made_up() -> Iterator[str]:
    """Ids of requests by chance: from none of them can be told which was before which, nor how many there were."""
    while True:
        chance = os.urandom(_IDS_AT_ONCE * _ID_BYTES).hex()
        for start in range(0, len(chance), 2 * _ID_BYTES):
            yield chance[start : start + 2 * _ID_BYTES]


new_ids: Final = _made_up()
_PROVEN: Final = {plain: ProvenCookies(plain=plain) for plain in (False, True)}


class Refused(Exception):
    """The request as a whole is not answered; message and extensions hold nothing of it."""

    def __init__(self, status: int, code: Code, message: str, *headers: Header, **extensions: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.extensions = extensions


class Heading(dict[bytes, bytes]):
    """The headers of a request by name; `contradicts` when one that may stand once stands twice."""

    contradicts = False

    @classmethod
    def of(cls, headers: Sequence[Header]) -> "Heading":
        """The headers as they came, in one pass."""
        found = cls(headers)
        if len(found) < len(headers):
            found.contradicts = _repeated(headers, found)
        return found

    def request(self) -> str:
        """The id of the request: the caller's where it is harmless, else a new one."""
        given = self.get(b"x-request-id")
        if given is not None and _REQUEST_ID.fullmatch(given):
            return given.decode("ascii")
        return next(new_ids)

    def caller(self) -> str | None:
        """What the client's program calls itself, where that is harmless to note."""
        client = self.get(b"graphql-client-name") or self.get(b"apollographql-client-name")
        return client.decode("ascii") if client is not None and _CLIENT.fullmatch(client) else None

    def idempotency_key(self) -> str | None:
        """The key under which the only act of the request is to be done once.

        Raises:
            Refused: the header is no key.
        """
        key = self.get(b"idempotency-key")
        if key is None:
            return None
        try:
            found = taken(key.decode())
        except UnicodeDecodeError:
            found = None
        if found is None:
            message = "The header Idempotency-Key has to be 1 to 255 characters that can be printed, in UTF-8."
            raise Refused(400, Code.BAD_REQUEST, message)
        return found

    def presented(self, query_string: bytes, *, plain: bool = False, proven_elsewhere: bool = False) -> Presented:
        """What the caller shows of himself: his access token or his cookie, his workplace, and on whose behalf he asks.

        The token that belongs to a cookie has to stand here, unless it is `proven_elsewhere` that one of our own pages
        asks: by the first message of a socket, or by a link that only the account was given. A `plain` cookie, without
        the prefix of secure ones, is taken in the demo alone.

        Raises:
            Refused: one of them stands twice, or the token elsewhere, or in another scheme; or a cookie is not alone,
                or without its token.
        """
        bearer = self.bearer(query_string)
        workplace, on_behalf_of = self.get(b"kabinet-workplace"), self.get(b"kabinet-on-behalf-of")
        cookie = self._cookie(bearer, plain=plain, proven_elsewhere=proven_elsewhere) if b"cookie" in self else None
        certificate = self.get(CERTIFICATE)
        if workplace is None and on_behalf_of is None:
            return Presented(bearer, None, None, cookie, certificate)
        place, principal = (one if one is None else one.decode("latin-1") for one in (workplace, on_behalf_of))
        return Presented(bearer, place, principal, cookie, certificate)

    def _cookie(self, bearer: str | None, *, plain: bool, proven_elsewhere: bool) -> Shown | None:
        """The cookie of a session, where there is one."""
        header, token = self[b"cookie"], self.get(CSRF_HEADER)
        try:
            proven = None if token is None else _PROVEN[plain].of(header, token)
            cookie = cookie_of(header, plain=plain) if proven is None else None
        except CookieTwice:
            raise Refused(400, Code.BAD_REQUEST, "The cookie of a session may stand once.") from None
        if cookie is None and proven is None:
            return None
        if bearer is not None:
            raise Refused(400, Code.BAD_REQUEST, COOKIE_NOT_ALONE)
        if cookie is None:
            return proven
        if not proven_elsewhere:
            raise Refused(403, Code.CSRF_UNPROVEN, UNPROVEN)
        return as_shown(cookie)

    def bearer(self, query_string: bytes) -> str | None:
        """The access token, from the one place where it may stand.

        Raises:
            Refused: it stands twice, or elsewhere, or in another scheme.
        """
        if self.contradicts or b"access_token" in query_string:
            message = "The access token may stand once, in the header Authorization; no header may contradict itself."
            raise Refused(400, Code.BAD_REQUEST, message, challenge("invalid_request"))
        authorization = self.get(b"authorization")
        return None if authorization is None else bearer_of(authorization)


COOKIE_NOT_ALONE: Final = "The cookie of a session and an access token came at once; one of them may."
UNPROVEN: Final = (
    "With the cookie of a session comes its token: in the header Kabinet-CSRF, of a socket in the first message."
)
_SINGLE: Final = frozenset(
    {
        b"authorization",
        b"cookie",
        b"content-type",
        b"content-length",
        b"content-encoding",
        b"idempotency-key",
        b"kabinet-csrf",
        b"kabinet-on-behalf-of",
        b"kabinet-router",
        b"kabinet-workplace",
        b"origin",
    }
)


def _repeated(headers: Sequence[Header], found: dict[bytes, bytes]) -> bool:
    """Settle headers that stand several times: of most the first is meant; whether one may stand only once."""
    found.update(reversed(headers))
    if b"accept" in found:
        found[b"accept"] = b",".join(value for name, value in headers if name == b"accept")
    names = [name for name, _ in headers]
    return any(names.count(name) > 1 for name in _SINGLE)


def bearer_of(authorization: bytes) -> str | None:
    """The access token of a header Authorization, or of what stands for it; none where it is blank.

    Raises:
        Refused: it is of another scheme.
    """
    authorization = authorization.strip(b" \t")
    if not authorization:
        return None
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        raise Refused(401, Code.UNAUTHENTICATED, "The access token has to come as a bearer.", challenge())
    return token.strip(b" ").decode("latin-1")


def challenge(error: str | None = None) -> Header:
    """The header that says how to sign in, with what was wrong with the token that came."""
    return (b"www-authenticate", b"Bearer" if error is None else f'Bearer error="{error}"'.encode())
