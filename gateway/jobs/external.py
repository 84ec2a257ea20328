"""Asks external services of organisations whether they are well, again and again, and notes what came of it.

A secret is shown to the one host that the operator keeps it for; without one, nothing is connected to at all.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from gateway.exchange.external import Secrets
from gateway.exchange.transport import NotDelivered, got
from gateway.log import Log
from sources import external_service as source
from sources.external_service import DueService
from sources.stores import Stores

AT_ONCE: Final = 10
CHECK_SECONDS: Final = 5.0
EVERY: Final = timedelta(minutes=10)
WELL: Final = range(200, 300)
DENIED: Final = frozenset({401, 403})
# What keeps a service from being asked; whatever else comes of it is an answer that says nothing good.
FAULTS: Final = frozenset({"ADDRESS_REFUSED", "UNREACHABLE", "TIMED_OUT"})


class ExternalChecks:
    """Checks what is due; several processes share the work, each service is one's at a time."""

    def __init__(
        self,
        stores: Stores,
        secrets: Secrets,
        clock: Callable[[], datetime],
        log: Log,
        *,
        seconds: float = CHECK_SECONDS,
    ) -> None:
        self._stores = stores
        self._secrets = secrets
        self._clock = clock
        self._log = log
        self._seconds = seconds

    async def run(self) -> int:
        """Check some that are due, side by side; how many.

        Raises:
            SourceFailure: the store is lost; what was claimed is checked when it is due again.
        """
        at = self._clock()
        due = await source.claim(self._stores.registry, at, at + EVERY, AT_ONCE)
        faults = await asyncio.gather(*map(self._fault, due))
        for one, fault in zip(due, faults, strict=True):
            await source.checked(self._stores.registry, one, self._clock(), fault)
            self._log.event("external service checked", service=one.id, fault=fault or "none")
        return len(due)

    async def _fault(self, service: DueService) -> str | None:
        """Why a service is not well; None where it is."""
        server = self._secrets.server(service)
        if server is None:
            return "SECRET_UNKNOWN"
        try:
            status = (await got(server, server.headers(), self._seconds)).status
        except NotDelivered as failed:
            return failed.code if failed.code in FAULTS else "ANSWER_REFUSED"
        if status in DENIED:
            return "ACCESS_DENIED"
        return None if status in WELL else "ANSWER_REFUSED"
