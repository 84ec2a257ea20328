"""Turns on the event loop: long work gives way to others often enough."""

import asyncio
from time import perf_counter

SPAN = 0.005


class Turns:
    """Work that lasts; between its parts, none of them long, it pauses once its turn is over."""

    __slots__ = ("_ends",)

    def __init__(self) -> None:
        self._ends = perf_counter() + SPAN

    async def pause(self) -> None:
        """Let others have their turn, if this one lasts for long enough already."""
        if perf_counter() >= self._ends:
            await asyncio.sleep(0)
            self._ends = perf_counter() + SPAN
