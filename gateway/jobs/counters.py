"""Counters of the process in its log: how operations were executed since the start, told while they change."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from gateway.log import Log

EVERY: Final = 60.0


class Counting:
    """Writes a line `counters` when something was counted since the last one."""

    def __init__(self, log: Log, counted: Callable[[], Mapping[str, Any]]) -> None:
        self._log = log
        self._counted = counted
        self._told = counted()

    def tell(self) -> None:
        """Write the line, unless it would say the same as the last one."""
        counted = self._counted()
        if counted != self._told:
            self._told = counted
            self._log.event("counters", **counted)

    @asynccontextmanager
    async def running(self, every: float = EVERY) -> AsyncIterator[None]:
        """Tell every so many seconds meanwhile, and once more at the end."""
        task = asyncio.create_task(self._keep_telling(every))
        try:
            yield
        finally:
            task.cancel()
            self.tell()

    async def _keep_telling(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            self.tell()
