"""How the journal is read in the graph: by the auditor, by filters, page by page."""

import re
from typing import Any

import pytest

from gateway.world.cast import CAST
from tests.acted import ACTS
from tests.conftest import Ask

LISTED = """
query($filter: AuditFilter, $first: Int, $last: Int, $after: String) {
  auditEvents(filter: $filter, first: $first, last: $last, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor } nodes { position act actor object } } }
"""
# Other tests read, too, and that is entered beside these.
ACTED = sorted({re.sub(r"([A-Z])", r"_\1", act).upper() for _, act, _, _ in ACTS})
EVERYTHING = [act for _, act, _, _ in reversed(ACTS)]


@pytest.mark.parametrize(
    ("wanted", "acts"),
    [
        ({}, EVERYTHING),
        ({"act": ["claimApplication", "suspendAccreditation", "nothing"]}, EVERYTHING[1:3]),
        ({"act": []}, []),
        ({"object": "app_1"}, EVERYTHING[2:]),
        ({"object": "app_12"}, []),
        ({"object": "app_1' OR 'a' = 'a"}, []),
        ({"actor": CAST["regulator"].subject}, EVERYTHING[1:2]),
        ({"object": "app_1", "actor": CAST["expert"].subject}, ["claimApplication"]),
        ({"since": "2026-11-20T10:00:00Z"}, EVERYTHING[:3]),
        ({"until": "2026-11-20T10:00:00Z"}, EVERYTHING[3:]),
        ({"since": "2026-11-20T13:00:00+03:00", "until": "2026-11-20T11:00:00.000001Z"}, EVERYTHING[1:3]),
    ],
)
async def test_the_auditor_finds_acts_by_what_is_known_of_them(ask: Ask, wanted: Any, acts: list[str]) -> None:
    answer = await ask("auditor", LISTED, {"filter": {"action": ACTED, **wanted}})
    assert answer.errors == []
    found = answer.data["auditEvents"]
    assert [one["act"] for one in found["nodes"]] == acts
    assert found["totalCount"] == len(acts)
    assert answer.statements["journal"] <= 3


async def test_the_journal_is_read_page_by_page_from_either_end(ask: Ask) -> None:
    acts = {"action": ACTED}
    first = (await ask("auditor", LISTED, {"filter": acts, "first": 3})).data["auditEvents"]
    assert [one["position"] for one in first["nodes"]] == [4, 3, 2]
    assert first["pageInfo"]["hasNextPage"] is True
    rest = await ask("auditor", LISTED, {"filter": acts, "first": 3, "after": first["pageInfo"]["endCursor"]})
    assert [one["position"] for one in rest.data["auditEvents"]["nodes"]] == [1]
    oldest = (await ask("auditor", LISTED, {"filter": acts, "last": 2})).data["auditEvents"]
    assert [one["position"] for one in oldest["nodes"]] == [2, 1]
    other = {"first": 3, "after": first["pageInfo"]["endCursor"], "filter": {"object": "app_1"}}
    assert (await ask("auditor", LISTED, other)).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"since": "2026-11-20T10:00:00Z", "until": "2026-11-20T09:59:59Z"},
        {"act": ["a"] * 101},
        {"act": ["\x00"]},
        {"object": "\x00"},
        {"object": "a" * 129},
        {"actor": "\n"},
    ],
)
async def test_what_cannot_be_is_bad_input(ask: Ask, wanted: Any) -> None:
    assert (await ask("auditor", LISTED, {"filter": wanted})).codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("persona", ["anonymous", *sorted(CAST.keys() - {"auditor", "census"})])
async def test_nobody_else_reads_it(ask: Ask, persona: str) -> None:
    listed = await ask(persona, LISTED, {"filter": {"object": "app_1"}})
    assert listed.data == {"auditEvents": None}
    assert listed.codes == ["UNAUTHORIZED_FIELD_OR_TYPE"]
    assert listed.errors[0]["extensions"]["reason"] == ("SIGN_IN" if persona == "anonymous" else "ROLE")
    one = await ask(persona, '{ node(id: "aud_1") { id } nodes(ids: ["aud_1", "aud_2"]) { id } }')
    assert one.body["data"] == {"node": None, "nodes": [None, None]}
    assert one.errors == []


async def test_the_auditor_reads_nothing_of_what_the_objects_say(ask: Ask) -> None:
    document = """{
      auditEvents(filter: {object: "app_1"}) { nodes { object } }
      application(by: {id: "app_1"}) { id } node(id: "acc_8") { id }
      practitioner(by: {id: "prac_6"}) { familyName phone } }"""
    answer = await ask("auditor", document)
    assert (answer.data["application"], answer.data["node"]) == (None, None)
    assert answer.data["practitioner"]["phone"] is None
    assert answer.codes == ["UNAUTHORIZED_FIELD_OR_TYPE"]
