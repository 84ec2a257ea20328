"""The planner as a process: what it plans, that it dies, and who goes on without it. Plans made beforehand."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from engine.joining.joined import Joined
from engine.joining.planner import NotPlanned, Planner, PlannerGone, PlannerUnfit
from engine.joining.plans import Beforehand, Name, Plans, PlansUnfit
from engine.joining.supergraph import Supergraph, SupergraphUnfit
from engine.request.request import Request
from tests.engine.joining.conftest import Clinic
from tests.engine.joining.people import clinic as services
from tests.engine.joining.services import sdl
from tests.passing import passing

KILLS = 20
PATIENCE = 60
KNOWN = "{ people { name shifts } }"
ANSWER = {"people": [{"name": n, "shifts": s} for n, s in (("Ada", 11), ("Bob", 12), ("Eve", 13))]}


@pytest.fixture
async def planner() -> AsyncIterator[Planner]:
    """A planner of its own, which may be killed; however busy the machine is, it is not for being slow."""
    made = Planner(sdl("supergraph"), planning=PATIENCE)
    await made.start()
    yield made
    await made.stop()


async def there(planner: Planner, starts: int) -> None:
    """Wait until a planner was started so often, and answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await planner.plan("{ people { id } }", None)
            except PlannerGone:
                await asyncio.sleep(0.01)
            else:
                if planner.starts >= starts:
                    return


async def test_several_are_planned_at_once_each_for_itself(clinic: Clinic) -> None:
    documents = [f"query {{ a{number}: person(id: {number}) {{ id }} }}" for number in range(20)]
    plans = await asyncio.gather(*[clinic.planner.plan(one, None) for one in documents])
    assert [plan["node"]["operation"] for plan in plans] == [
        f'{{a{number}: person(id: "{number}"){{id}}}}'.replace(f'"{number}"', str(number)) for number in range(20)
    ]


async def test_an_operation_by_its_name(clinic: Clinic) -> None:
    document = "query A { people { id } } query B { wards { code } }"
    assert (await clinic.planner.plan(document, "B"))["node"]["serviceName"] == "wards"


async def test_known_plans_run_on_while_the_planner_is_killed_under_load(planner: Planner) -> None:
    supergraph = Supergraph(sdl("supergraph"))
    joined = Joined(supergraph, Plans(supergraph, planner), introspection=False, explain=False)
    asked = services()
    assert (await joined.execute(Request(KNOWN), asked)).data == ANSWER
    done, ended = 0, False

    async def load() -> None:
        nonlocal done
        while not ended:
            answer = await joined.execute(Request(KNOWN), asked)
            assert (answer.data, answer.errors) == (ANSWER, [])
            done += 1
            await asyncio.sleep(0.01)

    loading = asyncio.create_task(load())
    for killed in range(KILLS):
        pid = planner.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        answer = await joined.execute(Request(f"{{ people {{ a{killed}: id }} }}"), asked)
        assert answer.data is None
        assert answer.errors == [
            {
                "message": "A store did not answer.",
                "extensions": {"code": "SOURCE_UNAVAILABLE", "store": "planner", "retryable": True},
            }
        ]
        # A planner that is gone is not waited for.
        assert planner.starts == killed + 1
        await there(planner, killed + 2)
    ended = True
    await loading
    assert planner.starts == KILLS + 1
    assert done >= KILLS
    answer = await joined.execute(Request("{ people { a0: id } }"), asked)
    assert answer.errors == []


async def test_who_waits_for_a_plan_when_the_planner_dies_is_told_at_once(planner: Planner) -> None:
    assert planner.pid is not None
    os.kill(planner.pid, signal.SIGSTOP)
    waiting = asyncio.create_task(planner.plan(KNOWN, None))
    await asyncio.sleep(0)
    os.kill(planner.pid, signal.SIGKILL)
    async with passing() as passed:
        with pytest.raises(PlannerGone):
            await waiting
    assert passed.seconds < 1
    await there(planner, 2)


async def test_a_planner_that_does_not_answer_in_time_is_replaced() -> None:
    planner = Planner(sdl("supergraph"), planning=0.2)
    await planner.start()
    try:
        assert planner.pid is not None
        os.kill(planner.pid, signal.SIGSTOP)
        begun = monotonic()
        async with passing() as passed:
            with pytest.raises(PlannerGone):
                await planner.plan(KNOWN, None)
        assert monotonic() - begun >= 0.2
        assert passed.seconds < 1
        await there(planner, 2)
    finally:
        await planner.stop()


async def test_more_than_may_wait_are_sent_away() -> None:
    planner = Planner(sdl("supergraph"), waiting=3)
    await planner.start()
    asked = [planner.plan(f"{{ a{number}: people {{ id }} }}", None) for number in range(5)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(one, PlannerGone) for one in found] == [False, False, False, True, True]
    await planner.stop()
    with pytest.raises(PlannerGone):
        await planner.plan(KNOWN, None)


async def test_equal_operations_that_come_at_once_are_planned_once(clinic: Clinic) -> None:
    plans = Plans(clinic.supergraph, clinic.planner)
    found = await asyncio.gather(*[plans.plan(KNOWN, None) for _ in range(5)])
    assert len({id(one) for one in found}) == 1
    assert (plans.built, len(plans)) == (1, 1)


async def test_what_cannot_be_planned_is_known_as_that(planner: Planner) -> None:
    plans = Plans(Supergraph(sdl("supergraph")), planner)
    document = "{ onDuty { ... on Doctor { bonus } } }"
    with pytest.raises(NotPlanned):
        await plans.plan(document, None)
    await planner.stop()
    with pytest.raises(NotPlanned):
        await plans.plan(document, None)


@pytest.mark.parametrize("text", ["type Query {", "type Query { a: Int }", ""])
async def test_a_supergraph_that_is_none(text: str) -> None:
    with pytest.raises((PlannerUnfit, SupergraphUnfit)):
        await _served(text)


async def _served(text: str) -> None:
    planner = Planner(text)
    await planner.start()
    try:
        Supergraph(text)
    finally:
        await planner.stop()


async def test_no_node() -> None:
    with pytest.raises(PlannerUnfit):
        await Planner(sdl("supergraph"), node=("/nonexistent/node",)).start()
    with pytest.raises(PlannerUnfit):
        await Planner(sdl("supergraph"), node=("true",)).start()


async def test_plans_made_beforehand_need_no_planner(clinic: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "plans.json"
    made: dict[Name, Any] = {(KNOWN, None): await clinic.planner.plan(KNOWN, None)}
    Beforehand(clinic.supergraph.digest, clinic.version, made).save(file)
    assert [one.name for one in tmp_path.iterdir()] == ["plans.json"]  # noqa: ASYNC240 - a look at a folder
    held = Beforehand.load(file, supergraph=clinic.supergraph.digest, planner=clinic.version)
    joined = Joined(clinic.supergraph, Plans(clinic.supergraph, None, held), introspection=False, explain=False)
    assert (await joined.execute(Request(KNOWN), services())).data == ANSWER
    answer = await joined.execute(Request("{ people { id } }"), services())
    assert (answer.data, answer.errors[0]["extensions"]["code"]) == (None, "SOURCE_UNAVAILABLE")


async def test_plans_of_something_else_are_refused(clinic: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "plans.json"
    Beforehand(clinic.supergraph.digest, "0.0.1", {(KNOWN, None): {"kind": "QueryPlan"}}).save(file)
    with pytest.raises(PlansUnfit, match="another supergraph"):
        Beforehand.load(file, supergraph="0")
    with pytest.raises(PlansUnfit, match=r"planner 0\.0\.1"):
        Beforehand.load(file, planner=clinic.version)
    with pytest.raises(PlansUnfit, match="another supergraph"):
        Plans(clinic.supergraph, None, Beforehand("0", "0.0.1", {}))
    later: dict[Name, Any] = {(KNOWN, None): {"kind": "QueryPlan", "node": {"kind": "Later"}}}
    with pytest.raises(PlansUnfit, match="Later"):
        Plans(clinic.supergraph, None, Beforehand(clinic.supergraph.digest, "0.0.1", later))
    for text in ("", "[]", "{}", '{"form": 2}', '{"form": 1, "plans": [1]}'):
        file.write_text(text)
        with pytest.raises(PlansUnfit):
            Beforehand.load(file)


async def test_a_planner_that_takes_too_much_memory_dies_of_it_and_comes_again() -> None:
    planner = Planner(sdl("supergraph"), planning=20)
    await planner.start()
    try:
        document = "{ people { ...F0 } } fragment F40 on Doctor { name }"
        for level in range(40):
            document += f" fragment F{level} on Doctor {{ colleagues {{ ...F{level + 1} ...F{level + 1} }} }}"
        with pytest.raises((PlannerGone, NotPlanned)):
            await planner.plan(document, None)
        await there(planner, planner.starts)
    finally:
        await planner.stop()
