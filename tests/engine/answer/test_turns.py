"""A large answer is made in turns with others on the event loop, and is the same as one made at a stretch."""

import asyncio
import gc
import sys
from asyncio import events
from collections.abc import Callable
from io import StringIO
from itertools import count
from typing import Any

import orjson
import pytest
from graphql import OperationType

from engine.answer.answer import Answer
from engine.answer.json import written, written_in_turns
from engine.request.request import Request
from engine.run import turns as turns_module
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.negotiation import StatusProfile
from gateway.identity.presented import Presented
from gateway.log import Exchange, Log
from tests.engine.tiny import COMPILED, REFERENCE, Memory, NoteRow, PersonRow, PetRow, memory

ROWS = 12_000
PEOPLE = 120
# No part of the work between two pauses may be more than this of the whole.
PART = 0.22
EDGES = "{ person(id: 1) { friends { id notes(first: 100) { edges { cursor node { text } } } } } }"
WIDE = f"{{ person(id: 1) {{ pets {{ {' '.join(f'a{number}: name' for number in range(100))} }} }} }}"
ROWED = "{ person(id: 1) { friends { id name mood notes(first: 20) { nodes { text } } } } }"
NULLED = "{ person(id: 1) { somePets { id name } } }"


def pets() -> Memory:
    """A person with many pets."""
    return memory(people=[PersonRow(1)], pets=[PetRow(number, f"pet {number}", 1) for number in range(1, ROWS + 1)])


def nameless() -> Memory:
    """Many of them have no name, which is promised."""
    found = pets()
    for number in range(1, ROWS, 400):
        found.pets[number].name = None
    return found


def notes() -> Memory:
    """Many people with a page of notes each."""
    friends = [PersonRow(1, friend_ids=list(range(1, PEOPLE + 1))), *(PersonRow(key) for key in range(2, PEOPLE + 1))]
    return memory(people=friends, notes=[NoteRow(number, number % PEOPLE + 1) for number in range(1, ROWS + 1)])


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many functions each turn of the loop calls from now on: work that no clock and no other process changes.

    Each turn is over as soon as it is asked whether it is, so that they last as long as the parts between pauses do.
    """
    taken: list[int] = []
    run: Any = events.Handle._run

    def counted(handle: events.Handle) -> None:
        calls = 0

        def called(_frame: Any, event: str, _argument: Any) -> None:
            nonlocal calls
            calls += event in {"call", "c_call"}

        sys.setprofile(called)
        try:
            run(handle)
        finally:
            sys.setprofile(None)
        taken.append(calls)

    monkeypatch.setattr(events.Handle, "_run", counted)
    monkeypatch.setattr(turns_module, "perf_counter", count().__next__)
    return taken


async def longest(document: str, content: Callable[[], Memory], turns: list[int]) -> float:
    """Which part of a large answer its longest turn is, once everything that it needs is made."""
    await asyncio.create_task(answered(document, content()))
    turns.clear()
    assert (await asyncio.create_task(answered(document, content()))).values > ROWS
    return max(turns) / sum(turns)


async def answered(document: str, content: Memory) -> Answer:
    """The answer, written too."""
    answer = await COMPILED.execute(Request(document), content)
    await written_in_turns(answer.data)
    return answer


CASES = {"many fields": (WIDE, pets), "cursors": (EDGES, notes), "nulls": (NULLED, nameless)}


@pytest.mark.parametrize(("document", "content"), CASES.values(), ids=CASES)
async def test_no_turn_takes_more_than_a_part_of_a_large_answer(
    document: str, content: Callable[[], Memory], turns: list[int]
) -> None:
    assert await longest(document, content, turns) <= PART


@pytest.mark.parametrize(("document", "content"), CASES.values(), ids=CASES)
async def test_a_large_answer_is_the_one_of_the_reference(document: str, content: Callable[[], Memory]) -> None:
    one, other = [await executor.execute(Request(document), content()) for executor in (REFERENCE, COMPILED)]
    assert (written(one.data), one.errors) == (written(other.data), other.errors)
    assert b"".join(await written_in_turns(other.data)) == written(one.data)


async def test_others_have_their_turn_while_branches_of_one_statement_arrive(turns: list[int]) -> None:
    aliases = " ".join(f"p{number}: person(id: 1) {{ pets {{ id }} }}" for number in range(60))
    content = memory(people=[PersonRow(1)], pets=[PetRow(number, "pet", 1) for number in range(1, 1_501)])
    assert await longest(f"{{ {aliases} }}", lambda: content, turns) <= PART


class Behind:
    """What is behind a door: the compiled executor, over people each of whom has friends with notes."""

    def __init__(self, rows: int) -> None:
        self._people = [PersonRow(key, friend_ids=list(range(1, rows + 1))) for key in range(1, rows + 1)]
        self._notes = [NoteRow(number, number % rows + 1) for number in range(20 * rows)]

    def kind(self, request: Request) -> OperationType | None:
        """A query."""
        return COMPILED.kind(request)

    async def operate(self, request: Request, _shown: Presented, _exchange: Exchange) -> Answer:
        """The answer."""
        return await COMPILED.execute(request, memory(people=self._people, notes=self._notes))


async def worked(rows: int) -> float:
    """How many functions are called for each row of a list, from the request to the last byte of the answer."""
    endpoint = GraphQLEndpoint(
        Behind(rows), Log(sink=StringIO()), get=False, profile=StatusProfile.CLASSIC, body_limit=10_000, deadline=60
    )
    calls, told = 0, list[bytes]()

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    async def sent(message: Any) -> None:
        if message.get("body", b"").startswith(b'{"errors"'):
            told.append(message["body"])

    async def ask() -> None:
        parts = [{"type": "http.request", "body": orjson.dumps({"query": ROWED}), "more_body": False}]

        async def received() -> Any:
            return parts.pop() if parts else await asyncio.get_running_loop().create_future()

        scope = {"method": "POST", "query_string": b"", "headers": [(b"content-type", b"application/json")]}
        await endpoint(scope, received, sent)
        assert not told, told

    await ask()
    # A look of the garbage collector calls functions too, and comes when it likes.
    gc.disable()
    sys.setprofile(count)
    try:
        await ask()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls / rows


def test_a_row_of_a_longer_list_takes_no_more_work() -> None:
    # In a loop of its own: what else runs in the loop of the tests would be counted with it.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        found = {rows: runner.run(worked(rows)) for rows in (10, 30, 50, 70, 100, 200)}
    assert list(found.values()) == sorted(found.values(), reverse=True)


async def test_a_large_answer_can_be_given_up_in_the_middle() -> None:
    task = asyncio.create_task(answered(WIDE, pets()))
    for _ in range(10):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


LARGE: list[Any] = [
    [{"a": 1, "b": None} for _ in range(20_000)],
    {"data": {"list": [[{"x": 'ё"\\\n'}] * 70] * 200, "none": [], "nothing": {}}, "n": 1.5},
    [[number] * 7_000 for number in range(3)],
    {f"key {number}": number for number in range(20_000)},
    [],
    {},
    [{}, [], None, "text", 5] * 4_000,
]


@pytest.mark.parametrize("value", LARGE, ids=range(len(LARGE)))
async def test_what_is_written_in_turns_is_what_is_written_at_once(value: Any) -> None:
    chunks = await written_in_turns(value)
    assert b"".join(chunks) == written(value)
    assert len(chunks) > 1 or len(written(value)) < 100_000
