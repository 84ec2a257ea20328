"""Who may not read a field learns nothing of it by filters, orders, lookups and counts either."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.authorization.conftest import Answer, Desk
from tests.authorization.rewriting import asked, rewritten
from tests.authorization.table import CAST

BY_BIRTH = """query($from: Date, $to: Date) {
  practitioners(first: 100, filter: {bornFrom: $from, bornTo: $to}) {
    totalCount nodes { id } pageInfo { hasNextPage } } }"""
USES = {
    "PractitionerBy.snils": '{ practitioner(by: {snils: "%s"}) { id } }',
    "PractitionerFilter.snils": '{ practitioners(filter: {snils: "%s"}) { nodes { id } } }',
    "PractitionerFilter.bornFrom": '{ practitioners(filter: {bornFrom: "1980-01-01"}) { nodes { id } } }',
    "PractitionerFilter.bornTo": '{ practitioners(filter: {bornTo: "1980-01-01"}) { nodes { id } } }',
    "PractitionerOrderField.BIRTH_ON": "{ practitioners(orderBy: [{field: BIRTH_ON}]) { nodes { id } } }",
}
STAFF = {
    "PractitionerFilter.snils": '{ organization(by: {id: "org_1"}) { staff(filter: {snils: "%s"}) { totalCount } } }',
    "PractitionerFilter.bornTo": """{ organization(by: {id: "org_1"}) {
      staff(filter: {bornTo: "1980-01-01"}) { totalCount } } }""",
}
LISTED = "practitioners(%s) { nodes { id } }"
BORN = "PractitionerOrderField.BIRTH_ON"
BY_VARIABLES = [
    ("$f: PractitionerOrderField!", LISTED % "orderBy: [{field: $f}]", {"f": "BIRTH_ON"}, BORN),
    ("$o: PractitionerOrder!", LISTED % "orderBy: [$o]", {"o": {"field": "BIRTH_ON"}}, BORN),
    ("$o: [PractitionerOrder!]", LISTED % "orderBy: $o", {"o": [{"field": "NAME"}, {"field": "BIRTH_ON"}]}, BORN),
    ("$d: OrderDirection!", LISTED % "orderBy: {field: BIRTH_ON, direction: $d}", {"d": "DESC"}, BORN),
    ("$t: Date", LISTED % "filter: {bornTo: $t}", {"t": "1980-01-01"}, "PractitionerFilter.bornTo"),
    ("$s: Snils!", "practitioner(by: {snils: $s}) { id }", {"s": "99900000115"}, "PractitionerBy.snils"),
    ("$b: PractitionerBy!", "practitioner(by: $b) { id }", {"b": {"snils": "99900000115"}}, "PractitionerBy.snils"),
]
NEVER = {
    "anonymous": "SIGN_IN",
    "newcomer": "REGISTRY_LINK_MISSING",
    "insurer": "ROLE",
    "patient": "ROLE",
    "support": "ROLE",
    "auditor": "ROLE",
    "appointer": "ROLE",
    "coappointer": "ROLE",
    "cosupport": "ROLE",
}


def snils(desk: Desk, key: int) -> str:
    """The number of one person."""
    return str(desk.world.rows["practitioner"][key]["snils"])


def ids(answer: Answer) -> set[str]:
    """The people of a list."""
    return {node["id"] for node in answer.data["practitioners"]["nodes"]}


def may(desk: Desk, persona: str, *, second_factor: bool = True) -> set[str]:
    """The people whose identity somebody may read."""
    oracle = desk.oracle(persona, second_factor=second_factor)
    people = desk.world.ids("Practitioner")
    return {one for one in people if oracle.allows("practitioner:identity:read", desk.world.ties(one))}


@pytest.mark.parametrize(("persona", "reason"), NEVER.items())
@pytest.mark.parametrize(("coordinate", "text"), [*USES.items(), *STAFF.items()])
async def test_an_input_is_refused_before_execution_where_the_right_is_absent(
    desk: Desk, persona: str, reason: str, coordinate: str, text: str
) -> None:
    answer = await desk.ask(persona, text % snils(desk, 1) if "%" in text else text)
    assert "data" not in answer.body
    (told,) = answer.told
    assert (told["code"], told["coordinate"], told["reason"]) == ("UNAUTHORIZED_FIELD_OR_TYPE", coordinate, reason)
    assert snils(desk, 1) not in answer.content.decode()


@pytest.mark.parametrize("seed", range(12))
async def test_an_input_is_refused_however_it_is_written(desk: Desk, seed: int) -> None:
    text = '{ practitioners(filter: {bornFrom: "1980-01-01"}, orderBy: [{field: BIRTH_ON}]) { nodes { id } } }'
    answer = await desk.ask("support", rewritten(desk.schema, asked(text), seed, times=8))
    assert "data" not in answer.body
    assert {told["coordinate"] for told in answer.told} == {
        "PractitionerFilter.bornFrom",
        "PractitionerOrderField.BIRTH_ON",
    }


@pytest.mark.parametrize(("declared", "asked_for", "values", "coordinate"), BY_VARIABLES)
async def test_an_input_is_refused_wherever_a_variable_stands(
    desk: Desk, declared: str, asked_for: str, values: dict[str, Any], coordinate: str
) -> None:
    answer = await desk.ask("support", f"query({declared}) {{ {asked_for} }}", values)
    assert "data" not in answer.body
    assert [told["coordinate"] for told in answer.told] == [coordinate]


async def test_an_input_in_the_default_of_a_variable_is_refused(desk: Desk) -> None:
    text = 'query($f: PractitionerFilter = {bornFrom: "1980-01-01"}) { practitioners(filter: $f) { nodes { id } } }'
    answer = await desk.ask("support", text)
    assert [told["coordinate"] for told in answer.told] == ["PractitionerFilter.bornFrom"]
    assert (await desk.ask("support", text, {"f": {}})).errors == []


SKIPPED = """query($no: Boolean = false, $yes: Boolean! = true) {
  __typename
  a: practitioners(filter: {bornFrom: "1980-01-01"}) @skip(if: true) { nodes { id } }
  b: practitioners(filter: {bornFrom: "1980-01-01"}) @include(if: $no) { nodes { id } }
  c: practitioners(filter: {bornFrom: "1980-01-01"}) @include(if: $yes) @skip(if: $yes) { nodes { id } }
  ... @include(if: false) { d: practitioner(by: {snils: "99900000115"}) { id } }
  ...Out @skip(if: $yes)
  organization(by: {id: "org_1"}) @skip(if: $yes) { staff(filter: {bornFrom: "1980-01-01"}) { totalCount } }
}
fragment Out on Query { e: practitioners(orderBy: [{field: BIRTH_ON}]) { nodes { id } } ...Further }
fragment Further on Query { f: practitioner(by: {snils: "99900000115"}) { id } }"""


@pytest.mark.parametrize("persona", ["anonymous", "support"])
async def test_an_input_that_is_left_out_is_no_reason_to_refuse(desk: Desk, persona: str) -> None:
    answer = await desk.ask(persona, SKIPPED)
    assert answer.errors == []
    assert answer.data == {"__typename": "Query"}
    for shown in ({"yes": False}, {"no": True}):
        assert (await desk.ask(persona, SKIPPED, shown)).told[0]["coordinate"] == "PractitionerFilter.bornFrom"


async def test_an_input_that_stays_in_by_one_of_two_ways_is_refused(desk: Desk) -> None:
    text = """{ ...F @skip(if: true) ...G } fragment G on Query { ...F } fragment F on Query {
      practitioners(filter: {bornFrom: "1980-01-01"}) { nodes { id } } }"""
    answer = await desk.ask("support", text)
    assert [told["coordinate"] for told in answer.told] == ["PractitionerFilter.bornFrom"]


async def test_an_input_that_is_null_looks_at_nothing(desk: Desk) -> None:
    answer = await desk.ask("support", BY_BIRTH, {"from": None})
    assert answer.errors == []
    assert len(ids(answer)) == len(desk.world.rows["practitioner"])


async def test_a_therapist_who_filters_by_his_own_number_finds_himself_only(desk: Desk) -> None:
    text = "query($s: Snils!) { practitioners(filter: {snils: $s}) { totalCount nodes { id } } }"
    mine = await desk.ask("therapist", text, {"s": snils(desk, 1)})
    assert mine.data["practitioners"] == {"totalCount": 1, "nodes": [{"id": "prac_1"}]}
    other = await desk.ask("therapist", text, {"s": snils(desk, 2)})
    assert other.data["practitioners"] == {"totalCount": 0, "nodes": []}
    assert other.errors == []


@pytest.mark.parametrize("persona", [p for p in CAST if p not in NEVER])
@pytest.mark.parametrize("text", ["orderBy: [{field: BIRTH_ON}]", 'filter: {bornFrom: "1900-01-01"}'])
async def test_a_list_by_birth_is_a_list_of_those_whose_birth_may_be_read(desk: Desk, persona: str, text: str) -> None:
    answer = await desk.ask(persona, f"{{ practitioners(first: 100, {text}) {{ totalCount nodes {{ id birthOn }} }} }}")
    assert answer.errors == []
    assert ids(answer) == may(desk, persona)
    assert answer.data["practitioners"]["totalCount"] == len(may(desk, persona))
    assert all(node["birthOn"] for node in answer.data["practitioners"]["nodes"])


async def test_without_a_second_factor_a_registrar_finds_himself_only(desk: Desk) -> None:
    answer = await desk.ask("registrar", BY_BIRTH, {"from": "1900-01-01"}, second_factor=False)
    assert ids(answer) == {"prac_9"} == may(desk, "registrar", second_factor=False)


@pytest.mark.parametrize("persona", ["stranger", "head", "supervisor", "expert", "regulator"])
@pytest.mark.parametrize("key", range(1, 13))
async def test_a_lookup_by_number_finds_those_whose_number_may_be_read(desk: Desk, persona: str, key: int) -> None:
    answer = await desk.ask(persona, USES["PractitionerBy.snils"] % snils(desk, key))
    wanted = {"id": f"prac_{key}"} if f"prac_{key}" in may(desk, persona) else None
    assert answer.body == {"data": {"practitioner": wanted}}


async def bisected(desk: Desk, persona: str, text: str, seen: Any) -> date:
    """The birthday that a binary search makes out, when each question is answered by `seen`."""
    low, high = date(1940, 1, 1), date(2010, 1, 1)
    while low < high:
        middle = low + (high - low) // 2
        answer = await desk.ask(persona, text, {"from": str(low), "to": str(middle)})
        low, high = (low, middle) if seen(answer) else (middle + timedelta(days=1), high)
    return low


async def test_a_binary_search_finds_a_birthday_only_with_the_right_to_it(desk: Desk) -> None:
    """The same search that a registrar can make tells a stranger, a head and a supervisor nothing."""
    born = desk.world.rows["practitioner"][1]["birth_on"]

    def seen(answer: Answer) -> bool:
        return "prac_1" in ids(answer)

    assert await bisected(desk, "registrar", BY_BIRTH, seen) == born
    for persona in ("stranger", "head", "supervisor", "regulator", "surgeon"):
        assert await bisected(desk, persona, BY_BIRTH, seen) == date(2010, 1, 1)


STAFF_BY_BIRTH = """query($from: Date, $to: Date) { organization(by: {id: "org_1"}) {
  staff(first: 100, filter: {bornFrom: $from, bornTo: $to}) {
    totalCount nodes { id practitioner { id } } edges { cursor } } } }"""


@pytest.mark.parametrize("persona", ["stranger", "head", "supervisor", "surgeon", "expert"])
async def test_the_staff_by_birth_tells_nothing_of_those_whose_birth_is_hidden(desk: Desk, persona: str) -> None:
    """Every answer depends on people whose birth the viewer may read anyway, and on nobody else."""
    known = may(desk, persona)
    born = desk.world.rows["practitioner"]
    for year in range(1950, 2008, 6):
        day = date(year, 1, 1)
        answer = await desk.ask(persona, STAFF_BY_BIRTH, {"to": str(day)})
        staff = answer.data["organization"]["staff"]
        found = {node["practitioner"]["id"] for node in staff["nodes"]}
        assert found <= {one for one in known if born[int(one[5:])]["birth_on"] <= day}
        assert staff["totalCount"] == len(staff["nodes"]) == len(staff["edges"])


async def test_the_order_by_birth_of_a_stranger_places_nobody_but_himself(desk: Desk) -> None:
    for direction in ("ASC", "DESC"):
        answer = await desk.ask(
            "stranger",
            f"{{ practitioners(first: 1, orderBy: [{{field: BIRTH_ON, direction: {direction}}}]) "
            "{ nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage } } }",
        )
        assert answer.data["practitioners"] == {
            "nodes": [{"id": "prac_12"}],
            "totalCount": 1,
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
        }


PAGED = """query($after: String) { %s(first: 7, after: $after %s) {
  totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"""
LISTS = [("documents", ""), ("applications", ""), ("practitioners", ', filter: {bornFrom: "1900-01-01"}')]


@pytest.mark.parametrize("persona", ["therapist", "registrar", "regulator", "expert", "mis", "census"])
@pytest.mark.parametrize(("name", "more"), LISTS)
async def test_pages_of_a_narrowed_list_are_never_short(desk: Desk, persona: str, name: str, more: str) -> None:
    found: list[str] = []
    after = None
    while True:
        answer = await desk.ask(persona, PAGED % (name, more), {"after": after})
        if answer.data is None or answer.data[name] is None:
            assert not desk.oracle(persona).clauses(
                "document:catalogue:read" if name == "documents" else "application:queue:read"
            )
            return
        page = answer.data[name]
        found += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        assert len(page["nodes"]) == 7
        after = page["pageInfo"]["endCursor"]
    assert len(found) == len(set(found)) == page["totalCount"]
    kind = {"documents": "Document", "applications": "AccreditationApplication", "practitioners": "Practitioner"}[name]
    oracle = desk.oracle(persona)
    permission = "practitioner:identity:read" if name == "practitioners" else None
    ties = ((one, desk.world.ties(one)) for one in desk.world.ids(kind))
    expected = {one for one, t in ties if (oracle.allows(permission, t) if permission else oracle.sees(t))}
    if name == "documents":
        # Documents about patients stand with their records, whoever asks.
        assert expected.isdisjoint(one.replace("cdoc_", "doc_") for one in desk.world.ids("ClinicalDocument"))
    assert set(found) == expected
