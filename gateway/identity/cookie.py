"""The cookie of a browser's session, and the token that its pages show beside it.

The cookie is opaque, and pages cannot read it. Every request that shows it must carry a token made of it, in the header
`Kabinet-CSRF`, which only pages of this address can know: another cookie, which they can read, brings it to them. It
tells nothing of the cookie, and belongs to no other.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Container
from typing import Final, NamedTuple

from auth.compact import encoded

SECURE: Final = ("__Host-kabinet", "__Host-kabinet-csrf")
# The demo speaks without TLS, where no cookie may call itself secure.
PLAIN: Final = ("kabinet-session", "kabinet-csrf")
CSRF_HEADER: Final = b"kabinet-csrf"
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PURPOSE: Final = b"kabinet csrf 1"
_NAMES: Final = {False: frozenset({SECURE[0]}), True: frozenset({SECURE[0], PLAIN[0]})}


def new_secret() -> str:
    """A secret by chance, of 256 bits: of a cookie, or of a refresh token."""
    return secrets.token_urlsafe(32)


def well_formed(secret: str) -> bool:
    """Whether a text may be a secret of ours at all."""
    return _SECRET.fullmatch(secret) is not None


def digest_of(secret: str) -> bytes:
    """What the store knows a secret by."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def csrf_of(cookie: str) -> str:
    """The token that pages show beside a cookie."""
    made = hmac.digest(cookie.encode("utf-8", "surrogatepass"), _PURPOSE, "sha256")
    return encoded(made)


class Shown(NamedTuple):
    """A session's cookie as somebody shows it, without itself.

    Attributes:
        digest: what the store knows it by.
        csrf: the token that pages show beside it.
        fit: whether it may be one of ours at all.
    """

    digest: bytes
    csrf: str
    fit: bool

    def proven(self, token: str) -> bool:
        """Whether a token is that of the cookie."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "surrogatepass"))


def as_shown(cookie: str) -> Shown:
    """A cookie as somebody shows it."""
    return Shown(digest_of(cookie), csrf_of(cookie), well_formed(cookie))


class CookieTwice(Exception):
    """The header has several cookies of ours, and nobody can say which is meant."""


def cookie_of(header: bytes, *, plain: bool) -> str | None:
    """The session's cookie among those of a header; that without a prefix only where it is taken.

    Another host of the same site can give a browser a cookie without the prefix, and so a session that is not its own.

    Raises:
        CookieTwice: there are several.
    """
    found = values_of(header, _NAMES[plain])
    if len(found) > 1:
        raise CookieTwice
    return found[0] if found else None


class ProvenCookies:
    """Cookies that came with their tokens, by a digest of both as they came.

    A busy browser shows the same pair with each request: to read and to prove it anew would cost more than all else
    about who asks. Nothing of it is out of date, for what follows from a pair never changes.
    """

    MOST: Final = 10_000

    def __init__(self, *, plain: bool) -> None:
        self._plain = plain
        self._known: dict[bytes, Shown] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, header: bytes, token: bytes) -> Shown | None:
        """The session's cookie in a header, and None where there is none, or the token is not its.

        Raises:
            CookieTwice: there are several.
        """
        # No header has an end of a line within it.
        pair = hashlib.blake2b(b"%b\n%b" % (header, token), digest_size=32).digest()
        known = self._known.get(pair)
        if known is None:
            cookie = cookie_of(header, plain=self._plain)
            found = None if cookie is None else as_shown(cookie)
            if found is None or not found.proven(token.decode("latin-1")):
                return None
            known = self._known[pair] = found
            if len(self._known) > self.MOST:
                del self._known[next(iter(self._known))]
        return known


def values_of(header: bytes, names: Container[str]) -> list[str]:
    """The values of the cookies of some names, in their order."""
    parts = (part.partition("=") for part in header.decode("latin-1").split(";"))
    return [value.strip() for name, equals, value in parts if equals and name.strip() in names]


def secret_of(header: bytes | None, name: str) -> str | None:
    """The secret that a cookie of a name holds, where there is one and no doubt which."""
    found = [] if header is None else values_of(header, (name,))
    return found[0] if len(found) == 1 and well_formed(found[0]) else None


def kept(name: str, secret: str, seconds: int, *, secure: bool) -> tuple[bytes, bytes]:
    """The header by which a browser keeps a secret for a while, which pages cannot read."""
    more = "; Secure" if secure else ""
    return b"set-cookie", f"{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{more}".encode()


def given(cookie: str, *, secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers that give a browser its session: the cookie, and the token that its pages can read."""
    names, more = (SECURE, "; Secure") if secure else (PLAIN, "")
    return [
        (b"set-cookie", f"{names[0]}={cookie}; Path=/; HttpOnly; SameSite=Lax{more}".encode()),
        (b"set-cookie", f"{names[1]}={csrf_of(cookie)}; Path=/; SameSite=Strict{more}".encode()),
    ]


def taken_back(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers by which a browser forgets both."""
    names, more = (SECURE, "; Secure") if secure else (PLAIN, "")
    ends = "Max-Age=0; Path=/"
    return [
        (b"set-cookie", f"{names[0]}=; {ends}; HttpOnly; SameSite=Lax{more}".encode()),
        (b"set-cookie", f"{names[1]}=; {ends}; SameSite=Strict{more}".encode()),
    ]
