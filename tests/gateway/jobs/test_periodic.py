"""Jobs that fail: noted once for each reason, however often they are tried, and when they go on."""

import asyncio
import io
import json

import pytest

from gateway.jobs.periodic import Job, Periodic
from gateway.log import Log
from sources.postgres.failure import SourceContradicts, Unintelligible

PATIENCE = 60


async def test_what_befalls_a_job_again_and_again_is_noted_once() -> None:
    sink, done, tries = io.StringIO(), asyncio.Event(), iter([ValueError, ValueError, None, None, None])
    log = Log(sink=sink)

    async def run() -> int:
        kind = next(tries, done)
        if kind is done:
            done.set()
        elif kind is None:
            raise SourceContradicts("journal") from Unintelligible("nulls")
        else:
            raise ValueError
        return 0

    periodic = Periodic([Job("a job", 0.001, run)], log)
    periodic.start()
    async with asyncio.timeout(PATIENCE):
        await done.wait()
        await asyncio.sleep(0)
    await periodic.stop()
    log.close()
    lines = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert [(line["event"], line.get("kind")) for line in lines] == [
        ("fault", "ValueError"),
        ("fault", "Unintelligible"),
        ("job goes on", None),
    ]


@pytest.mark.parametrize("turns", range(6))
async def test_a_job_that_is_woken_just_as_it_is_stopped_stops(turns: int) -> None:
    log, ran = Log(sink=io.StringIO()), asyncio.Event()

    async def run() -> int:
        ran.set()
        return 0

    job = Job("a job", 60, run)
    periodic = Periodic([job], log)
    periodic.start()
    await ran.wait()
    for _ in range(10):
        await asyncio.sleep(0)  # now it waits
    job.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await periodic.stop()
    log.close()
