"""Jobs that a process does in the background, again and again, as long as it lives."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from gateway.log import Log
from sources.postgres.failure import SourceFailure

LONGEST_PAUSE: Final = 30.0


@dataclass(slots=True, eq=False)
class Job:
    """Something to be done every so many seconds, and sooner when woken.

    Attributes:
        run: does a part of it and says how much; as long as that is not nothing, it is called again at once. Several
            processes run it side by side, so it takes what lock it needs.
        channel: the channel on which word comes of something to do.
        store: the store that gives it; None where any may.
        own: whether it is about this process, so that none of the others can do it instead.
        gathers: seconds from a word, or from one part to the next, so that what comes in a burst is done together.
    """

    name: str
    seconds: float
    run: Callable[[], Awaitable[int]]
    channel: str | None = None
    gathers: float = 0.0
    store: str | None = None
    own: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """There is something to do now."""
        self.woken.set()


class Periodic:
    """Keeps jobs going: one that fails waits twice as long each time, half a minute at most, and then goes on."""

    def __init__(self, jobs: Sequence[Job], log: Log) -> None:
        self.jobs = tuple(jobs)
        self._log = log
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin with all of them."""
        self._tasks = [asyncio.create_task(self._keep(job), name=job.name) for job in self.jobs]

    def heard(self, store: str, channel: str) -> None:
        """A store gave word on a channel."""
        for job in self.jobs:
            if job.channel == channel and job.store in {None, store}:
                job.wake()

    async def stop(self) -> None:
        """Stop all of them; a transaction that is under way is undone."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, job: Job) -> None:
        failures, met = 0, None
        while True:
            job.woken.clear()
            try:
                while await job.run():
                    failures, met = self._well(job, failures), None
                    await asyncio.sleep(job.gathers)
                failures, met = self._well(job, failures), None
            except Exception as failed:  # noqa: BLE001 - whatever it is, the next time may be better
                failures += 1
                met = self._met(job, failures, failed, met)
            pause = min(job.seconds * 2**failures, max(LONGEST_PAUSE, job.seconds))
            # Not all processes at the same moment.
            if await _woken(job, pause * random.uniform(0.9, 1.1)):  # noqa: S311 - no secret
                await asyncio.sleep(job.gathers)
            if failures:
                # What is lost is not back because somebody calls.
                await asyncio.sleep(min(pause, job.seconds))

    def _met(
        self, job: Job, failures: int, failed: Exception, before: type[BaseException] | None
    ) -> type[BaseException]:
        """Note what befell a job, unless it is what befell it before; a fault may last for days."""
        cause = failed.__cause__ if isinstance(failed, SourceFailure) else failed
        kind = type(cause or failed)
        if failures == 1 and isinstance(failed, SourceFailure):
            self._log.event("job waits", job=job.name, store=failed.store, code=failed.code)
        if cause is not None and kind is not before:
            self._log.fault(f"job-{failures}", job.name, cause)
        return kind

    def _well(self, job: Job, failures: int) -> int:
        if failures:
            self._log.event("job goes on", job=job.name, failures=failures)
        return 0


async def _woken(job: Job, seconds: float) -> bool:
    """Whether a job is woken within so many seconds. `asyncio.wait_for` would not be stopped at the very instant."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await job.woken.wait()
        return True
    return False
