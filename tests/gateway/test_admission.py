"""Who is let in, who waits, and who is sent away."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import OperationType

from gateway import admission as module
from gateway.admission import ACTS, BUSY, LEAST, MOST_WAITING, Admission, Demand, Overloaded, Rank, demand
from tests.resolvers.clock import moved

ACT, READ, LIST = (Demand(rank, 1) for rank in Rank)
# Nobody's patience ends while a test runs.
LONG = 600.0


@dataclass
class Told:
    """Stands for the log."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def event(self, name: str, **facts: Any) -> None:
        self.events.append((name, facts))


@dataclass
class Door:
    """An admission, what it told, and who was let in, in their order."""

    admission: Admission
    told: Told
    let_in: list[str] = field(default_factory=list)

    async def come(self, name: str, wanted: Demand) -> "asyncio.Task[None]":
        """Let somebody come, who waits if he has to and stays."""

        async def enter() -> None:
            if not self.admission.enter(wanted):
                await self.admission.wait(wanted)
            self.let_in.append(name)

        task = asyncio.create_task(enter())
        await settled()
        return task


def door(*, places: int = 1, most: int = 100) -> Door:
    told = Told()
    admission = Admission(told, most=most, deadline=LONG)  # type: ignore[arg-type]  # all that it asks of a log
    admission.places = places
    return Door(admission, told)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many places there are changes only where a test says so: a busy machine is late for other reasons."""
    monkeypatch.setattr(module, "LATE", LONG)
    monkeypatch.setattr(module, "EVERY", LONG)


@pytest.mark.parametrize(
    ("kind", "cost", "wanted"),
    [
        (OperationType.MUTATION, 0, ACT),
        (OperationType.QUERY, 63, READ),
        (None, 0, READ),
        (OperationType.QUERY, 1_150, Demand(Rank.LIST, 5)),
        (OperationType.QUERY, 20_000, Demand(Rank.LIST, 81)),
    ],
)
def test_the_rank_is_told_by_kind_and_cost(kind: OperationType | None, cost: int, wanted: Demand) -> None:
    assert demand(kind, cost) == wanted


async def test_acts_come_before_reads_and_reads_before_lists() -> None:
    here = door()
    await here.come("first", READ)
    waiting = [await here.come(name, wanted) for name, wanted in (("list", LIST), ("read", READ), ("later read", READ))]
    await here.come("act", ACT)
    assert here.let_in == ["first", "act"]
    for _ in range(3):
        here.admission.leave(READ)
        await settled()
    assert here.let_in == ["first", "act", "read", "later read", "list"]
    assert all(task.done() for task in waiting)


async def test_a_large_operation_takes_more_places_and_needs_only_one_to_begin() -> None:
    here = door(places=3)
    large = Demand(Rank.LIST, 5)
    await here.come("small", READ)
    await here.come("large", large)
    assert here.let_in == ["small", "large"]
    await here.come("next", READ)
    here.admission.leave(READ)
    await settled()
    assert "next" not in here.let_in
    here.admission.leave(large)
    await settled()
    assert here.let_in == ["small", "large", "next"]


async def test_acts_wait_for_each_other_alone() -> None:
    here = door()
    for number in range(ACTS):
        await here.come(str(number), ACT)
    waiting = await here.come("one more", ACT)
    await here.come("read", READ)
    assert here.let_in == [*map(str, range(ACTS)), "read"]
    here.admission.leave(ACT)
    await waiting
    assert here.let_in[-1] == "one more"


async def test_whoever_leaves_leaves_his_place_to_the_next() -> None:
    here = door()
    await here.come("first", READ)
    gone, next_one = await here.come("gone", READ), await here.come("next", READ)
    gone.cancel()
    here.admission.leave(READ)
    await next_one
    # One whose turn comes as he leaves must not keep it.
    late, last = await here.come("late", READ), await here.come("last", READ)
    here.admission.leave(READ)
    late.cancel()
    await last
    assert here.let_in[-1] == "last"
    here.admission.leave(READ)
    assert here.admission.taken == 0


async def test_a_crowd_that_comes_at_once_waits_and_one_that_stays_is_sent_away() -> None:
    here = door(places=2)
    await here.come("one", READ)
    await here.come("two", READ)
    for number in range(5):
        await here.come(str(number), READ)
    assert here.let_in == ["one", "two"]
    here.admission._crowded_since[Rank.READ] -= LONG
    for wanted in (READ, LIST):
        refused = await here.come("too many", wanted)
        assert isinstance(refused.exception(), Overloaded)
    await here.come("act", ACT)
    assert here.let_in[-1] == "act"
    # As soon as there is nobody waiting, all is as before.
    for _ in range(6):
        here.admission.leave(READ)
    await settled()
    assert here.admission.counted() == {"act": 0, "read": 1, "list": 1}
    await here.come("welcome", READ)
    assert here.let_in[-1] == "welcome"


async def test_reads_are_not_sent_away_because_lists_wait() -> None:
    here = door()
    await here.come("first", READ)
    for number in range(3):
        await here.come(str(number), LIST)
    here.admission._crowded_since[Rank.LIST] -= LONG
    assert isinstance((await here.come("list", LIST)).exception(), Overloaded)
    await here.come("read", READ)
    here.admission.leave(READ)
    await settled()
    assert here.let_in == ["first", "read"]


async def test_no_more_wait_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    assert MOST_WAITING > ACTS
    here = door()
    for wanted, number in ((READ, 1), (ACT, ACTS)):
        for name in range(number + 3):
            await here.come(str(name), wanted)
        assert isinstance((await here.come("too many", wanted)).exception(), Overloaded)


async def test_who_waits_in_vain_is_told_so_and_acts_wait_longer() -> None:
    here, loop = door(), asyncio.get_running_loop()
    await here.come("first", READ)
    for number in range(ACTS):
        await here.come(str(number), ACT)
    act, read = await here.come("act", ACT), await here.come("read", READ)
    with moved() as clock:
        for clock.ahead, told in ((99, ""), (101, "read"), (299, "read"), (301, "read act")):
            here.admission._look(loop)
            await settled()
            assert " ".join(name for name, one in (("read", read), ("act", act)) if one.done()) == told
        clock.ahead += 2
        here.admission._look(loop)
    assert all(isinstance(one.exception(), Overloaded) for one in (act, read))
    assert [name for name, _ in here.told.events] == ["overloaded", "overload over"] * 2
    refused = [facts["refused"] for _, facts in here.told.events[1::2]]
    assert refused == [{"act": 0, "read": 1, "list": 0}, {"act": 1, "read": 0, "list": 0}]


async def test_there_are_fewer_places_while_the_loop_is_late_and_more_while_somebody_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, loop = door(places=LEAST + 5, most=LEAST + 7), asyncio.get_running_loop()
    for number in range(LEAST + 10):
        await here.come(str(number), READ)
    assert here.admission.taken == LEAST + 5
    for _ in range(10):
        here.admission._looks_at = loop.time()
        here.admission._look(loop)
    assert here.admission.places == LEAST + 7
    monkeypatch.setattr(module, "LATE", 0.005)
    for _ in range(30):
        here.admission._looks_at = loop.time() - 1.0
        here.admission._look(loop)
    assert here.admission.places == LEAST


async def test_acts_keep_places_free_of_reads_while_it_is_the_loop_that_they_wait_for() -> None:
    here = door(places=10)
    for number in range(2):
        await here.come(f"act {number}", ACT)
    here.admission._late = 2 * BUSY
    for number in range(4):
        await here.come(f"read {number}", READ)
    # Two acts keep four places each, and two are never kept.
    assert here.let_in[2:] == ["read 0", "read 1"]
    here.admission.leave(ACT)
    here.admission.leave(READ)
    await settled()
    assert here.let_in[4:] == ["read 2", "read 3"]


async def test_acts_that_wait_for_a_slow_store_keep_nobody_out() -> None:
    here = door(places=10)
    for number in range(20):
        await here.come(f"act {number}", ACT)
    for number in range(10):
        await here.come(f"read {number}", READ)
    assert len(here.let_in) == 30
