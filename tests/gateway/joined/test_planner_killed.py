"""The planner dies again and again under load: what is ours, and what has a plan, never notices."""

import asyncio
import os
import signal
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.conftest import Gateway

KILLS = 100
OURS = "{ viewer { roles { name } practitioner { id fullName accreditations { kind status } } } }"
KNOWN = "{ wards { name head { fullName workload { hours } } } }"
GONE = {"code": "SOURCE_UNAVAILABLE", "store": "planner", "retryable": True}
# Of an operation, as the product has it.
DEADLINE = 3.0
PATIENCE = 30.0
PAUSE = 0.06


def left_over() -> dict[str, int]:
    """Children of this process, dead ones among them, what it holds open of processes, and tasks of its loop."""
    children = [one.read_text().split() for one in Path("/proc/self/task").glob("*/children")]
    held = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    pipes = [one for one in held if one.startswith(("pipe:", "anon_inode:[pidfd]"))]
    return {"children": sum(map(len, children)), "pipes": len(pipes), "tasks": len(asyncio.all_tasks())}


async def test_who_needs_no_new_plan_never_notices_that_the_planner_is_killed(
    joined: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = joined.application.joined
    assert both is not None
    assert both.planner is not None
    planner, ended = both.planner, False
    # How slow the hospital is on this machine is not what is looked at here.
    monkeypatch.setattr(both.doors["mis"].door, "deadline", PATIENCE)
    headers = {"authorization": f"Bearer {joined.token('head')}"}

    async def ask(document: str) -> dict[str, Any]:
        response = await joined.client.post("/graphql", json={"query": document}, headers=headers)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    async def load(document: str, expected: dict[str, Any]) -> list[float]:
        took = list[float]()
        while not ended:
            began = monotonic()
            answer = await ask(document)
            took.append(monotonic() - began)
            assert (answer["data"], answer.get("errors")) == (expected["data"], None)
            # A machine that is slow is not made slower.
            await asyncio.sleep(max(PAUSE, 3 * took[-1]))
        return took

    async def planned(document: str) -> list[float]:
        """Ask until there is a plan; how long each refusal took."""
        took = list[float]()
        async with asyncio.timeout(PATIENCE):
            while True:
                began = monotonic()
                answer = await ask(document)
                if answer["data"] is not None:
                    assert len(answer["data"]["wards"]) == 3
                    return took
                took.append(monotonic() - began)
                (error,) = answer["errors"]
                assert {name: error["extensions"].get(name) for name in GONE} == GONE
                await asyncio.sleep(PAUSE)

    ours, known = await asyncio.gather(ask(OURS), ask(KNOWN))
    before, starts = left_over(), planner.starts
    loading = [asyncio.create_task(load(OURS, ours)), asyncio.create_task(load(KNOWN, known))]
    refusals: list[float] = []
    for number in range(KILLS):
        assert planner.pid is not None
        os.kill(planner.pid, signal.SIGKILL)
        # Who lacks a plan meanwhile is not kept waiting for one.
        refusals += await planned(f"{{ wards {{ of{number}: id }} }}")
        assert not any(one.done() for one in loading)
    ended = True
    took_ours, took_known = await asyncio.gather(*loading)
    assert planner.starts == starts + KILLS
    assert len(refusals) >= KILLS
    assert max(*took_ours, *refusals) < DEADLINE
    assert min(len(took_ours), len(took_known)) > KILLS // 2
    # Tasks that carried the last request may end a turn of the loop later, and what others left before goes as well.
    async with asyncio.timeout(PATIENCE):
        while any(count > before[name] for name, count in left_over().items()):
            await asyncio.sleep(PAUSE)
