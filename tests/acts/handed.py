"""Access that is handed on, as its tests do it: given, asked for, read by, and told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.jobs.identity import IdentityRelay
from gateway.world.cast import CAST
from tests.acts.clinic import Clinic

GIVEN = """grant { id version state scope kind module startsAt endsAt reviewDueAt verdict grantor { id } grantee { id }
  giver { id } decider { id } revoker { id } reviewer { id } patients { id } department { id } }"""
DAY = timedelta(days=1)
CHART = """query($id: ID!) { patient(by: {id: $id}) {
  fullName conditions(first: 50) { nodes { code confidentiality } } observations(first: 50) { nodes { code } }
  notes(first: 50) { nodes { kind text } } } }"""
SURGEONS = """
SELECT DISTINCT patient_id AS id FROM care_relation r WHERE practitioner_id = 2 AND organization_id = 1
    AND (ends_at IS NULL OR ends_at > now()) AND starts_at <= now() AND copied_from IS NULL AND NOT EXISTS (
        SELECT FROM care_relation o WHERE o.patient_id = r.patient_id AND o.practitioner_id IN (1, 3, 5))
ORDER BY 1
"""
MESSAGES = "SELECT subject, template FROM message WHERE template LIKE 'grant%' ORDER BY id"
Later = Callable[[timedelta], None]


def asked(grantee: str = "therapist", **other: Any) -> dict[str, Any]:
    """A grant of case histories for a week, unless something else is said."""
    person = CAST[grantee].practitioner_id if grantee in CAST else grantee
    found = {
        "granteeId": f"prac_{person}", "module": "CASE_HISTORY", "reason": "VACATION",
        "endsAt": (datetime.now(UTC) + 7 * DAY).isoformat(), **other,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def heard(ward: Clinic) -> None:
    """Word of what was done has come, as it does where stores are listened to."""
    ward.office.application.operating.facts.heard()


async def granted(ward: Clinic, persona: str = "surgeon", act: str = "grantAccess", **other: Any) -> dict[str, Any]:
    payload = await ward.act(persona, act, GIVEN, **asked(**other))
    assert payload["problems"] == [], payload
    heard(ward)
    found: dict[str, Any] = payload["grant"]
    return found


async def told_of(ward: Clinic) -> list[tuple[str, str]]:
    """Who was told what since this was asked for last."""
    while await IdentityRelay(ward.office.application.stores).events():
        pass
    rows = await ward.office.rows(MESSAGES, store="journal")
    await ward.office.rows("TRUNCATE mail, message", store="journal")
    return sorted(
        (next(name for name, one in CAST.items() if one.subject == row["subject"]), row["template"]) for row in rows
    )


async def chart(ward: Clinic, persona: str, patient: int) -> Any:
    heard(ward)
    answer = await ward.office.ask(persona, CHART, {"id": f"pat_{patient}"})
    return answer.data["patient"]


async def surgeons(ward: Clinic) -> list[int]:
    """Patients of the surgeon's alone."""
    found = [row["id"] for row in await ward.rows(SURGEONS)]
    assert len(found) > 1
    return found
