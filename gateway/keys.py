"""The issuers' public keys: loaded at start-up, refreshed in the background, never fetched because a token says so."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from auth.tokens import Claims, Issuer, KeySet, KeySetInvalid, Reason, TokenRefused, VerifiedTokens
from gateway.issuers import IssuerSettings

LARGEST: Final = 262_144
REFRESH_EVERY: Final = 60.0
SOUGHT_EVERY: Final = 30.0
STALE_AFTER: Final = 24 * 3600.0
_TIMEOUT: Final = 3.0
_DEADLINE: Final = 5.0
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity"}


class KeysNotLoaded(Exception):
    """Some issuer's keys cannot be had; `faults` name the issuers and hold nothing of their answers."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class KeysStale(Exception):
    """The keys of the token's issuer have not been had for a day, so nobody can say whether the token is good."""


class _Kept:
    """One issuer's keys as last had, and when they were had and asked for."""

    __slots__ = ("asked_at", "had_at", "issuer", "running", "settings", "sought_at")

    def __init__(self, settings: IssuerSettings) -> None:
        self.settings = settings
        self.issuer = Issuer(settings.issuer, settings.audience, settings.algorithms, KeySet({}))
        self.had_at = self.asked_at = self.sought_at = float("-inf")
        self.running: asyncio.Task[None] | None = None


class KeyRing:
    """Keeps the keys of every issuer and verifies tokens with them.

    A set is refreshed at most once a minute; a key id that the set does not have makes it be asked for at most once
    in 30 s, by one request however many tokens wait. The last good set is kept when a refresh fails, for a day.
    """

    def __init__(
        self,
        settings: Sequence[IssuerSettings],
        fixed: Sequence[Issuer] = (),
        *,
        denied: Callable[[str], bool] = lambda _: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = {one.issuer: _Kept(one) for one in settings}
        self._fixed = {one.issuer: one for one in fixed}
        self._issuers: Mapping[str, Issuer] = dict(self._fixed)
        self._clock = clock
        self._refresher: asyncio.Task[None] | None = None
        self._tokens = VerifiedTokens(lambda: self._issuers, denied)

    @property
    def issuers(self) -> Mapping[str, Issuer]:
        """Every issuer by name, with the keys in force."""
        return self._issuers

    async def open(self) -> None:
        """Load the keys of every issuer, and go on refreshing them.

        Raises:
            KeysNotLoaded: some issuer has no usable keys; without them its people could not sign in.
        """
        async with asyncio.TaskGroup() as group:
            for kept in self._kept.values():
                group.create_task(self._refresh(kept))
        faults = [f"the keys of issuer {name} cannot be had" for name, one in self._kept.items() if not one.issuer.keys]
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
            if refused.reason is not Reason.UNKNOWN_KEY or not await self._sought(refused.issuer):
                raise
            claims = self._tokens.verify(bearer, now)
        kept = self._kept.get(claims.issuer)
        if kept is not None and self._clock() - kept.had_at > STALE_AFTER:
            raise KeysStale
        return claims

    async def _sought(self, issuer: str | None) -> bool:
        kept = self._kept.get(issuer or "")
        if kept is None:
            return False
        if kept.running is None or kept.running.done():
            if self._clock() - kept.sought_at < SOUGHT_EVERY:
                return False
            kept.sought_at = self._clock()
            kept.running = asyncio.create_task(self._refresh(kept))
        await asyncio.shield(kept.running)
        return True

    async def _refresh_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_EVERY)
            for kept in self._kept.values():
                if self._clock() - kept.asked_at >= REFRESH_EVERY:
                    await self._refresh(kept)

    async def _refresh(self, kept: _Kept) -> None:
        kept.asked_at = self._clock()
        one = kept.settings
        try:
            keys = KeySet.from_jwks(json.loads(await _content(one.jwks)))
        except (OSError, ValueError, RecursionError, httpx.HTTPError, httpx.InvalidURL, KeySetInvalid):
            return
        kept.had_at = self._clock()
        kept.issuer = Issuer(one.issuer, one.audience, one.algorithms, keys)
        self._issuers = {**self._fixed, **{name: other.issuer for name, other in self._kept.items()}}


async def _content(place: Path | str) -> bytes:
    """The bytes of a key set from the place that the configuration names; no redirect, no proxy leads elsewhere."""
    if isinstance(place, Path):
        return await asyncio.to_thread(_file, place)
    found = bytearray()
    async with (
        asyncio.timeout(_DEADLINE),
        httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", place, headers=_HEADERS) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise KeySetInvalid("expected status 200")
        async for chunk in answer.aiter_bytes(16_384):
            found += chunk
            if len(found) > LARGEST:
                raise KeySetInvalid(f"expected at most {LARGEST} bytes")
    return bytes(found)


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise KeySetInvalid(f"expected at most {LARGEST} bytes")
    return content
