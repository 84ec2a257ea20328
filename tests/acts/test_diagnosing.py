"""A diagnosis at an encounter: kept sealed, told to who may read it, once; and what keeps it from being recorded."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from resolvers.acts import acting
from tests.acts.clinic import Clinic, told

NAME = "recordCondition"
CONDITION = "condition { id code certainty kind wording beganOn bookVersion confidentiality practitioner { id } }"
# Of the therapist: one in her care, one whom the desk assigned to her, one whom she cared for.
MINE, ASSIGNED, PAST = 1, 2, 3
WORDING = "Гипертоническая болезнь II стадии"
MISSING = "enc_999999999"
SHORT = 0.4


def given(encounter: str, **other: Any) -> dict[str, Any]:
    return {"encounterId": encounter, "kind": "MAIN", "code": "I10", "certainty": "CONFIRMED", **other}


async def test_a_diagnosis_is_kept_sealed_and_leaves_an_event_and_an_entry_without_values(clinic: Clinic) -> None:
    encounter = await clinic.encounter(MINE)
    asked = given(encounter, wording=f" {WORDING} ", beganOn="2020-02-03", idempotencyKey="i10")
    first, again = [await clinic.try_to("therapist", NAME, CONDITION, **asked) for _ in range(2)]
    assert first.errors == []
    assert first.content == again.content
    made = first.data[NAME]["condition"]
    assert made == {
        "id": made["id"], "code": "I10", "certainty": "CONFIRMED", "kind": "MAIN", "wording": WORDING,
        "beganOn": "2020-02-03", "bookVersion": "2026.1", "confidentiality": "NORMAL", "practitioner": {"id": "prac_1"},
    }  # fmt: skip
    (row,) = await clinic.rows("SELECT * FROM condition WHERE id >= 100000000")
    assert made["id"] == f"cond_{row['id']}"
    assert (row["patient_id"], f"enc_{row['encounter_id']}", row["organization_id"]) == (MINE, encounter, 1)
    assert WORDING.encode() not in row["wording"]
    (event,) = await clinic.rows("SELECT kind, payload FROM event")
    ids = {"object": made["id"], "patientId": MINE, "practitionerId": 1, "organizationId": 1}
    assert (event["kind"], json.loads(event["payload"])) == ("CONDITION_RECORDED", ids)
    (entry,) = await clinic.rows("SELECT act, object, grounds FROM audit_entry")
    assert (entry["act"], entry["object"]) == (NAME, made["id"])
    grounds = json.loads(entry["grounds"])
    (held,) = await clinic.office.rows("SELECT id FROM accreditation WHERE practitioner_id = 1 AND kind = 'PERMANENT' "
                                       "AND state = 'ACTIVE'")  # fmt: skip
    assert (grounds["patient"], grounds["accreditation"]) == ("pat_1", f"acc_{held['id']}")
    assert grounds["workplace"].startswith("emp_")
    assert "I10" not in entry["grounds"]


async def test_what_the_code_tells_is_special_is_closed_to_whom_it_does_not_fit(clinic: Clinic) -> None:
    payload = await clinic.act("therapist", NAME, CONDITION, **given(await clinic.encounter(MINE), code="Z21"))
    assert payload == {"condition": None, "problems": []}
    (row,) = await clinic.rows("SELECT confidentiality, special_kind FROM condition WHERE id >= 100000000")
    assert row == {"confidentiality": "SPECIAL", "special_kind": "HIV"}


async def test_what_is_wrong_has_a_path_and_nothing_is_kept(clinic: Clinic) -> None:
    encounter, before = await clinic.encounter(MINE), await clinic.everything()
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    asked = given(encounter, code="Z99.99", wording="а" * 1001, beganOn=tomorrow, resolvedOn="2020-01-01")
    assert told(await clinic.act("therapist", NAME, CONDITION, **asked)) == [
        ("UNKNOWN_CODE", "code"),
        ("FIELD_TOO_LONG", "wording"),
        ("DATE_IN_FUTURE", "beganOn"),
        ("DATES_OUT_OF_ORDER", "resolvedOn"),
    ]
    assert told(await clinic.act("therapist", NAME, CONDITION, **given(encounter, beganOn="1850-01-01"))) == [
        ("DATES_OUT_OF_ORDER", "beganOn")
    ]
    assert await clinic.everything() == before


async def test_a_closed_episode_takes_no_diagnosis(clinic: Clinic) -> None:
    await clinic.rows(
        "UPDATE episode SET ends_at = now(), outcome = 'IMPROVED' WHERE patient_id = $1 AND ends_at IS NULL", MINE
    )
    payload = await clinic.act("therapist", NAME, CONDITION, **given(await clinic.encounter(MINE)))
    assert told(payload) == [("EPISODE_CLOSED", "encounterId")]


async def test_a_patient_who_is_not_in_ones_care_is_not_there(clinic: Clinic) -> None:
    """Nor is one whose care is over: the answer is that of no such encounter, byte for byte."""
    before = await clinic.everything()
    missing = await clinic.try_to("therapist", NAME, CONDITION, **given(MISSING))
    assert [(one["code"], one["path"]) for one in missing.data[NAME]["problems"]] == [("NOT_FOUND", ["encounterId"])]
    for patient in (PAST, 4, 40):
        hidden = await clinic.try_to("therapist", NAME, CONDITION, **given(await clinic.encounter(patient)))
        assert hidden.content == missing.content, patient
    assert (await clinic.try_to("therapist", NAME, CONDITION, **given("pat_1"))).content == missing.content
    assert await clinic.everything() == before


async def test_a_relation_that_a_rival_ends_meanwhile_gives_nothing(clinic: Clinic) -> None:
    """It is waited for at the patient's row, and looked at after that."""
    encounter = await clinic.encounter(MINE)
    rival: Any = await asyncpg.connect(clinic.office.application.stores.clinical.url)
    try:
        await rival.execute("BEGIN")
        await rival.execute("SELECT FROM patient WHERE id = 1 FOR NO KEY UPDATE")
        act = asyncio.create_task(clinic.act("therapist", NAME, CONDITION, **given(encounter)))
        waiting = (
            "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = 'office_clinical' AND wait_event_type = 'Lock'"
        )
        while not (await clinic.rows(waiting))[0]["n"]:
            await asyncio.sleep(0.01)
        await rival.execute("UPDATE care_relation SET ends_at = now() WHERE patient_id = 1 AND practitioner_id = 1")
        await rival.execute("COMMIT")
        assert told(await act) == [("NOT_FOUND", "encounterId")]
    finally:
        await rival.close()
    assert await clinic.rows("SELECT FROM condition WHERE id >= 100000000") == []


async def test_a_relation_that_ends_while_the_act_takes_long_gives_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for once more before the commit, as facts are."""
    encounter, operating = await clinic.encounter(MINE), clinic.office.application.operating
    began = operating.clock()
    hands, later = [began], began + timedelta(seconds=2)

    def reach(point: str) -> None:
        if point == "left":
            time.sleep(2 * SHORT)  # longer than facts may be old
            hands.append(later)

    monkeypatch.setattr(acting, "FRESH_SECONDS", SHORT)
    monkeypatch.setattr(acting, "reach", reach)
    monkeypatch.setattr(operating, "clock", lambda: hands[-1])
    assert (await clinic.act("therapist", NAME, CONDITION, **given(encounter)))["problems"] == []
    hands[:], ends = [began], began + timedelta(seconds=1)
    await clinic.rows("UPDATE care_relation SET ends_at = $1 WHERE patient_id = 1 AND practitioner_id = 1", ends)
    assert told(await clinic.act("therapist", NAME, CONDITION, **given(encounter))) == [("NOT_FOUND", "encounterId")]
    assert len(await clinic.rows("SELECT FROM condition WHERE id >= 100000000")) == 1


async def test_who_may_not_diagnose_is_told_why(clinic: Clinic) -> None:
    encounter = await clinic.encounter(MINE)
    for persona, reason in (("anonymous", "SIGN_IN"), ("applicant", "ROLE"), ("suspended", "ROLE"), ("expert", "ROLE")):
        answer = await clinic.try_to(persona, NAME, CONDITION, **given(encounter))
        assert answer.data == {NAME: None}, persona
        assert answer.errors[0]["extensions"]["reason"] == reason, persona


async def test_rivals_with_one_key_record_one_diagnosis(clinic: Clinic) -> None:
    asked = given(await clinic.encounter(MINE), idempotencyKey="rivals")
    answers = await asyncio.gather(*(clinic.try_to("therapist", NAME, CONDITION, **asked) for _ in range(10)))
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].data[NAME]["problems"] == []
    assert len(await clinic.rows("SELECT FROM condition WHERE id >= 100000000")) == 1
    other = await clinic.act("therapist", NAME, CONDITION, **{**asked, "code": "J06.9"})
    assert told(other) == [("IDEMPOTENCY_CONFLICT", "idempotencyKey")]
