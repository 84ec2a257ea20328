"""Assertions of clients (private_key_jwt, RFC 7523): a machine proves with its key who it is, each time anew."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from auth import compact
from auth.assurance import LEEWAY
from auth.keyset import ALGORITHMS, VERIFIERS, Key, KeySet

LONGEST: Final = 8192
LASTS: Final = timedelta(minutes=5)
# What an assertion may call itself; none of these is what an access token or an id token of ours does.
TYPES: Final = frozenset({"jwt", "client-authentication+jwt"})


class Fault(StrEnum):
    """Why an assertion was refused; for the audit, never for the caller."""

    MALFORMED = "MALFORMED"
    TYPE = "TYPE"
    HEADER = "HEADER"
    ALGORITHM = "ALGORITHM"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    SIGNATURE = "SIGNATURE"
    CLIENT = "CLIENT"
    AUDIENCE = "AUDIENCE"
    EXPIRED = "EXPIRED"
    TOO_LONG_GOOD = "TOO_LONG_GOOD"
    NOT_YET_VALID = "NOT_YET_VALID"
    ID = "ID"
    REPLAYED = "REPLAYED"


class AssertionRefused(Exception):
    """The assertion proves nothing."""

    def __init__(self, fault: Fault) -> None:
        super().__init__("The assertion was not accepted.")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a good assertion says: its own id, and until when it has to be remembered as used."""

    id: str
    expires_at: datetime


def claimed(text: str) -> tuple[compact.Compact, str]:
    """The parts of an assertion, and the client that it says it is of; nothing of it is believed yet.

    Raises:
        AssertionRefused: it is none.
    """
    if len(text) > LONGEST:
        raise AssertionRefused(Fault.MALFORMED)
    try:
        written = compact.read(text)
    except compact.NotCompact:
        raise AssertionRefused(Fault.MALFORMED) from None
    client = written.payload.get("sub")
    if not isinstance(client, str):
        raise AssertionRefused(Fault.CLIENT)
    return written, client


def asserted(
    written: compact.Compact,
    client: str,
    audiences: Collection[str],
    keys: KeySet,
    algorithms: Collection[str],
    now: datetime,
) -> Assertion:
    """Verify an assertion of a client: signed with its key, for us alone, good for five minutes at most.

    Raises:
        AssertionRefused: anything at all is wrong with it.
    """
    _signed(written, keys, algorithms)
    payload = written.payload
    if not payload.get("iss") == payload.get("sub") == client:
        raise AssertionRefused(Fault.CLIENT)
    audience = payload.get("aud")
    # Whoever else is named could show it to us.
    named = audience if isinstance(audience, list) else [audience]
    if not named or not all(isinstance(one, str) and one in audiences for one in named):
        raise AssertionRefused(Fault.AUDIENCE)
    expires = _instant(payload, "exp")
    if expires is None or now >= expires:
        raise AssertionRefused(Fault.EXPIRED)
    if expires > now + LASTS + LEEWAY:
        raise AssertionRefused(Fault.TOO_LONG_GOOD)
    if any(one is not None and one > now + LEEWAY for one in (_instant(payload, "iat"), _instant(payload, "nbf"))):
        raise AssertionRefused(Fault.NOT_YET_VALID)
    own = payload.get("jti")
    if not isinstance(own, str) or not 1 <= len(own) <= 256:
        raise AssertionRefused(Fault.ID)
    return Assertion(own, expires)


def _signed(written: compact.Compact, keys: KeySet, algorithms: Collection[str]) -> None:
    header = written.header
    kind, algorithm, kid = header.get("typ", "jwt"), header.get("alg"), header.get("kid")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in TYPES:
        raise AssertionRefused(Fault.TYPE)
    if any(name in header for name in compact.FORBIDDEN_HEADERS) or ("kid" in header and not isinstance(kid, str)):
        raise AssertionRefused(Fault.HEADER)
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS or algorithm not in algorithms:
        raise AssertionRefused(Fault.ALGORITHM)
    key = keys.get(kid) or _only(keys, kid, algorithm)
    if key is None:
        raise AssertionRefused(Fault.UNKNOWN_KEY)
    if key.algorithm != algorithm:
        raise AssertionRefused(Fault.ALGORITHM)
    if not VERIFIERS[algorithm].verify(written.signed, key.material, written.signature):
        raise AssertionRefused(Fault.SIGNATURE)


def _only(keys: KeySet, kid: str | None, algorithm: str) -> Key | None:
    """The one key that an assertion without a key id can mean."""
    fitting = [key for key in keys.keys.values() if key.algorithm == algorithm] if kid is None else []
    return fitting[0] if len(fitting) == 1 else None


def _instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    value = payload.get(name)
    if value is None and name not in payload:
        return None
    found = compact.instant(value)
    if found is None:
        raise AssertionRefused(Fault.MALFORMED)
    return found
