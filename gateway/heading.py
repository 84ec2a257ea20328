"""What the headers of a request say, and the refusal of a request as a whole."""

import re
from collections.abc import Sequence
from random import getrandbits
from typing import Final

from engine.errors import Code
from gateway.headers import Header

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_CLIENT: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9 ._/@-]{0,63}")
_KEY: Final = re.compile(rb"[!-~]{1,255}")


class Refused(Exception):
    """The request as a whole is not answered; message and extensions hold nothing of it."""

    def __init__(self, status: int, code: Code, message: str, *headers: Header, **extensions: object) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.extensions = extensions


class Heading:
    """The headers that are wanted, gathered in one pass; `contradicts` when one that may stand once stands twice."""

    __slots__ = (
        "accept",
        "authorization",
        "client",
        "content_type",
        "contradicts",
        "encoding",
        "key",
        "language",
        "length",
        "origin",
        "request_id",
    )

    def __init__(self, headers: Sequence[Header]) -> None:
        found = dict(headers)
        self.contradicts = len(found) < len(headers) and _repeated(headers, found)
        get = found.get
        self.accept = get(b"accept")
        self.authorization = get(b"authorization")
        self.client = get(b"graphql-client-name") or get(b"apollographql-client-name")
        self.content_type = get(b"content-type")
        self.encoding = get(b"content-encoding")
        self.key = get(b"idempotency-key")
        self.language = get(b"accept-language")
        self.length = get(b"content-length")
        self.origin = get(b"origin")
        self.request_id = get(b"x-request-id")

    def request(self) -> str:
        """The id of the request: the caller's where it is harmless, else a new one."""
        if self.request_id is not None and _REQUEST_ID.fullmatch(self.request_id):
            return self.request_id.decode("ascii")
        return f"{getrandbits(128):032x}"  # it tells requests apart, and is no secret

    def caller(self) -> str | None:
        """What the client's program calls itself, where that is harmless to note."""
        return self.client.decode("ascii") if self.client is not None and _CLIENT.fullmatch(self.client) else None

    def idempotency_key(self) -> str | None:
        """The key under which the only act of the request is to be done once.

        Raises:
            Refused: the header is no key.
        """
        if self.key is None:
            return None
        if not _KEY.fullmatch(self.key):
            message = "The header Idempotency-Key has to be 1 to 255 visible characters of ASCII."
            raise Refused(400, Code.BAD_REQUEST, message)
        return self.key.decode("ascii")

    def bearer(self, query_string: bytes) -> str | None:
        """The access token, from the one place where it may stand.

        Raises:
            Refused: it stands twice, or elsewhere, or in another scheme.
        """
        if self.contradicts or b"access_token" in query_string:
            message = "The access token may stand once, in the header Authorization; no header may contradict itself."
            raise Refused(400, Code.BAD_REQUEST, message, challenge("invalid_request"))
        return None if self.authorization is None else bearer_of(self.authorization)


_SINGLE: Final = frozenset(
    {b"authorization", b"content-type", b"content-length", b"content-encoding", b"idempotency-key", b"origin"}
)


def _repeated(headers: Sequence[Header], found: dict[bytes, bytes]) -> bool:
    """Settle headers that stand several times: of most the first is meant; whether one may stand only once."""
    found.update(reversed(headers))
    if b"accept" in found:
        found[b"accept"] = b",".join(value for name, value in headers if name == b"accept")
    names = [name for name, _ in headers]
    return any(names.count(name) > 1 for name in _SINGLE)


def bearer_of(authorization: bytes) -> str:
    """The access token of a header Authorization, or of what stands for it.

    Raises:
        Refused: it is of another scheme.
    """
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer":
        raise Refused(401, Code.UNAUTHENTICATED, "The access token has to come as a bearer.", challenge())
    return token.strip(b" ").decode("latin-1")


def challenge(error: str | None = None) -> Header:
    """The header that says how to sign in, with what was wrong with the token that came."""
    return (b"www-authenticate", b"Bearer" if error is None else f'Bearer error="{error}"'.encode())
