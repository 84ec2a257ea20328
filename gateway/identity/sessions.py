"""Sessions: how they begin with a sign-in, are kept up, are raised by a step-up, and end; and what is given out then.

A browser has an opaque cookie (`gateway/identity/cookie.py`), an application access tokens of ours and a refresh token
that every use replaces, a machine access tokens alone. All of it is good as long as its session holds, and no longer.
"""

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any, Final

from auth.assurance import Assurance, Level
from auth.tokens import Claims
from gateway.identity.auditing import left
from gateway.identity.cookie import as_shown, csrf_of, digest_of, new_secret
from gateway.identity.known_cookies import KnownCookies
from gateway.identity.refreshing import replaced
from gateway.identity.signed_in import (
    LASTING,
    Kind,
    Lasting,
    Raised,
    RefreshRefused,
    RefusedBecause,
    SignedIn,
    Started,
    Tokens,
    Why,
)
from gateway.identity.signing import ACCESS_LASTS, SigningKeys, token_claims
from sources.identity import session_changes as changes
from sources.identity.device import remembered
from sources.identity.session import SessionRecord
from sources.postgres.failure import SourceFailure
from sources.postgres.writing import writing
from sources.sealed_store import SealedStore

__all__ = [
    "Kind",
    "Lasting",
    "Raised",
    "RefreshRefused",
    "RefusedBecause",
    "Sessions",
    "SignedIn",
    "Started",
    "Tokens",
    "Why",
]

_OF_A_MACHINE: Final = Lasting(ACCESS_LASTS, ACCESS_LASTS)
_LONGEST_DEVICE: Final = 128


class Sessions:
    """The sessions of the identity store, as one process begins, keeps up and ends them.

    Attributes:
        keys: what signs access tokens.
        known: the cookies that this process knows.
    """

    def __init__(
        self,
        store: SealedStore,
        issuer: str | None,
        *,
        lasting: Mapping[Kind, Lasting] = LASTING,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.keys = SigningKeys(store, issuer, clock=clock)
        self.known = KnownCookies(store)
        self._store = store
        self._lasting = {**lasting, "SERVICE": _OF_A_MACHINE}

    def published(self) -> dict[str, Any]:
        """The public keys of our own issuer, as a JWK set."""
        return self.keys.published()

    async def of_cookie(self, cookie: str, at: datetime, *, using: bool = True) -> Claims:
        """What the cookie of a browser says of who shows it; `using` keeps the session up.

        Raises:
            TokenRefused: there is no such session, or it is over.
            SourceFailure: nobody can say.
        """
        return await self.known.claims(as_shown(cookie), at, using=using)

    async def rest(self) -> None:
        """Write what is noted in memory alone, if the store takes it: the process leaves."""
        with suppress(SourceFailure):
            await self.known.write()

    async def begin(self, signed_in: SignedIn, at: datetime) -> Started:
        """Begin a session: nothing that was shown before is good for it, so that nobody can have prepared it.

        Raises:
            NoIssuer: an application or a machine, and no issuer to sign in the name of.
            SourceFailure: the store did not take it.
        """
        session_id, lasting = secrets.randbelow(10**18 - 1) + 1, self._lasting[signed_in.kind]
        expires_at = at + lasting.whole
        cookie = new_secret() if signed_in.kind == "BROWSER" else None
        refresh = new_secret() if signed_in.kind == "APP" else None
        assurance = signed_in.assurance
        access = None
        if cookie is None:
            access = await self._access(session_id, signed_in.account, signed_in, expires_at, at)
        columns = {
            "id": session_id,
            "account": signed_in.account,
            "method_id": signed_in.method_id,
            "kind": signed_in.kind,
            "client": signed_in.client,
            "device": signed_in.device[:_LONGEST_DEVICE],
            "address_hint": signed_in.address_hint,
            "assurance": assurance.level.value,
            "amr": list(signed_in.amr),
            "auth_time": assurance.auth_time,
            "second_factor_at": assurance.second_factor_at,
            "started_at": at,
            "used_at": at,
            "idle_seconds": int(lasting.idle.total_seconds()),
            "expires_at": expires_at,
            "cookie_digest": None if cookie is None else digest_of(cookie),
        }
        grounds = {
            "kind": signed_in.kind,
            "client": signed_in.client,
            "method": signed_in.method_id,
            "assurance": assurance.level.value,
            "secondFactor": assurance.second_factor_at is not None,
        }
        async with writing(self._store) as unit:
            digest, name = signed_in.device_digest, signed_in.device[:_LONGEST_DEVICE]
            device = None if digest is None else await remembered(unit, signed_in.account, digest, name, at)
            first = await changes.begin(unit, {**columns, "device_id": device})
            if refresh is not None:
                await changes.give(unit, session_id, digest_of(refresh), secrets.token_bytes(32), at)
            await unit.leave(left("signIn", signed_in.account, session_id, at, grounds))
        tokens = None if access is None else Tokens(*access, refresh)
        csrf = None if cookie is None else csrf_of(cookie)
        return Started(str(session_id), first, expires_at, cookie, csrf, tokens)

    async def refreshed(self, refresh_token: str, at: datetime, client: str | None = None) -> Tokens:
        """Other tokens in the place of those that go with this refresh token, which is good no more.

        For ten seconds the same token brings the same successor again, as long as that was not used: an answer may be
        lost on the way. After that, or once its successor was used, somebody has a copy, and the session ends. So it
        does when another application shows it than it was given to.

        Raises:
            RefreshRefused: it is not good.
            NoIssuer: there is no issuer to sign in the name of.
            SourceFailure: the store did not say; the token may have been replaced.
        """
        digest = digest_of(refresh_token)
        async with writing(self._store) as unit:
            found = await changes.family_of(unit, digest)
            if found is None:
                raise RefreshRefused(RefusedBecause.UNKNOWN)
            session, held = found
            outcome = await replaced(self._store, unit, session, held, refresh_token, client, at)
        # What ends the family has to stay, so it is raised only when it is committed.
        if isinstance(outcome, RefusedBecause):
            raise RefreshRefused(outcome, session.account)
        assurance = Assurance(Level(session.assurance), session.auth_time, session.second_factor_at)
        signed_in = SignedIn(
            session.account, None, assurance, tuple(session.amr), "APP", session.client, session.device
        )
        access = await self._access(session.id, session.account, signed_in, session.expires_at, at)
        return Tokens(*access, outcome)

    async def end(self, session_id: str, why: Why, at: datetime) -> bool:
        """End a session; whether it held.

        Raises:
            SourceFailure: the store did not take it.
        """
        key = int(session_id)
        async with writing(self._store) as unit:
            session = await changes.locked(unit, key)
            held = session is not None and session.ended_at is None
            if session is not None and held:
                stolen = why is Why.REUSED
                entry = left("endSession", session.account, key, at, {"why": why.value}, stolen=stolen)
                await unit.leave(entry, changes.ended(key, why.value))
        self.known.forget(session_id)
        return held

    async def raised(
        self, session_id: str, assurance: Assurance, at: datetime, amr: tuple[str, ...] = ()
    ) -> Raised | None:
        """Note a step-up: a later sign-in of the same person by the same method; None where the session is over.

        A second factor that was shown before still counts. A browser gets another cookie; an application sees the
        change with its next refresh.

        Raises:
            SourceFailure: the store did not take it.
        """
        key, cookie = int(session_id), new_secret()
        async with writing(self._store) as unit:
            session = await changes.locked(unit, key)
            if session is None or not session.live(at):
                return None
            surer = _surer(session, assurance)
            known = tuple(dict.fromkeys((*session.amr, *amr)))
            level, second = surer.level.value, surer.second_factor_at
            await changes.rise(unit, key, level, known, surer.auth_time, second, at, digest_of(cookie))
            grounds = {"assurance": level, "secondFactor": second is not None}
            await unit.leave(left("stepUp", session.account, key, at, grounds))
        self.known.forget(session_id)
        if session.kind != "BROWSER":
            return Raised()
        return Raised(cookie, csrf_of(cookie))

    async def _access(
        self, session_id: int, account: str, signed_in: SignedIn, ends: datetime, at: datetime
    ) -> tuple[str, int]:
        """An access token, and for how many seconds it is good."""
        claims = token_claims(
            session=str(session_id),
            account=account,
            client=signed_in.client,
            level=signed_in.assurance.level.value,
            amr=signed_in.amr,
            auth_time=signed_in.assurance.auth_time,
            second_factor_at=signed_in.assurance.second_factor_at,
            ends=ends,
            at=at,
        )
        return await self.keys.signed(claims, at), int(str(claims["exp"])) - int(str(claims["iat"]))


def _surer(session: SessionRecord, assurance: Assurance) -> Assurance:
    """The assurance of a session after another sign-in; whether its person is confirmed, the later one says."""
    factors = [one for one in (session.second_factor_at, assurance.second_factor_at) if one is not None]
    return Assurance(assurance.level, max(session.auth_time, assurance.auth_time), max(factors, default=None))
