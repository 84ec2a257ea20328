"""Time as a loop has it: while it stands still, because the machine is busy, none passes for anybody in it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

TICK = 0.01


class Passed:
    """How much of it has passed.

    Attributes:
        seconds: no more than a clock on the wall would say.
    """

    seconds = 0.0

    async def _pass(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.seconds += TICK


@asynccontextmanager
async def passing() -> AsyncIterator[Passed]:
    """Counts the seconds that the loop has, while the block lasts."""
    passed = Passed()
    task = asyncio.create_task(passed._pass())
    try:
        yield passed
    finally:
        task.cancel()


async def within_a_second(coming: Coroutine[Any, Any, Any]) -> Any:
    """What comes before the loop has had a second."""
    task = asyncio.ensure_future(coming)
    async with passing() as passed:
        while not task.done() and passed.seconds < 1:
            await asyncio.sleep(TICK)
    assert task.cancel() is False, "it took longer"
    return task.result()
