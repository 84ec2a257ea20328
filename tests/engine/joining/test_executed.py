"""Joined operations of each kind: what comes of them, and what each service was asked for it."""

from typing import Any

import pytest

from engine.answer.answer import Stage
from engine.request.request import Request
from tests.engine.joining.conftest import Clinic
from tests.engine.joining.people import clinic as services

CASES: dict[str, tuple[str, Any]] = {
    "an interface that one service knows as a type": (
        "{ people { id name shifts } }",
        {
            "people": [
                {"id": "1", "name": "Ada", "shifts": 11},
                {"id": "2", "name": "Bob", "shifts": 12},
                {"id": "3", "name": "Eve", "shifts": 13},
            ]
        },
    ),
    "the types of an interface, of another service than the one that lists it": (
        "{ onDuty { kind: __typename name shifts } }",
        {"onDuty": [{"kind": "Nurse", "name": "Eve", "shifts": 13}, {"kind": "Doctor", "name": "Ada", "shifts": 11}]},
    ),
    "an interface whose types nobody asked for": (
        "{ onDuty { id shifts } }",
        {"onDuty": [{"id": "3", "shifts": 13}, {"id": "1", "shifts": 11}]},
    ),
    "required fields that are not public, and others that are null": (
        '{ ada: doctor(licence: "L1") { bonus } bob: doctor(licence: "L2") { bonus } }',
        {"ada": {"bonus": 10}, "bob": {"bonus": None}},
    ),
    "a required field with an argument beside the same field without": (
        "{ wards { site { id } beds load } }",
        {
            "wards": [
                {"site": {"id": "north"}, "beds": 15, "load": 50},
                {"site": {"id": "south!"}, "beds": 16, "load": 60},
            ]
        },
    ),
    "provided fields are those of whoever provides them": (
        "{ wards { head { name } } }",
        {"wards": [{"head": {"name": "Ada, head"}}, {"head": None}]},
    ),
    "three services by two keys": (
        "{ wards { head { licence teaches room paid { amount days } } } }",
        {
            "wards": [
                {"head": {"licence": "L1", "teaches": True, "room": "room 1", "paid": {"amount": 7, "days": [1, 15]}}},
                {"head": None},
            ]
        },
    ),
    "an overridden field": ('{ doctor(licence: "L2") { room } }', {"doctor": {"room": "room 2"}}),
    "a union, with a member that is not public": (
        "{ found { __typename ... on Doctor { name bonus } ... on Ward { code load } } }",
        {
            "found": [
                {"__typename": "Doctor", "name": "Ada", "bonus": 10},
                {"__typename": "Ward", "code": "A", "load": 50},
                None,
                {"__typename": "Doctor", "name": "Bob", "bonus": None},
            ]
        },
    ),
    "an enum value that is not public": (
        "{ people { ... on Doctor { level } } }",
        {"people": [{"level": "SENIOR"}, {"level": None}, {}]},
    ),
    "one entity at two places, at which a key means something else of it": (
        "{ a: wards { head { ward { x: beds(free: true) } } } b: wards { head { ward { x: beds } } } }",
        {
            "a": [{"head": {"ward": {"x": 5}}}, {"head": None}],
            "b": [{"head": {"ward": {"x": 15}}}, {"head": None}],
        },
    ),
    "lists in lists, one entity at several places": (
        "{ people { ... on Doctor { colleagues { name shifts ... on Nurse { ward { load } } } } } }",
        {
            "people": [
                {
                    "colleagues": [
                        {"name": "Bob", "shifts": 12},
                        {"name": "Eve", "shifts": 13, "ward": {"load": 60}},
                        {"name": "Ada", "shifts": 11},
                    ]
                },
                {"colleagues": [None, {"name": "Eve", "shifts": 13, "ward": {"load": 60}}]},
                {},
            ]
        },
    ),
    "aliases and fragments": (
        "{ a: people { ...One } } fragment One on Person { n: name ... on Doctor { r: room b: bonus bb: bonus } }",
        {
            "a": [
                {"n": "Ada", "r": "room 1", "b": 10, "bb": 10},
                {"n": "Bob", "r": "room 2", "b": None, "bb": None},
                {"n": "Eve"},
            ]
        },
    ),
    "a mutation": (
        'mutation { rename(id: "3", name: "Eva") { name shifts } }',
        {"rename": {"name": "Eva", "shifts": 13}},
    ),
    "nobody": ('{ person(id: "9") { name shifts } }', {"person": None}),
    "nothing but the name of the root": ("{ __typename }", {"__typename": "Query"}),
    "the schema says only what is public": (
        """{ __type(name: "Found") { possibleTypes { name } } people { id } ...S }
           fragment S on Query { level: __type(name: "Level") { enumValues { name } } }""",
        {
            "__type": {"possibleTypes": [{"name": "Doctor"}, {"name": "Ward"}]},
            "people": [{"id": "1"}, {"id": "2"}, {"id": "3"}],
            "level": {"enumValues": [{"name": "JUNIOR"}, {"name": "SENIOR"}]},
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_answer(clinic: Clinic, name: str) -> None:
    document, expected = CASES[name]
    answer = await clinic.joined().execute(Request(document), services())
    assert answer.errors == []
    assert answer.data == expected
    assert answer.stage is Stage.EXECUTED


@pytest.mark.parametrize(
    ("flags", "expected", "shifts", "bonus"),
    [
        (
            {"all": True, "no": False},
            [{"shifts": 11, "bonus": 10}, {"shifts": 12, "bonus": None}, {"shifts": 13}],
            3,
            2,
        ),
        ({"all": False, "no": False}, [{"bonus": 10}, {"bonus": None}, {}], 0, 2),
        ({"all": True, "no": True}, [{"shifts": 11}, {"shifts": 12}, {"shifts": 13}], 3, 0),
        ({"all": False, "no": True}, [{}, {}, {}], 0, 0),
        # The default of a variable.
        ({"no": True}, [{}, {}, {}], 0, 0),
    ],
)
async def test_flags(clinic: Clinic, flags: dict[str, bool], expected: Any, shifts: int, bonus: int) -> None:
    document = """query Q($all: Boolean! = false, $no: Boolean!) {
        people { shifts @include(if: $all) ... on Doctor @skip(if: $no) { bonus } }
    }"""
    joined, asked = clinic.joined(), services()
    for _ in range(2):
        answer = await joined.execute(Request(document, "Q", flags), asked)
        assert (answer.data, answer.errors) == ({"people": expected}, [])
    assert (len(asked["rota"].looked_up), len(asked["pay"].looked_up)) == (2 * shifts, 2 * bonus)


async def test_an_entity_is_looked_up_once_with_nothing_but_what_is_needed(clinic: Clinic) -> None:
    asked = services()
    await clinic.joined().execute(Request("{ people { ... on Doctor { colleagues { shifts } bonus } } }"), asked)
    assert asked["rota"].looked_up == [{"__typename": "Person", "id": id} for id in ("2", "3", "1", "4")]
    assert asked["pay"].looked_up == [
        {"__typename": "Doctor", "id": "1", "salary": 100},
        {"__typename": "Doctor", "id": "2", "salary": None},
    ]
    assert asked["wards"].asked == []


async def test_variables_go_to_those_who_need_them(clinic: Clinic) -> None:
    asked = services()
    document = "query($licence: String!, $free: Boolean) { doctor(licence: $licence) { ward { beds(free: $free) } } }"
    request = Request(document, None, {"licence": "L1", "free": True})
    answer = await clinic.joined().execute(request, asked)
    assert answer.data == {"doctor": {"ward": {"beds": 5}}}
    assert asked["staff"].asked[0][1] == {"licence": "L1"}
    assert set(asked["wards"].asked[0][1]) == {"free", "representations"}


async def test_requests_have_no_more_representations_than_a_service_takes(clinic: Clinic) -> None:
    asked = services()
    asked["rota"].batch = 2
    answer = await clinic.joined().execute(Request("{ people { shifts } }"), asked)
    assert answer.data == {"people": [{"shifts": 11}, {"shifts": 12}, {"shifts": 13}]}
    assert [len(variables["representations"]) for _, variables in asked["rota"].asked] == [2, 1]


async def test_what_a_service_has_to_know_reaches_it(clinic: Clinic) -> None:
    asked, run = services(), object()
    await clinic.joined().execute(Request("{ people { shifts } }"), asked, run=run)
    assert asked["staff"].runs == asked["rota"].runs == [run]


@pytest.mark.parametrize(
    ("request_", "stage", "code"),
    [
        (Request("{ people {"), Stage.PARSE, "GRAPHQL_PARSE_FAILED"),
        (Request("{ people { salary } }"), Stage.VALIDATION, "GRAPHQL_VALIDATION_FAILED"),
        (Request("{ people { ... on Robot { name } } }"), Stage.VALIDATION, "GRAPHQL_VALIDATION_FAILED"),
        (Request("query A { __typename } query B { __typename }"), Stage.VALIDATION, "OPERATION_RESOLUTION_FAILURE"),
        (Request("query($id: ID!) { person(id: $id) { id } }"), Stage.VARIABLES, "BAD_USER_INPUT"),
        # No way leads from who is on duty to what doctors are paid.
        (Request("{ onDuty { ... on Doctor { bonus } } }"), Stage.EXECUTED, "SOURCE_CONTRADICTS"),
    ],
)
async def test_what_cannot_be_executed(clinic: Clinic, request_: Request, stage: Stage, code: str) -> None:
    asked = services()
    answer = await clinic.joined().execute(request_, asked)
    assert (answer.stage, answer.data, answer.errors[0]["extensions"]["code"]) == (stage, None, code)
    assert not any(one.asked for one in asked.values())


@pytest.mark.parametrize("levels", [40, 16])
async def test_fragments_that_would_be_immense_when_written_out_are_not_planned(clinic: Clinic, levels: int) -> None:
    document = f"{{ people {{ ...F0 }} }} fragment F{levels} on Doctor {{ name }}"
    for level in range(levels):
        document += f" fragment F{level} on Doctor {{ colleagues {{ ...F{level + 1} ...F{level + 1} }} }}"
    answer = await clinic.joined().execute(Request(document), services())
    assert answer.stage is Stage.VALIDATION
    assert [one["extensions"]["code"] for one in answer.errors] == ["MAX_REPEATS_LIMIT"]


async def test_no_alias_of_a_caller_says_what_a_service_is_sent(clinic: Clinic) -> None:
    asked = services()
    document = """{ people { __typename: name id: name ... on Doctor { salary: licence bonus } shifts } }"""
    answer = await clinic.joined().execute(Request(document), asked)
    assert answer.errors == []
    assert answer.data == {
        "people": [
            {"__typename": "Ada", "id": "Ada", "salary": "L1", "bonus": 10, "shifts": 11},
            {"__typename": "Bob", "id": "Bob", "salary": "L2", "bonus": None, "shifts": 12},
            {"__typename": "Eve", "id": "Eve", "shifts": 13},
        ]
    }
    assert asked["pay"].looked_up == [
        {"__typename": "Doctor", "id": "1", "salary": 100},
        {"__typename": "Doctor", "id": "2", "salary": None},
    ]
    assert [one["id"] for one in asked["rota"].looked_up] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("load beds", {"load": 50, "beds": 15}),
        ("beds load", {"beds": 15, "load": 50}),
        ("beds: code load", {"beds": "A", "load": 50}),
        ("free: beds(free: true) load", {"free": 5, "load": 50}),
        ("code: load site { id: __typename }", {"code": 50, "site": {"id": "Site"}}),
        ("_kabinet_type: code _internal_qp_alias_0: code _as_beds: code beds: code load",
         {"_kabinet_type": "A", "_internal_qp_alias_0": "A", "_as_beds": "A", "beds": "A", "load": 50}),
    ],
)  # fmt: skip
async def test_what_one_service_requires_of_another_is_never_what_the_caller_asked_for(
    clinic: Clinic, inside: str, expected: Any
) -> None:
    asked = services()
    answer = await clinic.joined().execute(Request(f'{{ doctor(licence: "L1") {{ ward {{ {inside} }} }} }}'), asked)
    assert (answer.data, answer.errors) == ({"doctor": {"ward": expected}}, [])
    assert [one["beds"] for one in asked["rota"].looked_up] == [5]


async def test_an_error_is_told_under_the_key_of_the_caller(clinic: Clinic) -> None:
    asked = services()
    del asked["rota"]
    answer = await clinic.joined().execute(Request("{ wards { beds: load } id: people { name: shifts } }"), asked)
    assert [one["path"] for one in answer.errors] == [["id", 0, "name"], ["wards", 0, "beds"]]
