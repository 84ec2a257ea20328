"""Python's garbage collector: it looks often enough that memory is bounded, and never at so much that callers wait.

What an answer needs, and what the caches let go of, goes by itself as soon as nobody holds it, for nothing of it is a
cycle (`tests/served/test_plateau.py`). The collector is there for what else may be one, in a library or by mistake.

A look takes about a microsecond for each object that has gone cold, so it must not go over all that a process keeps:
the caches alone are some hundred thousand objects. Hence what survives a full look is put aside, and the next one goes
over what has come since: 80,000 objects at most by these thresholds, which takes some milliseconds. They count what has
come and not gone: while answers come and go, no look is needed, and none is taken.

What was put aside and became a cycle after that would stay. So if the process has grown by half a gigabyte,
everything is looked at once, for as long as it takes, and the log says what was found.
"""

import gc
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Final

from gateway.log import Log

# So many objects that came and did not go bring a look at the young ones; every second look goes one generation
# further, and every second of these is a full one.
THRESHOLDS: Final = (20_000, 0, 0)
FULL: Final = 2
# Bytes that a process may grow by before everything is looked at.
GROWN: Final = 512 * 2**20
EVERY: Final = 30.0


def begin() -> None:
    """Put aside what a process has made at its start, and go on so."""
    gc.collect()
    gc.freeze()
    # The collector remembers how much there was at the last full look, and does not come before a quarter is new.
    gc.collect()
    gc.set_threshold(*THRESHOLDS)
    if _put_aside not in gc.callbacks:
        gc.callbacks.append(_put_aside)


def _put_aside(phase: str, looked: Mapping[str, int]) -> None:
    if phase == "stop" and looked["generation"] == FULL:
        gc.freeze()


class Everything:
    """Looks at everything, what was put aside too, whenever the process has grown by much since the last time."""

    def __init__(self, log: Log, resident: Callable[[], int] | None = None) -> None:
        self._log = log
        self._resident = resident or resident_bytes
        self._least = self._resident()

    async def look(self) -> int:
        """Look, if it is time to; there is never a second part of it."""
        now = self._resident()
        self._least = min(self._least, now)
        if now - self._least >= GROWN:
            began = perf_counter()
            gc.unfreeze()
            found = gc.collect()
            took = 1_000 * (perf_counter() - began)
            self._least = self._resident()
            self._log.event("looked at all memory", found=found, ms=round(took, 1), bytes=self._least)
        return 0


def resident_bytes() -> int:
    """The memory that the process holds; 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
