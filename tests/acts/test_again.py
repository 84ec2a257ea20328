"""What is applied for again: nothing is granted twice, a renewal takes the elder's place, a suspension is known."""

from datetime import date
from typing import Any

import pytest

from resolvers.rules import procedure
from resolvers.working_days import CALENDAR
from tests.acts.office import CONSENTS, PEOPLE, Office
from tests.acts.test_kinds import REMOTE
from tests.acts.test_problems import SPECIAL, TEMPORARY

STATES = "SELECT id, state, base_id FROM accreditation WHERE practitioner_id = $1 ORDER BY id"
SOON = "UPDATE accreditation SET valid_to = now() + interval '100 days' WHERE id = $1 RETURNING id"
STATE = "UPDATE accreditation SET state = $2 WHERE id = $1 RETURNING id"
OF_APPLICATION = "SELECT id FROM accreditation WHERE application_id = $1"
ON_BASE = """
SELECT id, base_id FROM accreditation WHERE practitioner_id = $1 AND kind = $2 AND state = 'ACTIVE'
"""
HELD_UP = """
UPDATE accreditation SET valid_to = now() + interval '100 days'
WHERE practitioner_id = $1 AND kind = 'PERMANENT' AND state = 'SUSPENDED' RETURNING id
"""
TOLD = "SELECT payload->>'step' AS step FROM event WHERE kind = 'ACCREDITATION_CHANGED' ORDER BY 1"
SUSPENSIONS = "query($id: ID!) { application(by: {id: $id}) { suspensions { id status } } }"
DUE = "application { id version consents { kind } deadline { latestOn } }"
SURGEON, THERAPIST, SUSPENDED = 2, 1, 8


async def validated(office: Office, persona: str, made: dict[str, Any]) -> list[tuple[str, ...]]:
    payload = await office.act(persona, "validateApplication", "application { id }", id=made["id"])
    return [(one["code"], *one["path"]) for one in payload["problems"]]


async def approved(office: Office, persona: str, made: dict[str, Any]) -> int:
    """The record that comes of a draft."""
    sent = await office.act(persona, "submitApplication", id=made["id"], expectedVersion=made["version"])
    assert sent["problems"] == []
    found = (await office.act("expert", "claimApplication", id=made["id"]))["application"]
    while found["stage"] != "APPROVAL":
        given = {"id": made["id"], "expectedVersion": found["version"]}
        found = (await office.act("expert", "advanceApplication", **given))["application"]
    given = {"id": made["id"], "expectedVersion": found["version"]}
    done = await office.act("expert", "approveApplication", "application { id }", **given)
    assert done["problems"] == []
    (row,) = await office.rows(OF_APPLICATION, int(made["id"].removeprefix("app_")))
    key: int = row["id"]
    return key


async def states(office: Office, person: int) -> dict[int, str]:
    return {row["id"]: row["state"] for row in await office.rows(STATES, person)}


@pytest.mark.parametrize(
    ("kind", "persona", "given", "told"),
    [("SPECIAL", "surgeon", SPECIAL, ("directions", "0")), ("REMOTE", "therapist", REMOTE, ("baseId",))],
)
async def test_what_stands_on_a_base_is_granted_on_it_once_and_renewed_in_its_place(
    office: Office, kind: str, persona: str, given: dict[str, Any], told: tuple[str, ...]
) -> None:
    person = PEOPLE[persona][0]
    if kind == "REMOTE":
        await approved(office, persona, await office.drafted(persona, **given))
    (held,) = await office.rows(ON_BASE, person, kind)
    twice = await office.drafted(persona, **given)
    assert await validated(office, persona, twice) == [("ALREADY_GRANTED", *told)]
    # Held up, it stands in the way all the same.
    await office.rows(STATE, held["id"], "SUSPENDED")
    assert ("ALREADY_GRANTED", *told) in await validated(office, persona, twice)
    await office.rows(STATE, held["id"], "ACTIVE")
    renewal = (await office.act(persona, "renewAccreditation", id=f"acc_{held['id']}"))["application"]
    changed = await office.act(
        persona, "updateApplication", id=renewal["id"], expectedVersion=renewal["version"], consents=CONSENTS,
        documents=given["documents"],
    )  # fmt: skip
    made = await approved(office, persona, changed["application"])
    found = await states(office, person)
    assert (found[held["id"]], found[made], found[held["base_id"]]) == ("SUPERSEDED", "ACTIVE", "ACTIVE")


async def test_the_elder_is_superseded_whether_or_not_the_next_was_begun_as_a_renewal(office: Office) -> None:
    before = await states(office, THERAPIST)
    assert before[4] == "ACTIVE"
    await office.rows(SOON, 4)
    made = await approved(office, "therapist", await office.drafted("therapist"))
    assert await states(office, THERAPIST) == {**before, 4: "SUPERSEDED", made: "ACTIVE"}
    assert [row["step"] for row in await office.rows(TOLD)] == ["GRANTED", "SUPERSEDED"]


async def test_a_suspension_is_known_to_whoever_applies_later_and_to_who_examines(office: Office) -> None:
    (held,) = await office.rows(HELD_UP, SUSPENDED)
    temporary = await office.drafted("suspended", **TEMPORARY, specialtyCode="31.08.67")
    assert ("ACCREDITATION_SUSPENDED", "specialtyCode") in await validated(office, "suspended", temporary)
    other = await office.drafted("suspended", **TEMPORARY, specialtyCode="31.08.49")
    assert "ACCREDITATION_SUSPENDED" not in {code for code, *_ in await validated(office, "suspended", other)}
    made = await office.examined("suspended")
    for persona in ("suspended", "expert", "head"):
        answer = await office.ask(persona, SUSPENSIONS, {"id": made["id"]})
        assert answer.errors == []
        assert answer.data["application"]["suspensions"] == [{"id": f"acc_{held['id']}", "status": "SUSPENDED"}]
    assert (await office.ask("suspended", SUSPENSIONS, {"id": other["id"]})).data["application"]["suspensions"] == []
    await office.act(
        "regulator", "reinstateAccreditation", "accreditation { id }", id=f"acc_{held['id']}", expectedVersion=1
    )
    assert (await office.ask("expert", SUSPENSIONS, {"id": made["id"]})).data["application"]["suspensions"] == []


async def test_a_resubmission_asks_for_its_consents_anew(office: Office) -> None:
    made = await office.examined("applicant", "CHECK")
    given = {"id": made["id"], "expectedVersion": made["version"], "reasons": ["No"]}
    await office.act("expert", "rejectApplication", "application { id }", **given)
    again = await office.act("applicant", "resubmitApplication", DUE, id=made["id"])
    assert again["application"]["consents"] == []
    assert await validated(office, "applicant", again["application"]) == [
        ("CONSENT_MISSING", "consents") for _ in CONSENTS
    ]


async def test_a_clarification_makes_the_decision_later_by_no_more_than_it_took(office: Office) -> None:
    made = await office.examined("applicant", "CHECK")
    asked = "query($id: ID!) { application(by: {id: $id}) { deadline { latestOn expectedFrom earliestOn } } }"
    before = (await office.ask("applicant", asked, {"id": made["id"]})).data["application"]["deadline"]
    assert before["expectedFrom"] == before["earliestOn"]
    version, days = made["version"], procedure("PERMANENT", office.application.operating.clock()).clarification_days
    for _ in range(2):
        given = {"id": made["id"], "expectedVersion": version, "what": "x"}
        waits = (await office.act("expert", "requestClarification", DUE, **given))["application"]
        assert waits["deadline"]["latestOn"] == CALENDAR.add(date.fromisoformat(before["latestOn"]), days).isoformat()
        given = {"id": made["id"], "expectedVersion": waits["version"], "text": "x"}
        answered = (await office.act("applicant", "answerClarification", DUE, **given))["application"]
        assert answered["deadline"]["latestOn"] == before["latestOn"]
        version = answered["version"]
