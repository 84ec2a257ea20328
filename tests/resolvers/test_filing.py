"""What the cabinet files: one list of applications, awards and licences, each under the rights of its own type."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from resolvers.filing import FilingStatus as S
from resolvers.filing import of_application, of_award, of_licence, submitted_on
from tests.conftest import Ask, Gateway

NOON = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)
FILED = """
{ viewer { filings { filing { __typename filingKind dated filingStatus
  ... on AccreditationApplication { number } ... on QualificationCategory { level awardedOn endsOn }
  ... on Licence { number status } } } } }
"""
SEPARATE = """
{ practitioner(by: {id: "%s"}) {
  applications(first: 100) { nodes { number } } category { level awardedOn endsOn } licences { number status } } }
"""
KINDS = {
    "AccreditationApplication": "ACCREDITATION",
    "QualificationCategory": "ATTESTATION",
    "Licence": "LICENSING",
}


async def filed(ask: Ask, persona: str) -> list[dict[str, Any]]:
    answer = await ask(persona, FILED)
    assert answer.errors == []
    return [item["filing"] for item in answer.data["viewer"]["filings"]]


@pytest.mark.parametrize("persona", ["therapist", "surgeon", "supervisor", "applicant"])
async def test_one_query_of_the_interface_has_what_each_type_has_by_itself(ask: Ask, persona: str) -> None:
    found = await filed(ask, persona)
    assert {one["filingKind"] for one in found} == {KINDS[one["__typename"]] for one in found}
    key = (await ask(persona, "{ viewer { practitioner { id } } }")).data["viewer"]["practitioner"]["id"]
    apart = (await ask(persona, SEPARATE % key)).data["practitioner"]
    of = {name: [one for one in found if one["__typename"] == name] for name in KINDS}
    assert {one["number"] for one in of["AccreditationApplication"]} == {
        one["number"] for one in apart["applications"]["nodes"]
    }
    licences = [{"number": one["number"], "status": one["status"]} for one in of["Licence"]]
    assert sorted(licences, key=str) == sorted(apart["licences"], key=str)
    in_force = [one for one in of["QualificationCategory"] if one["filingStatus"] == "GRANTED"]
    highest = apart["category"]
    assert (highest is None) is (in_force == [])
    assert highest is None or highest in [{name: one[name] for name in highest} for one in in_force]


async def test_all_three_are_there_and_the_newest_come_first(gateway: Gateway, ask: Ask) -> None:
    kinds = {one["filingKind"] for name in ("therapist", "surgeon", "supervisor") for one in await filed(ask, name)}
    assert kinds == set(KINDS.values())
    days = [one["dated"] or "9999" for one in await filed(ask, "supervisor")]
    assert days == sorted(days, reverse=True)


async def test_an_application_under_way_says_so(ask: Ask) -> None:
    (one,) = [one for one in await filed(ask, "applicant") if one["filingKind"] == "ACCREDITATION"]
    assert (one["filingStatus"], one["dated"] is None) == ("UNDER_WAY", False)


async def test_a_head_has_the_applications_of_his_institution_too(gateway: Gateway, ask: Ask) -> None:
    async with gateway.application.stores.accreditation.connection() as connection:
        rows = await connection.fetch(
            "SELECT number FROM application WHERE practitioner_id = 10 OR holder_organization_id = 1"
        )
    found = {one["number"] for one in await filed(ask, "head") if one["filingKind"] == "ACCREDITATION"}
    assert found == {row["number"] for row in rows}


@pytest.mark.parametrize("persona", ["newcomer", "expert", "regulator", "mis", "patient"])
async def test_who_is_in_no_register_and_works_nowhere_has_nothing_filed(ask: Ask, persona: str) -> None:
    assert await filed(ask, persona) == []


async def test_what_is_filed_takes_two_statements_and_one_for_each_type(ask: Ask) -> None:
    answer = await ask("therapist", "{ viewer { filings { filing { filingKind } } } }")
    types = {one["filing"]["filingKind"] for one in answer.data["viewer"]["filings"]} - {"ACCREDITATION"}
    assert answer.statements == {"accreditation": 2, "registry": 1 + len(types)}


@pytest.mark.parametrize(
    ("stage", "outcome", "status"),
    [
        ("DRAFT", None, S.DRAFT),
        ("RECEPTION", None, S.UNDER_WAY),
        ("APPROVAL", None, S.UNDER_WAY),
        ("DONE", "ACCREDITED", S.GRANTED),
        ("DONE", "REJECTED", S.REFUSED),
        ("DONE", "WITHDRAWN", S.WITHDRAWN),
    ],
)
def test_how_far_an_application_has_come(stage: str, outcome: str | None, status: S) -> None:
    assert of_application(stage, outcome) is status


def test_an_award_and_a_licence_hold_to_the_end_of_the_last_day() -> None:
    assert of_award(TOMORROW, NOON) is S.GRANTED
    assert of_award(TODAY, NOON) is S.ENDED
    assert of_licence("ACTIVE", None, NOON) is of_licence("ACTIVE", TOMORROW, NOON) is S.GRANTED
    assert of_licence("ACTIVE", TODAY, NOON) is S.ENDED
    assert of_licence("SUSPENDED", None, NOON) is S.SUSPENDED
    assert of_licence("TERMINATED", TOMORROW, NOON) is S.ENDED


def test_an_application_is_dated_by_the_day_of_moscow() -> None:
    assert submitted_on(datetime(2026, 11, 22, 21, 30, tzinfo=UTC)) == TOMORROW
    assert submitted_on(None) is None
