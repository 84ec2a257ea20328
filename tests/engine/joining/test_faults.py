"""What services do wrong: each is an error of its place, other fields stay whole, and no word of theirs is told."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine.answer.answer import Answer
from engine.joining.services import Reply, Service
from engine.joining.steps import Asked
from engine.request.request import Request
from tests.engine.joining.conftest import Clinic
from tests.engine.joining.people import clinic as services
from tests.engine.joining.services import Bent

Bend = Callable[[Reply], Reply]

SECRET = "of the service's own inside"
DOCUMENT = "{ people { name shifts ... on Doctor { ward { load } } } }"
WHOLE = {
    "people": [
        {"name": "Ada", "shifts": 11, "ward": {"load": 50}},
        {"name": "Bob", "shifts": 12, "ward": None},
        {"name": "Eve", "shifts": 13},
    ]
}
CONTRADICTS = {"code": "SOURCE_CONTRADICTS", "store": "rota", "retryable": False}
UNAVAILABLE = {"code": "SOURCE_UNAVAILABLE", "store": "rota", "retryable": False}


class TimedOut(Exception):
    """As failures of stores are."""

    code, store, retryable = "SOURCE_TIMED_OUT", "rota", True


def of_entities(change: Callable[[list[Any]], Any]) -> Bend:
    """The entities are changed, wherever there are any."""
    return lambda reply: Reply({key: change(found) for key, found in reply.data.items()}, reply.errors)


def error(*path: str | int, text: str = SECRET) -> dict[str, Any]:
    return {"message": text, "path": list(path), "extensions": {"code": "INTERNAL", "stacktrace": [text]}}


def at(answer: Answer) -> list[tuple[Any, ...]]:
    return [tuple(one["path"]) for one in answer.errors]


async def ask(clinic: Clinic, bent: Mapping[str, Bend], document: str = DOCUMENT, *, each: bool = True) -> Answer:
    asked: dict[str, Service] = dict(services())
    asked |= {name: Bent(asked[name], bend) for name, bend in bent.items()}
    answer = await clinic.joined().execute(Request(document, each=each), asked)
    assert SECRET not in json.dumps(answer.errors)
    return answer


# Everything that is wrong with all entities that are looked up in one service.
ALL_LOST: dict[str, tuple[Bend, dict[str, Any]]] = {
    "nothing": (lambda _: Reply(None), CONTRADICTS),
    "data of another form": (lambda _: Reply([1, "a"]), CONTRADICTS),
    "no entities": (lambda _: Reply({}), CONTRADICTS),
    "entities that are no list": (of_entities(lambda found: {"0": found}), CONTRADICTS),
    "too few": (of_entities(lambda found: found[1:]), CONTRADICTS),
    "too many": (of_entities(lambda found: [*found, found[0]]), CONTRADICTS),
    "of another form": (of_entities(lambda found: ["a" for _ in found]), CONTRADICTS),
    "of another type": (of_entities(lambda found: [one | {"_kabinet_type": "Site"} for one in found]), CONTRADICTS),
    "of no type": (of_entities(lambda found: [{"shifts": 1, "load": 1} for _ in found]), CONTRADICTS),
    "an error": (lambda _: Reply(None, [{"message": SECRET}]), UNAVAILABLE),
    "an error with a path that leads nowhere": (lambda _: Reply(None, [error("_entities")]), UNAVAILABLE),
    "errors of another form": (lambda _: Reply(None, [SECRET, 1, None]), UNAVAILABLE),
    "an error beside nulls": (of_entities(lambda found: [None for _ in found]), UNAVAILABLE),
}


@pytest.mark.parametrize("name", ALL_LOST)
async def test_entities_that_are_all_lost(clinic: Clinic, name: str) -> None:
    bend, extensions = ALL_LOST[name]
    if name == "an error beside nulls":
        nulls = bend

        def bend(reply: Reply) -> Reply:
            return Reply(nulls(reply).data, [{"message": SECRET}])

    answer = await ask(clinic, {"rota": bend})
    assert answer.data == {
        "people": [
            {"name": "Ada", "shifts": None, "ward": {"load": None}},
            {"name": "Bob", "shifts": None, "ward": None},
            {"name": "Eve", "shifts": None},
        ]
    }
    places = [("people", 0, "shifts"), ("people", 0, "ward", "load"), ("people", 1, "shifts"), ("people", 2, "shifts")]
    assert at(answer) == places
    assert [one["extensions"] for one in answer.errors] == [extensions for _ in places]


async def test_shuffled_entities_are_found_out(clinic: Clinic) -> None:
    answer = await ask(clinic, {"rota": of_entities(lambda found: [*found[1:], found[0]])})
    # The only ward stays where it is.
    assert answer.data == {
        "people": [
            {"name": "Ada", "shifts": None, "ward": {"load": 50}},
            {"name": "Bob", "shifts": None, "ward": None},
            {"name": "Eve", "shifts": None},
        ]
    }
    assert at(answer) == [("people", number, "shifts") for number in range(3)]


async def test_somebody_elses_entity_is_found_out_by_a_nested_key(clinic: Clinic) -> None:
    def elsewhere(found: list[Any]) -> list[Any]:
        return [one | {"_kabinet_key_Ward_site": {"id": "elsewhere"}} if "load" in one else one for one in found]

    answer = await ask(clinic, {"rota": of_entities(elsewhere)})
    assert at(answer) == [("people", 0, "ward", "load")]
    assert answer.errors[0]["extensions"] == CONTRADICTS


async def test_who_is_not_known_has_nulls_without_an_error(clinic: Clinic) -> None:
    answer = await ask(clinic, {"rota": of_entities(lambda found: [None, *found[1:]])})
    assert answer.data is not None
    assert answer.data["people"][1:] == WHOLE["people"][1:]
    assert answer.errors == []


async def test_one_error_for_each_place_below_an_entity(clinic: Clinic) -> None:
    document = "{ people { ... on Doctor { colleagues { id ... on Doctor { paid { amount days } } } } } }"

    def lost(reply: Reply) -> Reply:
        for one in reply.data["_entities"]:
            one["paid"]["days"] = [1, None]
        return Reply(reply.data, [error("_entities", number, "paid", "days", 1) for number in range(2)])

    answer = await ask(clinic, {"pay": lost}, document)
    assert answer.data == {
        "people": [
            {
                "colleagues": [
                    {"id": "2", "paid": {"amount": 7, "days": None}},
                    {"id": "3"},
                    {"id": "1", "paid": {"amount": 7, "days": None}},
                ]
            },
            {"colleagues": [None, {"id": "3"}]},
            {},
        ]
    }
    assert at(answer) == [("people", 0, "colleagues", place, "paid", "days", 1) for place in (0, 2)]


async def test_an_entity_at_several_places_has_its_error_at_each_and_one_for_all_rows_unless_asked(
    clinic: Clinic,
) -> None:
    document = "{ people { ... on Doctor { colleagues { shifts } } } }"

    def lost(reply: Reply) -> Reply:
        reply.data["_entities"][1] = None
        return Reply(reply.data, [error("_entities", 1)])

    answer = await ask(clinic, {"rota": lost}, document)
    assert at(answer) == [("people", 0, "colleagues", 1, "shifts"), ("people", 1, "colleagues", 1, "shifts")]
    answer = await ask(clinic, {"rota": lost}, document, each=False)
    assert answer.errors == [
        {
            "message": "A store did not answer.",
            "path": ["people", 0, "colleagues", 1, "shifts"],
            "extensions": UNAVAILABLE | {"count": 2, "rows": [[0, 1], [1, 1]]},
        }
    ]


async def test_an_error_of_a_field_that_nobody_asked_for_is_told_where_it_is_held(clinic: Clinic) -> None:
    def lost(reply: Reply) -> Reply:
        for one in reply.data["wards"]:
            one["beds"] = None
        return Reply(reply.data, [error("wards", 0, "beds")])

    answer = await ask(clinic, {"wards": lost}, "{ wards { beds load } }")
    # Nobody sees the field that failed: what holds it is told of.
    assert answer.data == {"wards": [{"beds": 15, "load": None}, {"beds": 16, "load": None}]}
    assert at(answer) == [("wards", 0)]


async def test_what_rests_on_what_was_lost_is_told_of_with_the_reason_of_that(clinic: Clinic) -> None:
    answer = await ask(clinic, {"wards": lambda _: Reply(None, [{"message": SECRET}])})
    assert answer.data is not None
    assert answer.data["people"][0] == {"name": "Ada", "shifts": 11, "ward": {"load": None}}
    assert at(answer) == [("people", 0, "ward", "load")]
    assert answer.errors[0]["extensions"] == UNAVAILABLE | {"store": "wards"}


ROOT_LOST: dict[str, tuple[Bend, str]] = {
    "nothing": (lambda _: Reply(None), "SOURCE_CONTRADICTS"),
    "data of another form": (lambda _: Reply("people"), "SOURCE_CONTRADICTS"),
    "a field that is missing": (lambda _: Reply({}), "SOURCE_CONTRADICTS"),
    "an error": (lambda _: Reply(None, [{"message": SECRET}]), "SOURCE_UNAVAILABLE"),
    "an error of the field": (lambda _: Reply({"doctor": None}, [error("doctor")]), "SOURCE_UNAVAILABLE"),
    "errors that are no list": (lambda _: Reply(None, {"message": SECRET}), "SOURCE_CONTRADICTS"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", ROOT_LOST)
async def test_a_root_that_is_lost(clinic: Clinic, name: str) -> None:
    bend, code = ROOT_LOST[name]
    answer = await ask(clinic, {"staff": bend}, '{ doctor(licence: "L1") { name bonus } wards { beds } }')
    assert answer.data == {"doctor": None, "wards": [{"beds": 15}, {"beds": 16}]}
    assert at(answer) == [("doctor",)]
    assert answer.errors[0]["extensions"] == {"code": code, "store": "staff", "retryable": False}


async def test_a_null_that_must_not_be_takes_what_holds_it_and_is_told_of_once(clinic: Clinic) -> None:
    def bend(reply: Reply) -> Reply:
        reply.data["people"][1]["name"] = None
        return reply

    answer = await ask(clinic, {"staff": bend})
    assert answer.data is None
    assert at(answer) == [("people", 1, "name")]
    assert answer.errors[0]["extensions"] == {"code": "SOURCE_CONTRADICTS", "retryable": False}
    answer = await ask(clinic, {"staff": lambda reply: Reply(bend(reply).data, [error("people", 1, "name")])})
    assert at(answer) == [("people", 1, "name")]
    assert answer.errors[0]["extensions"] == UNAVAILABLE | {"store": "staff"}


@pytest.mark.parametrize("value", ["many", [1], {"a": 1}, 1.5, True, 2**31])
async def test_a_value_that_its_type_cannot_hold(clinic: Clinic, value: Any) -> None:
    answer = await ask(clinic, {"rota": of_entities(lambda found: [found[0] | {"shifts": value}, *found[1:]])})
    assert answer.data is not None
    assert answer.data["people"] == [{**WHOLE["people"][0], "shifts": None}, *WHOLE["people"][1:]]
    assert at(answer) == [("people", 0, "shifts")]
    assert answer.errors[0]["extensions"]["code"] == "SOURCE_CONTRADICTS"


async def test_what_a_service_was_not_asked_for_is_left_out(clinic: Clinic) -> None:
    more = {"name": SECRET, "id": "3", "__typename": "Nurse", "ward": {"load": 1}, "level": "JUNIOR"}
    answer = await ask(clinic, {"rota": of_entities(lambda found: [one | more for one in found])})
    assert (answer.data, answer.errors) == (WHOLE, [])


async def test_nesting_without_end_is_bounded(clinic: Clinic) -> None:
    deep: Any = {}
    for _ in range(900):
        deep = {"ward": deep}

    def bend(reply: Reply) -> Reply:
        reply.data["people"][0]["ward"] = deep
        return reply

    answer = await ask(clinic, {"staff": bend})
    assert answer.data is not None
    assert answer.data["people"][1:] == WHOLE["people"][1:]


async def test_a_service_that_fails_or_is_not_there(clinic: Clinic) -> None:
    class Late:
        batch = 10

        async def ask(self, _asked: Asked, _variables: Mapping[str, Any], *, run: Any) -> Reply:
            raise TimedOut(SECRET, run)

    asked: dict[str, Service] = {**services(), "rota": Late()}
    answer = await clinic.joined().execute(Request(DOCUMENT), asked)
    assert [one["extensions"]["code"] for one in answer.errors] == ["SOURCE_TIMED_OUT"] * 2
    assert answer.errors[0]["extensions"]["retryable"] is True
    del asked["rota"]
    answer = await clinic.joined().execute(Request(DOCUMENT), asked)
    assert [one["extensions"]["code"] for one in answer.errors] == ["SOURCE_UNAVAILABLE"] * 2
    assert answer.errors[0]["path"] == ["people", 0, "shifts"]


async def test_whoever_leaves_ends_what_is_asked_for_him(clinic: Clinic) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    class Silent:
        batch = 10

        async def ask(self, _asked: Asked, _variables: Mapping[str, Any], *, run: Any) -> Reply:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            raise AssertionError(run)

    executing = asyncio.create_task(clinic.joined().execute(Request(DOCUMENT), {**services(), "rota": Silent()}))
    await begun.wait()
    executing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await executing
    assert ended.is_set()


async def test_what_rests_on_who_is_not_known_is_null_without_an_error(clinic: Clinic) -> None:
    answer = await ask(clinic, {"wards": of_entities(lambda found: [None for _ in found])})
    assert answer.data is not None
    assert answer.data["people"][0] == {"name": "Ada", "shifts": 11, "ward": {"load": None}}
    assert answer.errors == []


async def test_an_entity_that_was_lost_by_what_it_holds_is_told_of_by_all_its_fields(clinic: Clinic) -> None:
    def lost(reply: Reply) -> Reply:
        reply.data["_entities"][0] = None
        return Reply(reply.data, [error("_entities", 0, "paid", "amount")])

    answer = await ask(clinic, {"pay": lost}, "{ people { name ... on Doctor { paid { amount } room } } }")
    assert answer.data is not None
    assert answer.data["people"][0] == {"name": "Ada", "paid": None, "room": None}
    assert answer.data["people"][1] == {"name": "Bob", "paid": {"amount": 7}, "room": "room 2"}
    assert at(answer) == [("people", 0, "paid"), ("people", 0, "room")]


async def test_a_place_of_which_the_service_told_has_no_second_error(clinic: Clinic) -> None:
    def other(reply: Reply) -> Reply:
        for one in reply.data["_entities"]:
            one["room"] = ["no room"]
        return Reply(reply.data, [error("_entities", 0, "room")])

    answer = await ask(clinic, {"pay": other}, '{ doctor(licence: "L1") { room name } }')
    assert answer.data == {"doctor": {"room": None, "name": "Ada"}}
    assert [one["extensions"] for one in answer.errors] == [UNAVAILABLE | {"store": "pay"}]


async def test_nobody_is_looked_up_by_a_key_that_is_null(clinic: Clinic) -> None:
    def nameless(reply: Reply) -> Reply:
        reply.data["doctor"]["id"] = None
        return reply

    asked = services()
    bent: dict[str, Service] = {**asked, "staff": Bent(asked["staff"], nameless)}
    answer = await clinic.joined().execute(Request('{ doctor(licence: "L1") { room name } }'), bent)
    assert (answer.data, answer.errors) == ({"doctor": {"room": None, "name": "Ada"}}, [])
    assert asked["pay"].asked == []
