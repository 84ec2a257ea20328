"""What is ours is answered as if nothing were joined: the same bytes, the same statements."""

import re

import pytest
from graphql import build_client_schema, get_introspection_query

from engine.request.request import Request
from tests.conftest import Gateway

OPERATIONS = {
    "card": "{ viewer { roles { name } practitioner { id fullName snils phone accreditations { kind status } } } }",
    "list": "{ practitioners(first: 20) { totalCount nodes { id fullName snils phone organization { name } } } }",
    "wrong": "{ practitioners(first: 3) { nodes { id ...F } } } fragment F on Practitioner { fullName",
    "costly": "{ practitioners(first: 100) { nodes { documents { nodes { id } } bookings { nodes { id } } } } }",
    "unknown": '{ node(id: "prac_999999") { id } }',
}  # fmt: skip
PEOPLE = ("therapist", "head", "anonymous")
OF_THE_INSTANT = re.compile(rb'"(requestId|occurredAt)":"[^"]*"')


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", OPERATIONS)
async def test_our_own_operations_are_what_they_were(gateway: Gateway, joined: Gateway, who: str, name: str) -> None:
    for _ in range(2):
        alone, beside = [await one.ask(who, OPERATIONS[name]) for one in (gateway, joined)]
    assert OF_THE_INSTANT.sub(b"", beside.content) == OF_THE_INSTANT.sub(b"", alone.content)
    assert (beside.status, beside.statements) == (alone.status, alone.statements)


async def test_the_schema_shows_what_is_joined_and_no_slips(gateway: Gateway, joined: Gateway) -> None:
    asked = get_introspection_query()
    alone, beside = [build_client_schema((await one.ask("head", asked)).data) for one in (gateway, joined)]
    found = beside.type_map["Practitioner"].fields  # type: ignore[attr-defined]
    assert [name for name in found if name not in alone.type_map["Practitioner"].fields] == [  # type: ignore[attr-defined]
        "workload",
        "patientsToday",
    ]
    roots = [one.type_map["Query"].fields for one in (alone, beside)]  # type: ignore[attr-defined]
    assert [name for name in roots[1] if name not in roots[0]] == ["wards"]
    assert set(beside.type_map) - set(alone.type_map) == {"Ward", "Workload", "Plan", "Visit"}
    assert beside.type_map["Ward"].description == "A ward (отделение) of the hospital."
    # Where a right may be missing, nothing is promised.
    assert str(beside.type_map["Visit"].fields["patientName"].type) == "String"  # type: ignore[attr-defined]
    assert str(beside.type_map["Workload"].fields["hours"].type) == "Int!"  # type: ignore[attr-defined]


async def test_the_schema_and_data_can_be_asked_for_together(joined: Gateway) -> None:
    document = (
        '{ z: __type(name: "Ward") { name } wards { name __typename } __typename a: __schema { queryType { name } } }'
    )
    answer = await joined.ask("head", document)
    assert list(answer.data) == ["z", "wards", "__typename", "a"]
    assert answer.data["z"] == {"name": "Ward"}
    assert answer.data["a"] == {"queryType": {"name": "Query"}}
    assert {one["__typename"] for one in answer.data["wards"]} == {"Ward"}


@pytest.mark.parametrize("yes", [True, False])
async def test_a_fragment_of_the_root_may_be_left_out(joined: Gateway, yes: bool) -> None:
    document = "query ($yes: Boolean!) { ...Q @include(if: $yes) } fragment Q on Query { wards { head { fullName } } }"
    answer = await joined.ask("head", document, {"yes": yes})
    assert not answer.errors
    assert answer.data.keys() == ({"wards"} if yes else set())
    assert all(ward["head"]["fullName"] for ward in answer.data.get("wards", ()))


async def test_one_answer_is_of_one_instant_and_its_statements_are_counted(joined: Gateway) -> None:
    document = "{ practitioners(first: 3) { nodes { fullName workload { hours } } } wards { head { fullName } } }"
    for _ in range(2):
        answer = await joined.ask("head", document)
    assert answer.statements == {"registry": 2, "mis": 2}


async def test_values_of_variables_are_ours_to_judge(joined: Gateway) -> None:
    selected = "practitioners(first: $first) { nodes { id workload(week: $week) { week } } }"
    document = f"query ($first: Int, $week: Int) {{ {selected} }}"
    answer = await joined.ask("head", document, {"first": 1, "week": 12})
    assert answer.data["practitioners"]["nodes"][0]["workload"] in ({"week": 12}, None)
    answer = await joined.ask("head", document, {"first": "x"})
    assert answer.codes == ["BAD_USER_INPUT"]
    assert "data" not in answer.body
    answer = await joined.ask("head", document, {"first": 1000, "week": 1})
    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.errors[0]["path"] == ["practitioners"]


DONE = "mutation M { updateContacts(input: {phone: null}) { __typename } }"


async def test_an_operation_of_ours_stays_ours_beside_one_of_others(joined: Gateway) -> None:
    document = f"query Q {{ wards {{ name }} }} {DONE}"
    response = await joined.client.post(
        "/graphql",
        json={"query": document, "operationName": "M"},
        headers={"authorization": f"Bearer {joined.token('auditor')}"},
    )
    (error,) = response.json()["errors"]
    assert error["path"] == ["updateContacts"]
    assert error["extensions"]["reason"] == "ROLE"
    known = joined.application.operating.executor.operations.prepare(Request(document)).operations
    assert {name: one.joined for name, one in known.items()} == {"Q": True, "M": False}
