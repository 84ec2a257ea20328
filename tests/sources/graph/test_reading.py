"""A foreign graph that answers otherwise than it was asked contradicts; one that says that it failed is lost."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from sources.graph.kind import Edge
from sources.graph.reading import by_key, children, counts, slices
from sources.postgres.ask import Ask, Window
from sources.postgres.failure import SourceContradicts, SourceUnavailable
from sources.remote.errand import Errand
from sources.remote.service import Service
from tests.sources.graph.shifts import OF_PERSON, SHIFT
from tests.sources.remote.misbehaving import Misbehaving, misbehaving, says

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
ROOM = Ask(AT, frozenset({"room"}))
NARROWED = Ask(AT, frozenset({"id", "room"}), ((("organization_id", [2]),),))
UNRULED = Edge("Person", OF_PERSON.represent, "shifts", "practitioner_id")
SECRET = "Соколова"


def shift(key: int, worker: int = 1, **more: Any) -> dict[str, Any]:
    return {"__typename": "Shift", "id": f"shift_{key}", "worker": {"id": f"prac_{worker}"}, "room": "5", **more}


@asynccontextmanager
async def saying(answer: Any) -> AsyncIterator[tuple[Service, Misbehaving]]:
    async with misbehaving(says(json.dumps(answer))) as server:
        service = Service("team", server.url, deadline=5.0, private=True)
        try:
            yield service, server
        finally:
            await service.close()


def entities(*found: Any) -> dict[str, Any]:
    return {"data": {"_entities": [*found]}}


async def test_all_keys_go_with_one_text_that_is_the_same_each_time() -> None:
    async with saying(entities(shift(7), None)) as (service, server):
        found = await by_key(service, SHIFT, [7, 8], ROOM, Errand())
        await by_key(service, SHIFT, [7, 9], ROOM, Errand())
    assert {key: vars(row) for key, row in found.items()} == {7: {"id": 7, "room": "5"}}
    first, second = (json.loads(body) for body in server.bodies)
    assert (
        first["query"]
        == second["query"]
        == ("query Kabinet($r: [_Any!]!) { _entities(representations: $r) { ... on Shift { __typename id room } } }")
    )
    assert second["variables"] == {
        "r": [{"__typename": "Shift", "id": "shift_7"}, {"__typename": "Shift", "id": "shift_9"}]
    }


async def test_a_page_comes_from_either_end_with_its_rules() -> None:
    below = {
        "edges": [{"cursor": "c1", "node": shift(1, place=2)}, {"cursor": "c2", "node": shift(2, place=2)}],
        "pageInfo": {"hasPreviousPage": True},
    }
    async with saying(entities({"found": below}, None)) as (service, server):
        window = Window(2, backward=True, before=("c9",))
        found = await slices(service, SHIFT, [1, 5], NARROWED, window, Errand(), OF_PERSON)
    assert [(row.id, row.cursor) for row in found[1].rows] == [(1, "c1"), (2, "c2")]
    assert (found[1].position, found[1].more, found[5].rows) == (("cursor",), True, [])
    (asked,) = (json.loads(body) for body in server.bodies)
    assert "shifts(last: $last, before: $before, rules: $rules)" in asked["query"]
    assert {name: value for name, value in asked["variables"].items() if name != "r"} == {
        "last": 2, "before": "c9", "rules": [[{"column": "place", "among": [2]}]],
    }  # fmt: skip


Read = Callable[[Service], Awaitable[Any]]


def one(service: Service) -> Awaitable[Any]:
    return by_key(service, SHIFT, [7], ROOM, Errand())


def listed(service: Service) -> Awaitable[Any]:
    return children(service, SHIFT, [1], ROOM, Errand(), OF_PERSON)


def paged(service: Service) -> Awaitable[Any]:
    return slices(service, SHIFT, [1], NARROWED, Window(1), Errand(), OF_PERSON)


def counted(service: Service) -> Awaitable[Any]:
    return counts(service, [1], ROOM, Errand(), OF_PERSON)


def page(*edges: Any, **more: Any) -> Any:
    return entities({"found": {"edges": [*edges], "pageInfo": {"hasNextPage": False}, **more}})


WRONG: list[tuple[Read, Any]] = [
    (one, None), (one, []), (one, {}), (one, {"errors": [{"message": SECRET}]}), (one, {"data": None}),
    (one, {"data": {"_entities": None}}), (one, entities()), (one, entities(shift(7), shift(7))), (one, entities(5)),
    (one, entities(shift(8))), (one, entities({**shift(7), "__typename": "Person"})), (one, entities(shift(7, room=5))),
    (one, entities({**shift(7), "id": "prac_7"})), (one, entities({**shift(7), "id": f"shift_{SECRET}"})),
    (listed, entities({})), (listed, entities({"found": {}})), (listed, entities({"found": [shift(1, worker=2)]})),
    (listed, entities({"found": [None]})), (listed, entities({"found": [{**shift(1), "worker": "prac_1"}]})),
    (paged, page({"cursor": 5, "node": shift(1, place=2)})), (paged, page({"node": shift(1, place=2)})),
    (paged, page({"cursor": "c", "node": shift(1, place=3)})), (paged, page(pageInfo={})), (paged, page(pageInfo=None)),
    (paged, page(*[{"cursor": "c", "node": shift(1, place=2)}] * 2)),
    (counted, entities({"found": {"totalCount": "5"}})), (counted, entities({"found": {"totalCount": -1}})),
]  # fmt: skip


@pytest.mark.parametrize(("read", "answer"), WRONG)
async def test_an_answer_that_does_not_fit_contradicts(read: Read, answer: Any) -> None:
    async with saying(answer) as (service, _):
        with pytest.raises(SourceContradicts) as caught:
            await read(service)
    assert str(caught.value) == "SOURCE_CONTRADICTS: team"
    assert SECRET not in str(caught.value.__cause__)


async def test_an_error_beside_the_data_loses_all_of_it() -> None:
    async with saying({**entities(shift(7)), "errors": [{"message": SECRET}]}) as (service, _):
        with pytest.raises(SourceUnavailable, match=r"^SOURCE_UNAVAILABLE: team$"):
            await one(service)


async def test_what_cannot_be_narrowed_is_held_to_its_rules_here_and_has_no_count() -> None:
    below = {"found": [shift(1, place=2), shift(2, place=3)]}
    async with saying(entities(below)) as (service, server):
        found = await children(service, SHIFT, [1], NARROWED, Errand(), UNRULED)
        assert [row.id for row in found[1]] == [1]
        with pytest.raises(SourceContradicts):
            await counts(service, [1], NARROWED, Errand(), UNRULED)
    assert len(server.bodies) == 1
