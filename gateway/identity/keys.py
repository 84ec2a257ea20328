"""The issuers' public keys: loaded at start-up, refreshed in the background, never fetched because a token says so."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import httpx

from auth.keyset import KeySet, KeySetInvalid
from auth.services import Services
from auth.tokens import Claims, Issuer, Reason, TokenRefused, VerifiedTokens
from gateway.identity.fetching import LARGEST, NotFetched, fetched
from gateway.identity.issuers import IssuerSettings
from gateway.identity.signing import SigningKeys
from gateway.log import Log
from sources.postgres.failure import SourceFailure

REFRESH_EVERY: Final = 60.0
SOUGHT_EVERY: Final = 30.0
STALE_AFTER: Final = 24 * 3600.0


class KeysNotLoaded(Exception):
    """Some issuer's keys cannot be had; `faults` name issuers and reasons and hold nothing of what they answered."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class KeysStale(Exception):
    """The keys of the token's issuer have not been had for a day, so nobody can say whether the token is good."""


class _Kept:
    """One issuer's keys as last had, when they were had and sought, and why they were not had the last time."""

    __slots__ = ("fault", "had_at", "issuer", "running", "settings", "sought_at")

    def __init__(self, settings: IssuerSettings) -> None:
        self.settings = settings
        self.issuer = Issuer(
            settings.issuer,
            settings.audience,
            settings.algorithms,
            KeySet({}),
            settings.name,
            settings.types,
            settings.claims,
            Services.SUBJECT if settings.services else Services.NONE,
        )
        self.had_at = self.sought_at = float("-inf")
        self.fault: str | None = None
        self.running: asyncio.Task[None] | None = None


class KeyRing:
    """Keeps the keys of every issuer and verifies tokens with them.

    A set is refreshed once a minute; a key id that the set does not have makes it be asked for besides, at most once
    in 30 s, by one request however many tokens wait. A set that was had is in force at once, whatever it lacks: who
    signed with a key that is not in it is not believed any more. The last one is kept when a refresh fails, for a day.
    Our own keys are those of the identity store (`gateway/identity/signing.py`), and sought there in the same way.
    The log has every change: how many keys are in force, which entries are passed over and why, a refresh that fails.
    """

    def __init__(
        self,
        settings: Sequence[IssuerSettings],
        fixed: Sequence[Issuer] = (),
        *,
        log: Log | None = None,
        own: SigningKeys | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = {one.issuer: _Kept(one) for one in settings}
        self._fixed = {one.issuer: one for one in fixed}
        self._own = own
        self._log = log
        self._clock = clock
        self._refresher: asyncio.Task[None] | None = None
        self._issuers = self._by_name()
        self._tokens = VerifiedTokens(lambda: self._issuers)
        if own is not None:
            own.changed = self._others_of_our_own

    @property
    def issuers(self) -> Mapping[str, Issuer]:
        """Every issuer by name, with the keys in force."""
        return self._issuers

    async def open(self) -> None:
        """Load the keys of every issuer, and go on refreshing them.

        Raises:
            KeysNotLoaded: some issuer's keys cannot be had; without them its people could not sign in.
        """
        await asyncio.gather(*map(self._refreshing, self._kept.values()))
        faults = [
            f"issuer {name}: its keys cannot be had ({one.fault})" for name, one in self._kept.items() if one.fault
        ]
        if faults:
            raise KeysNotLoaded(faults)
        if self._kept:
            self._refresher = asyncio.create_task(self._refresh_for_ever())

    async def close(self) -> None:
        """Stop refreshing."""
        running = [one.running for one in self._kept.values()]
        for task in [self._refresher, *running]:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def verify(self, bearer: str, now: datetime) -> Claims:
        """Verify a token; a key id not seen before is looked for once at its issuer.

        Raises:
            TokenRefused: the token is not good.
            KeysStale: the keys that it would be checked with are too old to be relied on.
        """
        try:
            claims = self._tokens.verify(bearer, now)
        except TokenRefused as refused:
            if refused.reason is not Reason.UNKNOWN_KEY or not await self._sought(refused.issuer, now):
                raise
            claims = self._tokens.verify(bearer, now)
        kept = self._kept.get(claims.issuer)
        if kept is not None and self._clock() - kept.had_at > STALE_AFTER:
            raise KeysStale
        return claims

    async def _sought(self, issuer: str | None, now: datetime) -> bool:
        if self._own is not None and issuer == self._own.name:
            try:
                return await self._own.sought(now)
            except SourceFailure:
                raise KeysStale from None
        kept = self._kept.get(issuer or "")
        if kept is None:
            return False
        if kept.running is None or kept.running.done():
            if self._clock() - kept.sought_at < SOUGHT_EVERY:
                return False
            kept.sought_at = self._clock()
        await asyncio.shield(self._refreshing(kept))
        return True

    async def _refresh_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_EVERY)
            for failed in await asyncio.gather(*map(self._refreshing, self._kept.values()), return_exceptions=True):
                # A refresher that dies would leave withdrawn keys good for a day.
                if isinstance(failed, Exception) and self._log is not None:
                    self._log.fault(secrets.token_hex(8), "keys", failed)

    def _refreshing(self, kept: _Kept) -> asyncio.Task[None]:
        """The refresh of a set that is under way: a second beside it could bring an older set later."""
        if kept.running is None or kept.running.done():
            kept.running = asyncio.create_task(self._refresh(kept))
        return kept.running

    async def _refresh(self, kept: _Kept) -> None:
        before, name = kept.fault, kept.settings.issuer
        try:
            keys = await had(kept.settings)
        except KeySetInvalid as invalid:
            kept.fault = invalid.reason
            if kept.fault != before:
                self._note("keys not had", issuer=name, reason=kept.fault)
            return
        first, known = kept.had_at == float("-inf"), kept.issuer.keys
        changed = (keys.keys, keys.only) != (known.keys, known.only)
        kept.had_at, kept.fault = self._clock(), None
        if keys != known:
            kept.issuer = replace(kept.issuer, keys=keys)
            self._issuers = self._by_name()
        if changed:
            self._tokens.forget(name)
        if first or before is not None or changed:
            self._note("keys in force", issuer=name, keys=len(keys))
        for one in keys.passed_over:
            if one not in known.passed_over:
                self._note("key passed over", issuer=name, entry=one.entry, reason=one.reason)

    def _by_name(self) -> Mapping[str, Issuer]:
        own = None if self._own is None else self._own.issuer
        ours = {} if own is None else {own.issuer: own}
        return {**self._fixed, **{name: one.issuer for name, one in self._kept.items()}, **ours}

    def _others_of_our_own(self) -> None:
        """Our own issuer has other keys than before."""
        self._issuers = self._by_name()
        if self._own is not None and self._own.name is not None:
            self._tokens.forget(self._own.name)

    def _note(self, event: str, **facts: str | int) -> None:
        if self._log is not None:
            self._log.event(event, **facts)


class Published(Protocol):
    """Whoever publishes keys: where, and for which algorithms."""

    @property
    def jwks(self) -> Path | str:
        """The file or the URL."""

    @property
    def algorithms(self) -> frozenset[str]:
        """Those that its signatures may have."""


async def had(one: Published) -> KeySet:
    """The keys of an issuer, or of a machine, as it publishes them now.

    Raises:
        KeySetInvalid: it publishes no key set, or cannot be asked.
    """
    try:
        return KeySet.from_jwks(json.loads(await _content(one.jwks)), one.algorithms)
    except NotFetched as failed:
        raise KeySetInvalid(failed.why) from None
    except OSError:
        raise KeySetInvalid("UNREACHABLE") from None
    except (ValueError, RecursionError):
        raise KeySetInvalid("NOT_JSON") from None


async def _content(place: Path | str) -> bytes:
    """The bytes of a key set from the place that the configuration names."""
    if isinstance(place, Path):
        return await asyncio.to_thread(_file, place)
    status, content = await fetched("GET", place)
    if status != httpx.codes.OK:
        raise KeySetInvalid(f"STATUS_{status}")
    return content


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise KeySetInvalid("TOO_LARGE")
    return content
