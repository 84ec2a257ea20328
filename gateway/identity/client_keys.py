"""The public keys of machines that have tokens of this program: asked for when one comes, and kept for a while."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

from auth.keyset import KeySet, KeySetInvalid
from gateway.identity.clients import Service
from gateway.identity.keys import REFRESH_EVERY, SOUGHT_EVERY, had
from gateway.log import Log

# Without a word from where its keys are published a machine is believed for so long.
STALE_AFTER: Final = 3_600.0


class KeysAway(Exception):
    """The keys of a client cannot be had now, so nobody can say whether it is who it says."""


class _Kept:
    """The keys of one client as last had, when, and when they were sought."""

    __slots__ = ("fault", "had_at", "keys", "running", "service", "sought_at")

    def __init__(self, service: Service) -> None:
        self.service = service
        self.keys = KeySet({})
        self.had_at = self.sought_at = float("-inf")
        self.fault: str | None = None
        self.running: asyncio.Task[None] | None = None


class ClientKeys:
    """Keeps the keys of every machine; none is asked for because of what a caller says.

    A set is good for a minute, and is then asked for anew by whoever comes next; one that lacks a key id is asked for
    besides, at most once in 30 s. When it cannot be had, the last one is kept for an hour.
    """

    def __init__(
        self, services: Mapping[str, Service], log: Log | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kept = {name: _Kept(one) for name, one in services.items()}
        self._log = log
        self._clock = clock

    async def of(self, client: str, kid: object = None) -> KeySet:
        """The keys of a client, so new that one with this id would be among them.

        Raises:
            KeysAway: they cannot be had, and were not for an hour.
        """
        kept, now = self._kept[client], self._clock()
        unknown = isinstance(kid, str) and kept.keys.get(kid) is None and now - kept.sought_at >= SOUGHT_EVERY
        if unknown or now - max(kept.had_at, kept.sought_at) >= REFRESH_EVERY:
            await asyncio.shield(self._seeking(kept))
        elif kept.running is not None and kept.had_at == float("-inf"):
            await asyncio.shield(kept.running)
        if self._clock() - kept.had_at > STALE_AFTER:
            raise KeysAway
        return kept.keys

    async def close(self) -> None:
        """Let go of what is being asked."""
        for task in [one.running for one in self._kept.values() if one.running is not None]:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _seeking(self, kept: _Kept) -> asyncio.Task[None]:
        if kept.running is None or kept.running.done():
            kept.sought_at = self._clock()
            kept.running = asyncio.create_task(self._seek(kept))
        return kept.running

    async def _seek(self, kept: _Kept) -> None:
        before = kept.fault
        try:
            kept.keys = await had(kept.service)
        except KeySetInvalid as invalid:
            kept.fault = invalid.reason
        else:
            kept.had_at, kept.fault = self._clock(), None
        if kept.fault != before and self._log is not None:
            self._log.event("keys of a client", client=kept.service.client, fault=kept.fault or "none")
