"""The root list of records of accreditation: those that the viewer may read, by place, person and last change."""

from typing import Any

import pytest

from tests.conftest import Ask, Gateway

PAGE = """query($filter: AccreditationFilter, $after: String, $before: String, $first: Int, $last: Int) {
  accreditations(filter: $filter, after: $after, before: $before, first: $first, last: $last) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } nodes { id changedAt } } }"""
ORDER = "ORDER BY noted_at, id"
INSTITUTIONS = "kind = 'ORGANISATIONAL'"
# Whose records each of them may read, by the columns of the store.
READABLE = {
    "anonymous": INSTITUTIONS,
    "patient": INSTITUTIONS,
    "therapist": f"{INSTITUTIONS} OR practitioner_id = 1",
    "mis": f"{INSTITUTIONS} OR 1 = ANY(organization_ids)",
    "registrar": f"{INSTITUTIONS} OR 1 = ANY(organization_ids)",
    "regulator": "true",
}


async def stored(gateway: Gateway, where: str) -> list[str]:
    text = f"SELECT id FROM accreditation WHERE {where} {ORDER}"  # noqa: S608 - our own
    async with gateway.application.stores.accreditation.connection() as connection:
        return [f"acc_{row['id']}" for row in await connection.fetch(text)]


@pytest.mark.parametrize("persona", READABLE)
async def test_it_is_whole_and_narrowed_to_what_the_viewer_may_read(ask: Ask, gateway: Gateway, persona: str) -> None:
    wanted = await stored(gateway, READABLE[persona])
    found: list[str] = []
    after, more = None, True
    while more:
        answer = await ask(persona, PAGE, {"first": 100, "after": after})
        assert answer.errors == []
        assert answer.statements == {"accreditation": 2}
        page = answer.data["accreditations"]
        assert page["totalCount"] == len(wanted)
        found += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert found == wanted
    assert found
    last = (await ask(persona, PAGE, {"last": 2})).data["accreditations"]
    assert [node["id"] for node in last["nodes"]] == wanted[-2:]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"organization": "org_1"}, "place_id = 1"),
        ({"practitioner": "prac_1"}, "practitioner_id = 1"),
        ({"practitioner": "prac_1", "organization": "org_2"}, "practitioner_id = 1 AND place_id = 2"),
        ({"organization": "prac_1"}, "false"),
        ({"practitioner": "nobody"}, "false"),
        ({"changedSince": "2020-01-01T00:00:00Z"}, "true"),
    ],
)
async def test_it_is_filtered(ask: Ask, gateway: Gateway, given: dict[str, Any], where: str) -> None:
    answer = await ask("regulator", PAGE, {"filter": given, "first": 100})
    assert answer.errors == []
    wanted = await stored(gateway, where)
    assert answer.data["accreditations"]["totalCount"] == len(wanted)
    assert [node["id"] for node in answer.data["accreditations"]["nodes"]] == wanted[:100]
    one = "query($filter: AccreditationFilter) { accreditations(filter: $filter, first: 1) { nodes { id } } }"
    # From where to count is one question more.
    costs = {"accreditation": 2 if "changedSince" in given else 1}
    assert (await ask("regulator", one, {"filter": given})).statements == costs
    # Who may read none of them finds none of them.
    hidden = await ask("patient", PAGE, {"filter": given, "first": 100})
    assert {node["id"] for node in hidden.data["accreditations"]["nodes"]} <= set(await stored(gateway, INSTITUTIONS))
