"""Leaving politely: whoever routes requests learns that no more are wanted before they are no longer taken."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

# Long enough for a balancer that asks /health/ready every second.
UNREADY_SECONDS = 2.0


def unready_first(unready: Callable[[], None]) -> None:
    """On SIGTERM call `unready`, and two seconds later what the server had made of it; a second signal is not held.

    To be called when the server has set its own handler; elsewhere than in the main thread there are no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    stop = signal.getsignal(signal.SIGTERM)

    def told(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, stop)
        unready()
        loop.call_soon_threadsafe(loop.call_later, UNREADY_SECONDS, _stop, number, frame)

    def _stop(number: int, frame: FrameType | None) -> None:
        if callable(stop):
            stop(number, frame)

    signal.signal(signal.SIGTERM, told)
