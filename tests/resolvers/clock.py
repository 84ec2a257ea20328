"""The loop's clock moved by hand, so that no test has to wait."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class LoopClock:
    """How far the loop's clock runs ahead, in seconds."""

    ahead: float = 0.0


@contextmanager
def moved() -> Iterator[LoopClock]:
    """The running loop with a clock that can be moved ahead."""
    loop = asyncio.get_running_loop()
    real, clock = loop.time, LoopClock()
    loop.time = lambda: real() + clock.ahead  # type: ignore[method-assign]
    try:
        yield clock
    finally:
        loop.time = real  # type: ignore[method-assign]
