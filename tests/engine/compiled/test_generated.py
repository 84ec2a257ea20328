"""A plan that one function runs: what it gives up is answered by the general run, and no batch is asked twice."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from engine.answer.answer import Answer
from engine.batch import Batch
from engine.compiled.execution import Plans
from engine.compiled.generated import MOST_RESTS
from engine.executor import Executor
from engine.plan.plan import Plan
from engine.request.request import Request
from tests.engine.tiny import ALL, GRAPH, Down, Memory, NoteRow, PersonRow, PetRow, memory
from tests.engine.tiny_rights import Holds, Says

FAMILY = "{ person(id: 1) { name boss { name } pets { name } notes { nodes { text } } } }"
OWN = Holds({"secret": Says(rules=(("own", frozenset({1})),)), "note": Says(always=True)})


def village(rights: Holds = ALL, **content: Any) -> Memory:
    """One who has a boss, a pet and a note."""
    kept = {
        "people": [PersonRow(1, name="Ada", nick="a", boss_id=2), PersonRow(2, name="Bob", nick="b")],
        "pets": [PetRow(1, "Rex", owner_id=1)],
        "notes": [NoteRow(1, person_id=1, text="hello")],
    }
    return memory(rights, **{**kept, **content})


@pytest.fixture
def executor() -> Executor:
    """One without a plan yet."""
    return Executor(GRAPH, introspection=False, explain=True, compiled=True)


async def asked(executor: Executor, context: Memory, document: str = FAMILY) -> Answer:
    """The answer of an operation."""
    return await executor.execute(Request(document, None, {}), context)


def person_of(answer: Answer) -> dict[str, Any]:
    """The person that was asked for."""
    assert answer.data is not None
    found: dict[str, Any] = answer.data["person"]
    return found


def plan_of(executor: Executor) -> Plan:
    """The only plan that was made."""
    plans: Plans | None = executor.plans
    assert plans is not None
    (plan,) = plans._known.values()
    assert isinstance(plan, Plan)
    return plan


def calls(context: Memory) -> Counter[str]:
    """How often each batch was asked."""
    return Counter(name for name, _, _ in context.log)


async def test_it_asks_each_batch_once_and_answers_in_the_order_of_the_selection(executor: Executor) -> None:
    context = village()
    answer = await asked(executor, context)
    assert answer.data == {
        "person": {
            "name": "Ada",
            "boss": {"name": "Bob"},
            "pets": [{"name": "Rex"}],
            "notes": {"nodes": [{"text": "hello"}]},
        }
    }
    assert list(person_of(answer)) == ["name", "boss", "pets", "notes"]
    assert (answer.errors, answer.values) == ([], 8)
    assert calls(context) == {"people": 2, "pets_of": 1, "notes_of": 1}
    assert plan_of(executor).made is not None


async def test_what_failed_is_not_asked_again(executor: Executor) -> None:
    context = village(broken={"pets_of": Down()})
    answer = await asked(executor, context)
    assert answer.data == {"person": None}
    assert [error["path"] for error in answer.errors] == [["person", "pets"]]
    assert calls(context) == {"people": 2, "pets_of": 1, "notes_of": 1}


async def test_what_was_told_before_it_gave_up_is_told_once(executor: Executor) -> None:
    context = village(OWN, broken={"pets_of": Down()})
    await asked(executor, context, "{ person(id: 1) { secret somePets { name } } }")
    assert sum(len(coordinates) for coordinates, _ in context.reads) == 1


async def test_rows_that_may_not_be_read_whole_are_left_to_the_general_run(executor: Executor) -> None:
    document = "query($id: Int!) { person(id: $id) { name secret } }"
    for number, secret, refused in ((1, "a", 0), (2, None, 1)):
        context = village(OWN)
        answer = await executor.execute(Request(document, None, {"id": number}), context)
        assert person_of(answer)["secret"] == secret
        assert len(answer.errors) == refused
        assert calls(context) == {"people": 1}


async def test_after_a_failure_it_rests_for_ever_longer_and_is_tried_again(executor: Executor) -> None:
    await asked(executor, village())
    plan, rests = plan_of(executor), []
    for _ in range(9):
        plan.rests = 0
        await asked(executor, village(broken={"pets_of": Down()}))
        rests.append(plan.rests)
    assert rests == [1, 3, 7, 15, 31, 63, MOST_RESTS, MOST_RESTS, MOST_RESTS]
    for left in range(MOST_RESTS - 1, -1, -1):
        assert person_of(await asked(executor, village()))["name"] == "Ada"
        assert plan.rests == left
    await asked(executor, village())
    assert (plan.tired, plan.rests) == (0, 0)


@pytest.mark.parametrize(
    ("document", "rights"),
    [
        ("{ person(id: 1) { secret } }", Holds({"note": Says(always=True)})),
        ("{ person(id: 1) { boss { name } chief { name } } }", ALL),
        ("{ person(id: 1) { notes { totalCount } } }", ALL),
        ("{ person(id: 1) { companion { ... on Pet { name } } } }", ALL),
        ("{ person(id: 1) { pets { owner { name } } notes { nodes { writer { pets { name } } } } } }", ALL),
    ],
    ids=["refused beforehand", "one call for two edges", "counted", "several batches", "two edges that lead further"],
)
async def test_what_has_something_to_decide_is_never_tried(executor: Executor, document: str, rights: Holds) -> None:
    assert (await asked(executor, village(rights), document)).data is not None
    assert not plan_of(executor).outright


async def test_with_room_edges_are_followed_side_by_side(executor: Executor) -> None:
    context = village()
    await asked(executor, context)
    assert len(context.tasks) == 2  # the third is followed by the operation itself


async def test_without_room_they_are_followed_one_after_the_other(executor: Executor) -> None:
    class Crowded(Memory):
        def room(self, store: str) -> bool:
            """None where anything is kept."""
            return store != "memory"

    context = village()
    context.__class__ = Crowded
    assert person_of(await asked(executor, context))["pets"] == [{"name": "Rex"}]
    assert not context.tasks


async def test_whoever_leaves_stops_what_was_begun_beside(executor: Executor) -> None:
    await asked(executor, village())
    plan, begun, stopped = plan_of(executor), asyncio.Event(), []

    def endless(batch: Batch) -> Batch:
        async def call(*_: Any, **__: Any) -> Any:
            begun.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                stopped.append(batch.name)

        return replace(batch, call=call)

    for branch in plan.branches:
        if branch.batch.name in {"tiny.pets_of", "tiny.notes_of"}:
            branch.batch = endless(branch.batch)
    plan.made = None
    task = asyncio.create_task(asked(executor, village()))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0)
    assert task.cancelled()
    assert sorted(stopped) == ["tiny.notes_of", "tiny.pets_of"]
