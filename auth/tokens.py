"""Bearer tokens: everything that is checked before a caller is believed to be somebody."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth import compact
from auth.accounts import account_of, named
from auth.assurance import LEEWAY, Assurance, Level
from auth.claims_map import KABINET, ClaimsMap, assured
from auth.keyset import ALGORITHMS, VERIFIERS, KeySet
from auth.services import Services, is_service, of_service

LONGEST: Final = 8192
LONGEST_WORDS: Final = 128
# A subject with the name of its issuer before it.
LONGEST_ACCOUNT: Final = 33 + LONGEST_WORDS
PUBLIC_TEXT: Final = "The access token was not accepted."

AT_JWT: Final = "at+jwt"
# What a token may call itself, where its issuer is set up so.
TYPES: Final = frozenset({AT_JWT, "jwt"})


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
    UNKNOWN_SESSION = "UNKNOWN_SESSION"
    DENIED = "DENIED"
    CERTIFICATE = "CERTIFICATE"


class TokenRefused(Exception):
    """The bearer is not believed; the text is the same for every reason.

    `issuer` is set when the token names a known issuer but a key that this issuer's set does not have.
    """

    def __init__(self, reason: Reason, issuer: str | None = None) -> None:
        super().__init__(PUBLIC_TEXT)
        self.reason = reason
        self.issuer = issuer


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whom we believe about what: one issuer, its audience, its algorithms, its keys; the first issuer has no name.

    Attributes:
        claims: how its tokens say how somebody signed in.
        services: which of its tokens are those of programs that no person stands behind.
        own: whether it is we who signed: what it calls its subjects are accounts as they are, whichever issuer they
            came through, and each token is of a session (`sid`).
    """

    issuer: str
    audience: str
    algorithms: frozenset[str]
    keys: KeySet
    name: str | None = None
    types: frozenset[str] = frozenset({AT_JWT})
    claims: ClaimsMap = KABINET
    services: Services = Services.NONE
    own: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says.

    Attributes:
        account: whose it is, whichever issuer signed it; `token_id` is its jti in the same way (`auth/accounts.py`).
        expires_at: in seconds since 1970.
        session: the session of ours that it is of; none where another issuer signed it.
    """

    issuer: str
    account: str
    expires_at: float
    token_id: str
    client_id: str | None
    assurance: Assurance
    session: str | None = None


def verify(bearer: str, issuers: Mapping[str, Issuer], now: datetime) -> Claims:
    """Verify the text of a token and give what it says.

    A token is worth nothing from the second of its exp on; 30 s of leeway hold only for instants in the future.

    Raises:
        TokenRefused: anything at all is wrong with the token.
    """
    if len(bearer) > LONGEST:
        raise TokenRefused(Reason.TOO_LONG)
    try:
        written = compact.read(bearer)
    except compact.NotCompact:
        raise TokenRefused(Reason.MALFORMED) from None
    payload = written.payload
    algorithm, kid, kind = _checked_header(written.header)
    name = payload.get("iss")
    issuer = issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise TokenRefused(Reason.ISSUER)
    if kind not in issuer.types:
        raise TokenRefused(Reason.TYPE)
    if algorithm not in issuer.algorithms:
        raise TokenRefused(Reason.ALGORITHM)
    key = issuer.keys.get(kid)
    if key is None:
        raise TokenRefused(Reason.HEADER if kid is None else Reason.UNKNOWN_KEY, issuer.issuer)
    if key.algorithm != algorithm:
        raise TokenRefused(Reason.ALGORITHM)
    if not VERIFIERS[algorithm].verify(written.signed, key.material, written.signature):
        raise TokenRefused(Reason.SIGNATURE)
    return _checked_claims(payload, issuer, now)


class VerifiedTokens:
    """Remembers verified tokens by the digest of their exact bytes, so that a busy caller is verified once a minute.

    exp is looked at every time. What was verified with keys that are not in force any more has to be forgotten. Whether
    its session has ended, the facts of the account say.
    """

    MOST = 10_000
    REMEMBERED = 60.0

    def __init__(self, issuers: Callable[[], Mapping[str, Issuer]]) -> None:
        self._issuers = issuers
        self._memory: OrderedDict[bytes, tuple[float, float, Claims]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._memory)

    def forget(self, issuer: str) -> None:
        """Forget the tokens of an issuer whose keys have changed."""
        for digest in [digest for digest, (_, _, claims) in self._memory.items() if claims.issuer == issuer]:
            del self._memory[digest]

    def verify(self, bearer: str, now: datetime) -> Claims:
        """Verify the text of a token, or recall that it was.

        Raises:
            TokenRefused: the token is not good, or not any more.
        """
        digest = hashlib.sha256(bearer.encode("utf-8", "surrogatepass")).digest()
        instant = now.timestamp()
        known = self._memory.get(digest)
        if known is not None and known[0] <= instant < known[1]:
            self._memory.move_to_end(digest)
            return known[2]
        self._memory.pop(digest, None)
        claims = verify(bearer, self._issuers(), now)
        self._memory[digest] = (instant, min(claims.expires_at, instant + self.REMEMBERED), claims)
        if len(self._memory) > self.MOST:
            self._memory.popitem(last=False)
        return claims


def _checked_header(header: Mapping[str, Any]) -> tuple[str, str | None, str]:
    """Algorithm, key id if there is one, and type."""
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    kind = kind.lower().removeprefix("application/") if isinstance(kind, str) else ""
    if kind not in TYPES:
        raise TokenRefused(Reason.TYPE)
    if any(name in header for name in compact.FORBIDDEN_HEADERS):
        raise TokenRefused(Reason.HEADER)
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise TokenRefused(Reason.ALGORITHM)
    if "kid" in header and not isinstance(kid, str):
        raise TokenRefused(Reason.HEADER)
    return algorithm, kid, kind


def _checked_claims(payload: Mapping[str, Any], issuer: Issuer, now: datetime) -> Claims:
    audience = payload.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(one, str) for one in audiences) or issuer.audience not in audiences:
        raise TokenRefused(Reason.AUDIENCE)
    expires, issued = _instant(payload, "exp"), _instant(payload, "iat")
    if expires is None or issued is None or expires <= issued:
        raise TokenRefused(Reason.CLAIMS)
    of_ours = ("second_factor_at",) if issuer.claims is KABINET else ()
    starts = (issued, *(_instant(payload, name) for name in ("nbf", "auth_time", *of_ours)))
    if now >= expires:
        raise TokenRefused(Reason.EXPIRED)
    if any(one is not None and one > now + LEEWAY for one in starts):
        raise TokenRefused(Reason.NOT_YET_VALID)
    token_id, client = _words(payload, "jti"), _words(payload, "client_id")
    subject = _words(payload, "sub", LONGEST_ACCOUNT if issuer.own else LONGEST_WORDS)
    account = subject if issuer.own or subject is None else account_of(issuer.name, subject)
    session = _words(payload, "sid") if issuer.own else None
    if account is None or token_id is None or (issuer.own and session is None):
        raise TokenRefused(Reason.CLAIMS)
    assurance, token = _assurance(payload, issuer, issued, now), named(issuer.name, token_id)
    return Claims(issuer.issuer, account, expires.timestamp(), token, client, assurance, session)


def _assurance(payload: Mapping[str, Any], issuer: Issuer, issued: datetime, now: datetime) -> Assurance:
    if is_service(payload, issuer.services):
        return of_service(issued)
    if issuer.claims is KABINET:
        level = payload.get("assurance", Level.UNCONFIRMED.value)
        if not isinstance(level, str) or level not in set(Level) or level == Level.SERVICE:
            raise TokenRefused(Reason.CLAIMS)
    return assured(payload, issuer.claims, now)


def _instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    value = payload.get(name)
    if value is None and name not in payload:
        return None
    found = compact.instant(value)
    if found is None:
        raise TokenRefused(Reason.CLAIMS)
    return found


def _words(payload: Mapping[str, Any], name: str, most: int = LONGEST_WORDS) -> str | None:
    value = payload.get(name)
    if value is None and name not in payload:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= most or not value.isprintable():
        raise TokenRefused(Reason.CLAIMS)
    return value
