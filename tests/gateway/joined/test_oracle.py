"""A field of another service is readable exactly where its permission is held, and nobody else is asked about."""

from typing import Any

import pytest

from gateway.hospital.graph import LAST
from gateway.world.cast import CAST
from tests.conftest import Gateway
from tests.gateway.joined.conftest import Hospital

EVERYBODY = (*CAST, "anonymous")
ROWS = 60
JOINED = f"""query ($after: String) {{ practitioners(first: {ROWS}, after: $after) {{ nodes {{
  id workload(week: 7) {{ hours week }} patientsToday {{ time }}
}} }} }}"""
# The same permissions guard two fields of ours, in a graph of which no part is joined.
OURS = f"{{ practitioners(first: {ROWS}) {{ nodes {{ id shifts(first: 1) {{ nodes {{ id }} }} phone email }} }} }}"
FIELDS = {"workload": "shifts", "patientsToday": "phone"}


def refused(errors: list[dict[str, Any]], field: str) -> dict[int, str]:
    """By row, why a field of it is refused."""
    return {
        row[0]: error["extensions"]["reason"]
        for error in errors
        if error["path"][-1] == field and error["path"][:2] == ["practitioners", "nodes"]
        for row in error["extensions"]["rows"]
    }


def number(node: dict[str, Any]) -> int:
    return int(node["id"].partition("_")[2])


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_foreign_field_is_readable_where_its_permission_is_held(
    gateway: Gateway, joined: Gateway, hospital: Hospital, who: str
) -> None:
    ours = (await gateway.ask(who, OURS)).body
    hospital.counts.fields.clear()
    entities = hospital.counts.entities
    told = (await joined.ask(who, JOINED)).body
    nodes = told["data"]["practitioners"]["nodes"]
    assert [node["id"] for node in nodes] == [node["id"] for node in ours["data"]["practitioners"]["nodes"]]
    assert len(nodes) == ROWS
    asked, named = set(), set()
    for theirs, mine in FIELDS.items():
        expected = refused(ours.get("errors", []), mine)
        assert refused(told.get("errors", []), theirs) == expected
        for row, node in enumerate(nodes):
            known = number(node) <= LAST
            assert (node[theirs] is not None) is (row not in expected and known), (row, node)
            if row not in expected:
                named.add(node["id"])
                if known:
                    asked.add((theirs, node["id"]))
    assert set(hospital.counts.fields) == asked
    assert hospital.counts.entities - entities == len(named)
    for node in nodes:
        if node["workload"] is not None:
            assert node["workload"] == {"hours": 30 + number(node) % 10, "week": 7}
        if node["patientsToday"] is not None:
            assert [one["time"] for one in node["patientsToday"]] == ["08:00", "09:00", "10:00"][: number(node) % 4]


def test_the_oracle_knows_everything_and_nothing(refusals: dict[str, int]) -> None:
    """Somebody reads all rows, somebody some, somebody none: else the oracle would say little."""
    assert {0 < count < ROWS for count in refusals.values()} == {True, False}
    assert ROWS in refusals.values()


@pytest.fixture(scope="module")
async def refusals(gateway: Gateway) -> dict[str, int]:
    found = {}
    for who in EVERYBODY:
        found[who] = len(refused((await gateway.ask(who, OURS)).body.get("errors", []), "phone"))
    return found
