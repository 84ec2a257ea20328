"""Bearer tokens: everything that is checked before a caller is believed to be somebody."""

import base64
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NoReturn

from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWTError

from auth.assurance import LEEWAY, Assurance, Level

LONGEST: Final = 8192
PUBLIC_TEXT: Final = "The access token was not accepted."

_ALGORITHMS: Final[Mapping[str, Algorithm]] = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
    "EdDSA": OKPAlgorithm(),
}
ALGORITHMS: Final = frozenset(_ALGORITHMS)
# The members of a JWK that name its family, and the one algorithm that this family may be used with.
_FAMILIES: Final = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
_SMALLEST_RSA: Final = 2048
# A claim is a value, a list of them, or an object of both; issuers nest their own a little deeper.
_DEEPEST: Final = 20
_MOST_KEYS: Final = 64

_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_KID: Final = re.compile(r"[A-Za-z0-9._+/=-]{1,128}")
_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
# Whoever writes the header of a token may not choose its key, nor what has to be understood.
_FORBIDDEN_HEADERS: Final = ("crit", "jwk", "jku", "x5u", "x5c", "b64", "zip", "enc")
_LAST_INSTANT: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class Reason(StrEnum):
    """Why a token was refused; for the log, never for the caller."""

    TOO_LONG = "TOO_LONG"
    MALFORMED = "MALFORMED"
    TYPE = "TYPE"
    HEADER = "HEADER"
    ALGORITHM = "ALGORITHM"
    ISSUER = "ISSUER"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    SIGNATURE = "SIGNATURE"
    CLAIMS = "CLAIMS"
    AUDIENCE = "AUDIENCE"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    DENIED = "DENIED"


class TokenRefused(Exception):
    """The bearer is not believed; the text is the same for every reason.

    `issuer` is set when the token names a known issuer but a key that this issuer's set does not have.
    """

    def __init__(self, reason: Reason, issuer: str | None = None) -> None:
        super().__init__(PUBLIC_TEXT)
        self.reason = reason
        self.issuer = issuer


class KeySetInvalid(Exception):
    """A document is no key set that could be used; the text holds nothing of the document."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key with the one algorithm that fits it."""

    algorithm: str
    material: Any


class KeySet:
    """The public keys of one issuer by key id (kid)."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Mapping[str, Key]) -> None:
        self._keys = dict(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, kid: str) -> Key | None:
        """The key of this id, if the issuer has published one."""
        return self._keys.get(kid)

    @classmethod
    def from_jwks(cls, document: object) -> "KeySet":
        """The usable keys of a JWK set; families that no algorithm here fits are passed over.

        Raises:
            KeySetInvalid: no set, no usable key, a key id twice, or a private or symmetric key published.
        """
        entries = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(entries, list) or len(entries) > _MOST_KEYS:
            raise KeySetInvalid(f"expected a JWK set of at most {_MOST_KEYS} keys")
        keys: dict[str, Key] = {}
        for entry in entries:
            if not isinstance(entry, dict):
                raise KeySetInvalid("expected every key to be an object")
            if "d" in entry or "k" in entry:
                raise KeySetInvalid("the set publishes a private or symmetric key")
            key, kid = _key_of(entry), entry.get("kid")
            if key is None or not isinstance(kid, str) or not _KID.fullmatch(kid):
                continue
            if kid in keys:
                raise KeySetInvalid("the set has two keys of one key id")
            keys[kid] = key
        if not keys:
            raise KeySetInvalid(f"the set has no key for {', '.join(sorted(ALGORITHMS))}")
        return cls(keys)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whom we believe about what: one issuer, its audience, its algorithms, its keys."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    keys: KeySet


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says; `expires_at` is in seconds since 1970."""

    issuer: str
    subject: str
    expires_at: float
    token_id: str
    client_id: str | None
    assurance: Assurance


def verify(bearer: str, issuers: Mapping[str, Issuer], now: datetime) -> Claims:
    """Verify the text of a token and give what it says.

    A token is worth nothing from the second of its exp on; 30 s of leeway hold only for instants in the future.

    Raises:
        TokenRefused: anything at all is wrong with the token.
    """
    if len(bearer) > LONGEST:
        raise TokenRefused(Reason.TOO_LONG)
    parts = _COMPACT.fullmatch(bearer)
    if parts is None:
        raise TokenRefused(Reason.MALFORMED)
    header, payload = _members(parts[1]), _members(parts[2])
    algorithm, kid = _checked_header(header)
    name = payload.get("iss")
    issuer = issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise TokenRefused(Reason.ISSUER)
    if algorithm not in issuer.algorithms:
        raise TokenRefused(Reason.ALGORITHM)
    key = issuer.keys.get(kid)
    if key is None:
        raise TokenRefused(Reason.UNKNOWN_KEY, issuer.issuer)
    if key.algorithm != algorithm:
        raise TokenRefused(Reason.ALGORITHM)
    signed = bearer[: parts.end(2)].encode("ascii")
    if not _ALGORITHMS[algorithm].verify(signed, key.material, _decoded(parts[3])):
        raise TokenRefused(Reason.SIGNATURE)
    return _checked_claims(payload, issuer, now)


class VerifiedTokens:
    """Remembers verified tokens by the digest of their exact bytes, so that a busy caller is verified once a minute.

    `denied` is asked about the token's id (jti) every time, and exp is looked at every time.
    """

    MOST = 10_000
    REMEMBERED = 60.0

    def __init__(self, issuers: Callable[[], Mapping[str, Issuer]], denied: Callable[[str], bool]) -> None:
        self._issuers = issuers
        self._denied = denied
        self._memory: OrderedDict[bytes, tuple[float, float, Claims]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._memory)

    def verify(self, bearer: str, now: datetime) -> Claims:
        """Verify the text of a token, or recall that it was.

        Raises:
            TokenRefused: the token is not good, not good any more, or on the deny-list.
        """
        digest = hashlib.sha256(bearer.encode("utf-8", "surrogatepass")).digest()
        instant = now.timestamp()
        known = self._memory.get(digest)
        if known is not None and known[0] <= instant < known[1]:
            self._memory.move_to_end(digest)
            claims = known[2]
        else:
            self._memory.pop(digest, None)
            claims = verify(bearer, self._issuers(), now)
            self._memory[digest] = (instant, min(claims.expires_at, instant + self.REMEMBERED), claims)
            if len(self._memory) > self.MOST:
                self._memory.popitem(last=False)
        if self._denied(claims.token_id):
            raise TokenRefused(Reason.DENIED)
        return claims


def _key_of(entry: Mapping[str, Any]) -> Key | None:
    kind, curve = entry.get("kty"), entry.get("crv")
    algorithm = _FAMILIES.get((kind, curve)) if isinstance(kind, str) and isinstance(curve, str | None) else None
    if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
        return None
    try:
        material = type(_ALGORITHMS[algorithm]).from_jwk(dict(entry))
    except (PyJWTError, ValueError, TypeError, KeyError):
        raise KeySetInvalid("a key of the set cannot be read") from None
    if algorithm == "RS256" and material.key_size < _SMALLEST_RSA:
        raise KeySetInvalid(f"an RSA key of the set has fewer than {_SMALLEST_RSA} bits")
    return Key(algorithm, material)


def _decoded(segment: str) -> bytes:
    """The bytes of a base64url segment that is written in the one canonical way, else the text could be varied."""
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise TokenRefused(Reason.MALFORMED) from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != segment.encode("ascii"):
        raise TokenRefused(Reason.MALFORMED)
    return decoded


def _members(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(segment).decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise TokenRefused(Reason.MALFORMED) from None
    if not isinstance(value, dict) or _nested(value):
        raise TokenRefused(Reason.MALFORMED)
    return value


def _nested(members: dict[str, Any]) -> bool:
    """Whether values stand within values more often than any claim has them; how deep its parser goes Python varies."""
    level: list[Any] = [members]
    for _ in range(_DEEPEST):
        held = (one.values() if isinstance(one, dict) else one for one in level)
        level = [inner for values in held for inner in values if isinstance(inner, dict | list)]
    return bool(level)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise TokenRefused(Reason.MALFORMED)
        members[name] = value
    return members


def _no_constant(_: str) -> NoReturn:
    raise TokenRefused(Reason.MALFORMED)


def _checked_header(header: Mapping[str, Any]) -> tuple[str, str]:
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise TokenRefused(Reason.TYPE)
    if any(name in header for name in _FORBIDDEN_HEADERS):
        raise TokenRefused(Reason.HEADER)
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise TokenRefused(Reason.ALGORITHM)
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise TokenRefused(Reason.HEADER)
    return algorithm, kid


def _checked_claims(payload: Mapping[str, Any], issuer: Issuer, now: datetime) -> Claims:
    audience = payload.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(one, str) for one in audiences) or issuer.audience not in audiences:
        raise TokenRefused(Reason.AUDIENCE)
    expires, issued = _instant(payload, "exp"), _instant(payload, "iat")
    if expires is None or issued is None or expires <= issued:
        raise TokenRefused(Reason.CLAIMS)
    signed_in, second_factor = _instant(payload, "auth_time") or issued, _instant(payload, "second_factor_at")
    starts = (issued, _instant(payload, "nbf"), signed_in, second_factor)
    if now >= expires:
        raise TokenRefused(Reason.EXPIRED)
    if any(one is not None and one > now + LEEWAY for one in starts):
        raise TokenRefused(Reason.NOT_YET_VALID)
    subject, token_id, client = (_words(payload, name) for name in ("sub", "jti", "client_id"))
    level = payload.get("assurance", Level.UNCONFIRMED.value)
    if subject is None or token_id is None or not isinstance(level, str) or level not in set(Level):
        raise TokenRefused(Reason.CLAIMS)
    assurance = Assurance(Level(level), signed_in, second_factor)
    return Claims(issuer.issuer, subject, expires.timestamp(), token_id, client, assurance)


def _instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    value = payload.get(name)
    if value is None and name not in payload:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LAST_INSTANT:
        raise TokenRefused(Reason.CLAIMS)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)


def _words(payload: Mapping[str, Any], name: str) -> str | None:
    value = payload.get(name)
    if value is None and name not in payload:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= 128 or not value.isprintable():
        raise TokenRefused(Reason.CLAIMS)
    return value
