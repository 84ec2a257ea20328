"""Which way an operation took is seen in the log, request by request and counted, and in the demo's readiness."""

import asyncio
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.jobs.counters import Counting
from gateway.log import Log
from gateway.settings import Settings
from tests.served.running import Running, running

PLANNED = "{ specialties { name } }"
INTROSPECTION = "{ __schema { queryType { name } } }"
NO_STREAMS = {"open": 0, "executions": 0, "events": 0, "dropped": 0}
OTHERS = {
    "streams": NO_STREAMS,
    "relay": {"givenUp": 0, "unsigned": 0},
    "refused": {"act": 0, "read": 0, "list": 0},
}


def ways(lines: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    return [(line.get("executor"), line.get("because")) for line in lines if line["event"] == "request"]


async def asked(served: Running, *documents: str) -> None:
    for document in documents:
        await served.ask("anonymous", document)


async def test_the_way_of_each_operation_is_logged_and_counted(settings: Settings, urls: Mapping[str, str]) -> None:
    async with running(settings, urls) as served:
        await asked(served, PLANNED, INTROSPECTION, PLANNED)
        await served.send("anonymous", "{ nothing }")
        ready = (await served.client.get("/health/ready")).json()
        log = await served.log()
    assert ways(log) == [("compiled", None), ("reference", "introspection"), ("compiled", None), (None, None)]
    counters = {"compiled": 2, "reference": {"introspection": 1}, "documents": 3}
    counters |= {"plans": 2, "plansBuilt": 1, "plansFound": 1, **OTHERS}
    assert ready["counters"] == counters
    (last,) = (json.loads(line) for line in served.sink.getvalue().splitlines() if '"counters"' in line)
    assert {name: last[name] for name in counters} == counters


async def test_the_reference_by_choice_is_told_as_such(settings: Settings, urls: Mapping[str, str]) -> None:
    async with running(replace(settings, executor="reference"), urls) as served:
        await asked(served, PLANNED)
        ready = (await served.client.get("/health/ready")).json()
        assert ways(await served.log()) == [("reference", "setting")]
    assert ready["counters"] == {"compiled": 0, "reference": {"setting": 1}, "documents": 1, **OTHERS}


@pytest.mark.parametrize("changes", [0, 1, 3])
async def test_counters_are_told_only_when_they_changed(changes: int) -> None:
    sink, counted = io.StringIO(), {"compiled": 0}
    log = Log(sink=sink)
    counting = Counting(log, lambda: dict(counted))
    for _ in range(changes):
        counted["compiled"] += 1
        counting.tell()
        counting.tell()
    log.close()
    told = [json.loads(line)["compiled"] for line in sink.getvalue().splitlines()]
    assert told == list(range(1, changes + 1))


async def test_counters_are_told_in_between_and_at_the_end() -> None:
    sink, counted = io.StringIO(), {"compiled": 0}
    log = Log(sink=sink)
    async with Counting(log, lambda: dict(counted)).running(every=0.001):
        counted["compiled"] = 1
        while not log._waiting:
            await asyncio.sleep(0.001)
        counted["compiled"] = 2
    log.close()
    assert [json.loads(line)["compiled"] for line in sink.getvalue().splitlines()] == [1, 2]
