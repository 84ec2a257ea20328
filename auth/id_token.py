"""ID tokens (OpenID Connect): everything that is checked before one is believed, but for the signature's algorithm."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth.assurance import LEEWAY
from auth.compact import FORBIDDEN_HEADERS, Compact, NotCompact, instant, read
from auth.keyset import VERIFIERS, KeySet

LONGEST: Final = 16_384


class IdTokenFault(StrEnum):
    """What is wrong with a token; for the log, never for the caller."""

    MALFORMED = "MALFORMED"
    ALGORITHM = "ALGORITHM"
    KEY = "KEY"
    SIGNATURE = "SIGNATURE"
    ISSUER = "ISSUER"
    AUDIENCE = "AUDIENCE"
    EXPIRED = "EXPIRED"
    FUTURE = "FUTURE"
    NONCE = "NONCE"
    CLAIMS = "CLAIMS"


class IdTokenRefused(Exception):
    """The token is not believed."""

    def __init__(self, fault: IdTokenFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say.

    Attributes:
        nonce: that of the attempt; where the provider is known to tell none (`nonce_told`), a token without is taken.
    """

    issuer: str
    audience: str
    nonce: str
    nonce_told: bool = True


def parsed(text: str, algorithms: Collection[str]) -> Compact:
    """The parts of a token that names one of the algorithms that its provider is set up with.

    Raises:
        IdTokenRefused: it is none, or its header chooses what it must not.
    """
    if len(text) > LONGEST:
        raise IdTokenRefused(IdTokenFault.MALFORMED)
    try:
        found = read(text)
    except NotCompact:
        raise IdTokenRefused(IdTokenFault.MALFORMED) from None
    algorithm, kid = found.header.get("alg"), found.header.get("kid", "")
    if any(name in found.header for name in FORBIDDEN_HEADERS) or not isinstance(kid, str):
        raise IdTokenRefused(IdTokenFault.MALFORMED)
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise IdTokenRefused(IdTokenFault.ALGORITHM)
    return found


def verified(found: Compact, keys: KeySet) -> None:
    """See that one of the provider's keys signed it.

    Raises:
        IdTokenRefused: none did; `KEY` where the key is none that is known.
    """
    algorithm, kid = found.header["alg"], found.header.get("kid")
    key = keys.get(kid)
    if key is None:
        raise IdTokenRefused(IdTokenFault.KEY)
    if key.algorithm != algorithm:
        raise IdTokenRefused(IdTokenFault.ALGORITHM)
    if not VERIFIERS[algorithm].verify(found.signed, key.material, found.signature):
        raise IdTokenRefused(IdTokenFault.SIGNATURE)


def subject_of(claims: Mapping[str, Any], expected: Expected, now: datetime) -> str:
    """Whose token it is, once all that it says is as expected; a number is taken for its digits.

    Raises:
        IdTokenRefused: something is not.
    """
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != expected.issuer:
        raise IdTokenRefused(IdTokenFault.ISSUER)
    party = claims.get("azp", expected.audience)
    if expected.audience not in audiences or party != expected.audience or ("azp" not in claims and len(audiences) > 1):
        raise IdTokenRefused(IdTokenFault.AUDIENCE)
    if claims.get("nonce") != expected.nonce and (expected.nonce_told or "nonce" in claims):
        raise IdTokenRefused(IdTokenFault.NONCE)
    expires, issued = _instant(claims, "exp"), _instant(claims, "iat")
    if expires is None or issued is None:
        raise IdTokenRefused(IdTokenFault.CLAIMS)
    if now >= expires + LEEWAY:
        raise IdTokenRefused(IdTokenFault.EXPIRED)
    if any(
        one is not None and one > now + LEEWAY
        for one in (issued, _instant(claims, "nbf"), _instant(claims, "auth_time"))
    ):
        raise IdTokenRefused(IdTokenFault.FUTURE)
    return _subject(claims.get("sub"))


def _subject(value: Any) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not 1 <= len(text) <= 128 or not text.isprintable():
        raise IdTokenRefused(IdTokenFault.CLAIMS)
    return text


def _instant(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    found = instant(value)
    if found is None:
        raise IdTokenRefused(IdTokenFault.CLAIMS)
    return found
