"""Whatever is asked, and by whomever, what is kept of it stays within bounds, and so does the memory."""

import gc
import sys
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

import pytest

from engine import executor
from engine.compiled import execution as compiled
from engine.executor import Executor
from engine.plan import generating
from engine.request import documents
from engine.request.request import Request
from tests.engine.tiny import ALL, GRAPH, NoteRow, PersonRow, memory
from tests.engine.tiny_rights import Holds, Says

DOCUMENTS = 100_000
# One in so many is valid, with a plan and functions of its own; to be told apart the others need only be parsed.
PLANNED = 20
SETTLED = 45_000
# Blocks of memory may differ by this much from one time to another without anything having grown.
SLACK = 1.03


@pytest.fixture
def fresh() -> Executor:
    """An executor that has seen nothing."""
    return Executor(GRAPH, introspection=True, explain=True, compiled=True)


def document(number: int) -> str:
    """No two are alike, in their text or, where they are valid, in what they select."""
    valid = f"{{ person(id: 1) {{ a{number}: name b{number}: id notes(first: {number % 50 + 1}) {{ totalCount }} }} }}"
    return valid if number % PLANNED == 0 else f"{{ person(id: {number}) {{ name"


async def asked(over: Executor, requests: Iterable[Request], rights: Iterable[Holds] = ()) -> int:
    """Ask them all; how many blocks of memory are in use afterwards."""
    holders = iter(rights)
    for request in requests:
        content: dict[str, Any] = {"people": [PersonRow(1)], "notes": [NoteRow(1, 1)]}
        await over.execute(request, memory(next(holders, ALL), **content))
    gc.collect()
    return sys.getallocatedblocks()


async def test_a_hundred_thousand_documents_leave_what_the_bounds_allow(fresh: Executor) -> None:
    assert fresh.plans is not None
    settled = await asked(fresh, (Request(document(number)) for number in range(SETTLED)))
    assert (len(fresh.operations), len(fresh.plans)) == (documents.MAX_DOCUMENTS, compiled.MAX_PLANS)
    whole = await asked(fresh, (Request(document(number)) for number in range(SETTLED, DOCUMENTS)))
    assert (len(fresh.operations), len(fresh.plans)) == (documents.MAX_DOCUMENTS, compiled.MAX_PLANS)
    assert fresh.plans.built == DOCUMENTS // PLANNED
    assert generating._CODE.weight <= generating.MAX_CODE
    assert whole <= settled * SLACK


async def test_any_number_of_sets_of_rights_leaves_what_the_bound_allows(fresh: Executor) -> None:
    assert fresh.plans is not None
    request = Request("{ person(id: 1) { secret hidden { id } notes { nodes { text } } } }")

    def sets(first: int, last: int) -> Iterator[Holds]:
        return (
            Holds({"secret": Says(rules=((f"rule {number}", frozenset({number})),)), "note": Says()})
            for number in range(first, last)
        )

    settled = await asked(fresh, repeat(request, 3_000), sets(0, 3_000))
    whole = await asked(fresh, repeat(request, 5_000), sets(3_000, 8_000))
    assert (len(fresh.operations), len(fresh.plans), fresh.plans.built) == (1, compiled.MAX_PLANS, 8_000)
    assert whole <= settled * SLACK


async def test_any_number_of_values_of_variables_leaves_one_plan_for_each_choice(fresh: Executor) -> None:
    assert fresh.plans is not None
    text = """query($id: Int!, $size: Int, $named: String, $some: Boolean!) {
      person(id: $id) { id name @include(if: $some) pets(named: $named) { id } notes(first: $size) { totalCount } } }"""

    def requests(first: int, last: int) -> Iterator[Request]:
        for number in range(first, last):
            values = {"id": number % 7, "size": number, "named": f"name {number}", "some": number % 2 == 0}
            yield Request(text, None, values)

    settled = await asked(fresh, requests(0, 2_000))
    whole = await asked(fresh, requests(2_000, 12_000))
    assert len(fresh.plans) == 2
    (prepared,) = fresh.operations._known.values()
    (only,) = prepared.operations.values()
    assert len(only.measured) <= executor.MAX_MEASURES
    assert whole <= settled * SLACK
