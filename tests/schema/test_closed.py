"""Organisations and departments that are closed say so, and stand in lists only if they are asked for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Ask, Gateway
from tests.schema.rows import otherwise, rows

PLACES = (
    "query($c: Boolean! = false) { organizations(first: 100, includeClosed: $c) { totalCount nodes { id closedOn } } }"
)
WARDS = """query($c: Boolean! = false) { organization(by: {id: "org_3"}) {
  closedOn departments(includeClosed: $c) { id closedOn organization { id } } } }"""
CLOSED_WARD = "SELECT id, closed_on FROM department WHERE organization_id = 3 AND closed_on IS NOT NULL"


def today(days: int = 0) -> object:
    """The legal day, and so many after it."""
    return (datetime.now(UTC).astimezone(ZoneInfo("Europe/Moscow")) + timedelta(days=days)).date()


async def test_a_closed_department_is_left_out_unless_asked_for(ask: Ask, gateway: Gateway) -> None:
    ((key, day),) = [row.values() for row in await rows(gateway, "registry", CLOSED_WARD)]
    gone = f"dept_{key}"
    usual = (await ask("anonymous", WARDS)).data["organization"]["departments"]
    whole = (await ask("anonymous", WARDS, {"c": True})).data["organization"]["departments"]
    assert [ward for ward in whole if ward["id"] != gone] == usual
    assert [ward["closedOn"] for ward in whole if ward["id"] == gone] == [str(day)]
    assert {ward["closedOn"] for ward in usual} == {None}
    found = (await ask("anonymous", f'{{ node(id: "{gone}") {{ ... on Department {{ closedOn }} }} }}')).data
    assert found == {"node": {"closedOn": str(day)}}


@pytest.mark.parametrize(("days", "listed"), [(-1, False), (0, True), (1, True)])
async def test_the_last_day_of_an_organisation_still_counts(
    ask: Ask, gateway: Gateway, days: int, listed: bool
) -> None:
    everything = (await ask("anonymous", PLACES)).data["organizations"]
    async with otherwise(gateway, "organization", 3, "closed_on", day := today(days)):
        usual = (await ask("anonymous", PLACES)).data["organizations"]
        whole = (await ask("anonymous", PLACES, {"c": True})).data["organizations"]
        one = (await ask("anonymous", WARDS)).data["organization"]
        wards = (await ask("anonymous", WARDS, {"c": True})).data["organization"]["departments"]
    assert usual["totalCount"] == len(usual["nodes"]) == everything["totalCount"] - (not listed)
    assert ({"id": "org_3", "closedOn": str(day)} in usual["nodes"]) is listed
    assert whole["totalCount"] == everything["totalCount"]
    assert {"id": "org_3", "closedOn": str(day)} in whole["nodes"]
    # Nothing lasts longer than its organisation, and what ended before it ended then.
    assert one["closedOn"] == str(day)
    assert bool(one["departments"]) is listed
    assert {ward["closedOn"] for ward in wards} - {str(day)} == {
        ward["closedOn"] for ward in wards if ward["closedOn"] < str(day)
    }
    assert len([ward for ward in wards if ward["closedOn"] == str(day)]) == len(wards) - 1
