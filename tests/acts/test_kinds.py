"""Each kind of accreditation from draft to record, and what it gives; submissions at any hour."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.identity import demo
from resolvers.working_days import CALENDAR
from tests.acts.office import CONSENTS, TERMS, Office
from tests.acts.test_problems import SPECIAL, TEMPORARY

MOSCOW = ZoneInfo("Europe/Moscow")
ROLES = "{ viewer { roles { name because } } }"
HELD = "{ viewer { accreditations { accreditation { id } origin } } }"
ENTRY = "query($by: ApplicationBy!) { application(by: $by) { accreditation { id } protocolNumber } }"
STATEMENT = [{"slot": slot, "ids": ["doc_8"]} for slot in ("INFRASTRUCTURE", "DATA_PROTECTION")]
REMOTE = {"kind": "REMOTE", "baseId": "acc_4", "organizationId": None, "documents": STATEMENT}
# The clinical roles; an institution's record gives its staff none of them.
GIVES = {"PERMANENT": "DOC", "TEMPORARY": "TMP", "SPECIAL": "SPC", "REMOTE": "REM", "ORGANISATIONAL": None}


ORIGIN = {"ORGANISATIONAL": "INHERITED"}


async def institution(office: Office) -> dict[str, Any]:
    """What the head says for his hospital."""
    text = "SELECT number FROM licence WHERE organization_id = 1 AND status = 'ACTIVE' AND ends_on IS NULL LIMIT 1"
    ((licence,),) = [row.values() for row in await office.rows(text, store="registry")]
    contacts = {"phone": "+70001234567", "email": "office@hospital.example", "licenceNumber": licence}
    unasked = {"specialtyCode": None, "documents": None, "consents": CONSENTS}
    return {"kind": "ORGANISATIONAL", "organizationId": "org_1", **contacts, **unasked}


async def bases(office: Office, persona: str) -> set[tuple[str, str]]:
    answer = await office.ask(persona, ROLES)
    return {(role["name"], role["because"]) for role in answer.data["viewer"]["roles"]}


@pytest.mark.parametrize(
    ("kind", "persona", "given"),
    [
        ("PERMANENT", "applicant", {}),
        ("TEMPORARY", "applicant", TEMPORARY),
        ("SPECIAL", "surgeon", SPECIAL),
        ("REMOTE", "therapist", REMOTE),
        ("ORGANISATIONAL", "head", None),
    ],
)
async def test_every_kind_goes_from_draft_to_a_record_that_gives_what_it_should(
    office: Office, kind: str, persona: str, given: dict[str, Any] | None
) -> None:
    # What stands on a base is granted on it once.
    await office.rows("UPDATE accreditation SET state = 'REVOKED' WHERE base_id IS NOT NULL RETURNING id")
    office.application.operating.facts.heard()
    before, of_the_nurse = await bases(office, persona), await bases(office, "nurse")
    made = await office.examined(persona, "APPROVAL", **(given if given is not None else await institution(office)))
    assert await bases(office, persona) == before
    # The register has nothing of it before it is decided.
    entry = (await office.ask(persona, ENTRY, {"by": {"id": made["id"]}})).data["application"]
    assert entry == {"accreditation": None, "protocolNumber": None}
    selection = "verdict { outcome protocolNumber } accreditation { id kind status validTo }"
    done = await office.act("expert", "approveApplication", selection, id=made["id"], expectedVersion=made["version"])
    assert done["problems"] == []
    assert done["verdict"]["outcome"] == "ACCREDITED"
    (row,) = await office.rows("SELECT * FROM accreditation WHERE application_id = $1", int(made["id"][4:]))
    assert (row["kind"], row["state"]) == (kind, "ACTIVE")
    if kind == "TEMPORARY":
        assert row["valid_to"] == _midnight(row["valid_from"], TEMPORARY["days"])
    held = (await office.ask(persona, HELD)).data["viewer"]["accreditations"]
    assert {"accreditation": {"id": f"acc_{row['id']}"}, "origin": ORIGIN.get(kind, "PERSONAL")} in held
    asked = {"by": {"id": made["id"]}}
    entry = (await office.ask(persona, ENTRY, asked)).data["application"]
    assert entry == {"accreditation": {"id": f"acc_{row['id']}"}, "protocolNumber": done["verdict"]["protocolNumber"]}
    await office.act(persona, "confirmAccessTerms", "viewer { roles { name } }", version=TERMS)
    new = {name for name, because in await bases(office, persona) - before if f"acc_{row['id']}" in because}
    assert new == ({GIVES[kind]} if GIVES[kind] else set())
    assert await bases(office, "nurse") == of_the_nurse
    if kind == "ORGANISATIONAL":
        inherited = (await office.ask("nurse", HELD)).data["viewer"]["accreditations"]
        assert {"accreditation": {"id": f"acc_{row['id']}"}, "origin": "INHERITED"} in inherited


def _midnight(at: datetime, days: int) -> datetime:
    local = at.astimezone(MOSCOW)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)


@pytest.mark.parametrize("hour", [0, 3, 12, 23])
async def test_a_submission_is_taken_at_any_hour_and_its_term_begins_with_a_working_day(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch, hour: int
) -> None:
    day = now.astimezone(MOSCOW)
    saturday = (day + timedelta(days=(5 - day.weekday()) % 7)).replace(hour=hour, minute=30)
    for weekend in (saturday, saturday + timedelta(days=1)):
        await office.restore()
        monkeypatch.setattr(office.application.operating, "clock", lambda weekend=weekend: weekend)
        token = demo.token(office.application.settings.data, "applicant", timedelta(hours=2), weekend)
        monkeypatch.setitem(office.tokens, "applicant", token)
        made = await office.submitted("applicant")
        asked = (
            "query($by: ApplicationBy!) { application(by: $by) { stage deadline { automaticOn earliestOn latestOn } } }"
        )
        found = (await office.ask("applicant", asked, {"by": {"id": made["id"]}})).data["application"]
        counted_on = CALENDAR.working_from(weekend.date())
        assert found == {
            "stage": "RECEPTION",
            "deadline": {
                "automaticOn": CALENDAR.add(counted_on, 1).isoformat(),
                "earliestOn": CALENDAR.add(counted_on, 5).isoformat(),
                "latestOn": CALENDAR.add(counted_on, 10).isoformat(),
            },
        }
