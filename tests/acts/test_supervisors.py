"""Whoever names a supervisor learns of him what everybody may know; the rest is for whoever decides."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.acts.office import Office

TEMPORARY: dict[str, Any] = {"kind": "TEMPORARY", "days": 60, "purpose": "INTERNSHIP", "documents": None}
SECOND_POST = """
INSERT INTO employment (id, practitioner_id, organization_id, position_code, kind, rate, starts_on)
VALUES (9000001, $1, $2, '73', 'EXTERNAL_PART_TIME', 0.5, '2020-01-01')
"""
ELSEWHERE = "UPDATE accreditation SET place_id = $2 WHERE practitioner_id = $1"
STATE = "UPDATE accreditation SET state = $2 WHERE practitioner_id = $1"
NOT_QUALIFIED = ("SUPERVISOR_NOT_QUALIFIED", ["supervisorId"])
NOT_EMPLOYED = ("NOT_EMPLOYED", ["organizationId"])
# Who applies for which place under whom, and what he is told: the place is that of the supervisor's main post, or not.
ASKED = {
    "a colleague": ("applicant", 1, 11, []),
    "a colleague of another place": ("applicant", 1, 12, [NOT_QUALIFIED]),
    "a stranger": ("stranger", 1, 11, [NOT_EMPLOYED]),
    "a stranger about another place": ("stranger", 2, 11, [NOT_QUALIFIED]),
}


@asynccontextmanager
async def second_post(office: Office, person: int, place: int) -> AsyncIterator[None]:
    """Another place where somebody works beside his main post, for a while."""
    registry = office.application.stores.registry
    await registry.execute(SECOND_POST, person, place)
    try:
        yield
    finally:
        await registry.execute("DELETE FROM employment WHERE id = 9000001")


async def told(office: Office, persona: str, draft: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """What the check says, which is what submission would say."""
    payload = await office.act(persona, "validateApplication", id=draft["id"])
    return [(one["code"], one["path"]) for one in payload["problems"]]


@pytest.mark.parametrize("name", ASKED)
async def test_where_else_somebody_works_and_under_which_record_no_check_tells(office: Office, name: str) -> None:
    persona, place, supervisor, wanted = ASKED[name]
    given = {**TEMPORARY, "organizationId": f"org_{place}", "supervisorId": f"prac_{supervisor}"}
    draft = await office.drafted(persona, **given)
    assert await told(office, persona, draft) == wanted
    async with second_post(office, supervisor, 3 - place if not wanted else place):
        assert await told(office, persona, draft) == wanted
        for places in (None, place, 3 - place):
            await office.application.stores.accreditation.execute(ELSEWHERE, supervisor, places)
            assert await told(office, persona, draft) == wanted


async def test_that_somebody_is_accredited_everybody_may_know(office: Office) -> None:
    draft = await office.drafted("applicant", **TEMPORARY, supervisorId="prac_11")
    assert await told(office, "applicant", draft) == []
    await office.application.stores.accreditation.execute(STATE, 11, "SUSPENDED")
    assert await told(office, "applicant", draft) == [NOT_QUALIFIED]


async def test_whoever_decides_is_told_where_a_supervisor_works_and_under_which_record(office: Office) -> None:
    found = await office.examined("applicant", "APPROVAL", **TEMPORARY, supervisorId="prac_11")
    accreditation = office.application.stores.accreditation
    await accreditation.execute(ELSEWHERE, 11, 2)
    payload = await office.act("expert", "approveApplication", id=found["id"], expectedVersion=found["version"])
    assert [(one["code"], one["path"]) for one in payload["problems"]] == [NOT_QUALIFIED]
    await accreditation.execute(ELSEWHERE, 11, 1)
    payload = await office.act("expert", "approveApplication", id=found["id"], expectedVersion=found["version"])
    assert payload["problems"] == []
