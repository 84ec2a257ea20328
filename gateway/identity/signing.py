"""The keys that sign our own access tokens: made ahead, sealed in the store, published, and gone when they are over."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.compact import encoded, signing_input
from auth.keyset import KeySet
from auth.services import Services
from auth.tokens import AT_JWT, Issuer
from sources.identity import signing_key as source
from sources.identity.signing_key import SigningKeyRecord
from sources.postgres.failure import SourceUnavailable
from sources.sealed_store import SealedStore
from sources.sealing import KeyMissing, PersonalKey, SealBroken, new_key

AUDIENCE: Final = "kabinet"
ALGORITHM: Final = "ES256"
ACCESS_LASTS: Final = timedelta(minutes=5)
SIGNS_FOR: Final = timedelta(days=30)
# Made so long before it signs, so that whoever keeps the published keys for a day has it by then.
AHEAD: Final = timedelta(days=1)
# A key that signs no more is published until the last of its tokens is over, by clocks that differ a little.
OVER_AFTER: Final = ACCESS_LASTS + timedelta(minutes=1)
# Unknown key ids make the store be asked at most this often, in seconds.
SOUGHT_EVERY: Final = 1.0
_PRIVATE: Final = "private"
_WRAPPED: Final = "wrapped_key"


class NoIssuer(Exception):
    """There is no address of the cabinet to sign tokens in the name of: `KABINET_ADDRESS` is not set."""


class SigningKeys:
    """The keys of our own issuer as the store has them, and the tokens that are signed with them.

    Every process looks once a minute, when it signs without knowing a key, and at once when a token names a key that
    it does not know. Whoever looks makes the next key where it is due; a lock lets one process do so.

    Attributes:
        name: the issuer's; without one nothing is signed, and no token of ours believed.
        changed: called when other keys are in force.
    """

    def __init__(self, store: SealedStore, name: str | None, *, clock: Callable[[], float]) -> None:
        self.name = name
        self.changed: Callable[[], None] = _nobody
        self._store = store
        self._clock = clock
        self._rows: Sequence[SigningKeyRecord] = ()
        self._opened: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._set = KeySet({})
        self._published: Sequence[dict[str, str]] = ()
        self._sought_at = float("-inf")

    @property
    def issuer(self) -> Issuer | None:
        """Our own issuer with the keys in force."""
        if self.name is None:
            return None
        return Issuer(self.name, AUDIENCE, frozenset({ALGORITHM}), self._set, own=True, services=Services.CLAIM)

    def published(self) -> dict[str, Any]:
        """The public keys as a JWK set: that which signs, the next one, and those whose tokens are not over."""
        return {"keys": list(self._published)}

    async def look(self, at: datetime) -> None:
        """See which keys there are at an instant, and make the next one where it is due.

        Raises:
            SourceFailure: the store did not say, or its ring cannot wrap a key.
        """
        if self.name is None:
            return
        rows = await source.keys_at(self._store, at - OVER_AFTER)
        due = self._due(rows, at)
        if due is not None:
            await source.add(self._store, lambda known: self._made(known, at))
            rows = await source.keys_at(self._store, at - OVER_AFTER)
        self._take(rows)

    async def sought(self, at: datetime) -> bool:
        """Look because of a key id that is not known; whether the store was asked."""
        if self.name is None or self._clock() - self._sought_at < SOUGHT_EVERY:
            return False
        self._sought_at = self._clock()
        await self.look(at)
        return True

    async def signed(self, claims: Mapping[str, object], at: datetime, kind: str = AT_JWT) -> str:
        """A token with these claims, of our own issuer; `kind` is what it calls itself (`typ`).

        Raises:
            NoIssuer: there is none.
            SourceFailure: no key is known, and the store does not give one.
        """
        if self.name is None:
            raise NoIssuer
        kid = self._signing(self._rows, at)
        if kid is None:
            await self.look(at)
            kid = self._signing(self._rows, at)
        if kid is None:
            raise SourceUnavailable(self._store.name)
        header = {"alg": ALGORITHM, "typ": kind, "kid": kid}
        said = {"iss": self.name, "aud": AUDIENCE, **claims}
        text = signing_input(header, said)
        r, s = decode_dss_signature(self._opened[kid].sign(text, ec.ECDSA(SHA256())))
        return f"{text.decode()}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def _take(self, rows: Sequence[SigningKeyRecord]) -> None:
        if [row.kid for row in rows] == [row.kid for row in self._rows]:
            return
        self._rows = rows
        self._opened = {row.kid: key for row in rows if (key := self._private(row)) is not None}
        self._published = tuple(_jwk(row) for row in rows)
        self._set = KeySet.from_jwks(self.published(), {ALGORITHM})
        self.changed()

    def _signing(self, rows: Sequence[SigningKeyRecord], at: datetime) -> str | None:
        """Which key signs at an instant: the last whose time has come, among those that can be opened."""
        return next((row.kid for row in reversed(rows) if row.signs_from <= at and self._private(row)), None)

    def _due(self, rows: Sequence[SigningKeyRecord], at: datetime) -> datetime | None:
        """From when the next key has to sign, where it has to be made now."""
        signing = self._signing(rows, at)
        if signing is None:
            return at
        since = next(row.signs_from for row in rows if row.kid == signing)
        if any(row.signs_from > since for row in rows) or at < since + SIGNS_FOR - AHEAD:
            return None
        return max(since + SIGNS_FOR, at + AHEAD)

    def _made(self, rows: Sequence[SigningKeyRecord], at: datetime) -> tuple[object, ...] | None:
        """The columns of the next key, if it is still due."""
        due = self._due(rows, at)
        if due is None:
            return None
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        kid, personal = hashlib.sha256(point).hexdigest()[:16], new_key()
        with self._store.keyed() as ring:
            wrapped = ring.wrap(personal, source.TABLE, _WRAPPED, kid)
        secret = f"{key.private_numbers().private_value:064x}"
        return kid, at, due, point, wrapped, PersonalKey(personal).seal(secret, source.TABLE, _PRIVATE, kid)

    def _private(self, row: SigningKeyRecord) -> ec.EllipticCurvePrivateKey | None:
        """The private key of a row; none where the ring does not open it, and then another one is made."""
        known = self._opened.get(row.kid)
        if known is not None:
            return known
        try:
            personal = self._store.keyring.unwrap(row.wrapped_key, source.TABLE, _WRAPPED, row.kid)
            secret = PersonalKey(personal).open(row.private, source.TABLE, _PRIVATE, row.kid)
            return ec.derive_private_key(int(secret, 16), ec.SECP256R1())
        except (KeyMissing, SealBroken, ValueError):
            self._store.unopened("a key that signs tokens", row.wrapped_key[0])
            return None


def token_claims(
    *,
    session: str,
    account: str,
    client: str | None,
    level: str,
    amr: Sequence[str],
    auth_time: datetime,
    second_factor_at: datetime | None,
    ends: datetime,
    at: datetime,
) -> dict[str, object]:
    """What an access token of a session says; it is over in five minutes, and never after the session."""
    issued = int(at.timestamp())
    claims: dict[str, object] = {
        "sub": account,
        "sid": session,
        "jti": secrets.token_urlsafe(12),
        "iat": issued,
        "exp": min(issued + int(ACCESS_LASTS.total_seconds()), int(ends.timestamp())),
        "auth_time": int(auth_time.timestamp()),
        "assurance": level,
        "amr": list(amr),
    }
    if client is not None:
        claims["client_id"] = client
    if second_factor_at is not None:
        claims["second_factor_at"] = int(second_factor_at.timestamp())
    return claims


def _jwk(row: SigningKeyRecord) -> dict[str, str]:
    x, y = encoded(row.public[1:33]), encoded(row.public[33:])
    return {"kty": "EC", "crv": "P-256", "alg": ALGORITHM, "use": "sig", "kid": row.kid, "x": x, "y": y}


def _nobody() -> None:
    """Nobody wants to know."""
