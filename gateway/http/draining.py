"""Leaving politely: whoever routes requests learns that no more are wanted before they are no longer taken."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Long enough for a balancer that asks /health/ready every second.
UNREADY_SECONDS = 2.0


@contextmanager
def unready_first(unready: Callable[[], None], drain: Callable[[], None]) -> Iterator[None]:
    """On SIGTERM call `unready`, and two seconds later `drain` and what the server had made of the signal.

    A second signal is not held.

    To be entered when the server has set its own handler, which is set again afterwards; elsewhere than in the main
    thread there are no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    stop = signal.getsignal(signal.SIGTERM)

    def told(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, stop)
        unready()
        loop.call_soon_threadsafe(loop.call_later, UNREADY_SECONDS, _stop, number, frame)

    def _stop(number: int, frame: FrameType | None) -> None:
        drain()
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, told)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is told:
            signal.signal(signal.SIGTERM, stop)
