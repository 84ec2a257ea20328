"""Records that were entered in error: they stay, count no more, and are there for few."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.world.cast import CAST
from tests.acts.clinic import Clinic, told
from tests.acts.notes import OF_THE_INTERN, OF_THE_NURSE, added, done

MARK = "markEnteredInError"
PATIENT, REASON = 1, "Измерено у другого пациента."
ERROR = "enteredInError { reason at by { id } }"
KINDS = {
    "Observation": "state", "Condition": "certainty", "LaboratoryResult": "resultState: state", "Encounter": "",
    "ClinicalNote": "noteState: state",
}  # fmt: skip
RECORD = (
    "record { __typename "
    + " ".join(f"... on {kind} {{ id version {state} {ERROR} }}" for kind, state in KINDS.items())
    + " }"
)
SIGN = "observation { id version }"
FEVER = {"patientId": f"pat_{PATIENT}", "code": "8310-5", "value": "38.5", "unit": "Cel"}
# Whoever else cares for the patient: the surgeon by the desk's assignment, the head of the department on his ward.
RELATED = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, department_id, starts_at)
VALUES ($1, 1, $2, 9000001, $3, $4, now() - interval '1 day')
"""
LED = "SELECT id FROM department WHERE head_id = 11"
CHART = """query($id: ID!, $record: ID!) {
  node(id: $record) { __typename }
  patient(by: {id: $id}) {
    observations(first: 50) { totalCount nodes { id } }
    history(first: 50) { totalCount nodes { id } }
  } }"""


@pytest.fixture(autouse=True)
async def others(clinic: Clinic) -> None:
    """The surgeon cares for the patient too, and he lies where the supervisor leads; a factor was shown just now."""
    clinic.office.tokens.clear()
    (led,) = await clinic.office.rows(LED, store="registry")
    await clinic.rows(RELATED, PATIENT, "ASSIGNMENT", 2, None)
    await clinic.rows(RELATED, PATIENT, "DUTY", None, led["id"])


async def marked(clinic: Clinic, persona: str, record: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A record after the act."""
    wanted = {"id": record["id"], "expectedVersion": record["version"], "reason": REASON, **given}
    payload = await clinic.act(persona, MARK, RECORD, **wanted)
    assert payload["problems"] == []
    made: dict[str, Any] = payload["record"]
    return made


async def measured(clinic: Clinic, persona: str = "therapist", **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await clinic.act(persona, "recordObservation", SIGN, **{**FEVER, **given}))["observation"]
    return made


async def seen(clinic: Clinic, persona: str, record: str) -> tuple[bool, int, int]:
    """Whether somebody sees a record by its id, and how many observations and entries of the history he counts."""
    answer = await clinic.office.ask(persona, CHART, {"id": f"pat_{PATIENT}", "record": record})
    patient, node = answer.data["patient"], answer.data["node"]
    listed = (patient["observations"], patient["history"])
    assert {record in [one["id"] for one in rows["nodes"]] for rows in listed} == {node is not None}
    return node is not None, listed[0]["totalCount"], listed[1]["totalCount"]


async def test_it_stays_for_its_author_and_the_head_and_is_absent_for_all_others(clinic: Clinic) -> None:
    people = ("therapist", "supervisor", "surgeon", "patient")
    before = {one: await seen(clinic, one, "obs_99999999") for one in people}
    made = await measured(clinic)
    for one in people:
        assert await seen(clinic, one, made["id"]) == (True, before[one][1] + 1, before[one][2] + 1)
    found = await marked(clinic, "therapist", made)
    assert found == {
        "__typename": "Observation", "id": made["id"], "version": 2, "state": "ENTERED_IN_ERROR",
        "enteredInError": {"reason": REASON, "at": found["enteredInError"]["at"], "by": {"id": "prac_1"}},
    }  # fmt: skip
    for one in ("therapist", "supervisor"):
        assert await seen(clinic, one, made["id"]) == (True, before[one][1] + 1, before[one][2] + 1)
    for one in ("surgeon", "patient"):
        assert await seen(clinic, one, made["id"]) == before[one]
    (row,) = await clinic.rows("SELECT * FROM record_error")
    assert (row["patient_id"], row["practitioner_id"]) == (PATIENT, 1)
    assert REASON.encode() not in row["reason"]


async def test_who_opened_it_in_an_emergency_does_not_see_it_and_who_inquires_does(clinic: Clinic) -> None:
    made = await measured(clinic)
    await marked(clinic, "therapist", made)
    await clinic.rows("DELETE FROM care_relation WHERE basis_id = 9000001")
    document = "query($id: ID!) { node(id: $id) { ... on Observation { state } } }"
    opened = """INSERT INTO emergency_opening (patient_id, organization_id, practitioner_id, accreditation_id,
        employment_id, reason, opened_at, ends_at, changed_at)
        SELECT $1, 1, 2, 2, 2, sealed_key, now(), now() + interval '1 hour', now() FROM patient WHERE id = $1"""
    await clinic.rows(opened, PATIENT)
    answer = await clinic.office.ask("surgeon", document, {"id": made["id"]})
    assert answer.data == {"node": None}
    today = datetime.now(UTC)
    inquired = """INSERT INTO inquiry (patient_id, office, officer, since, until, basis, basis_number, basis_on,
        purpose, opened_at, ends_at) VALUES ($1, 'REG', $2, $3, $4, 'ORDER', '1', $5, 'STATE_CONTROL', $3, $4)"""
    day = timedelta(days=1)
    await clinic.rows(inquired, PATIENT, CAST["regulator"].subject, today - day, today + day, today.date())
    try:
        answer = await clinic.office.ask("regulator", document, {"id": made["id"]})
        assert answer.data == {"node": {"state": "ENTERED_IN_ERROR"}}
    finally:
        await clinic.rows("DELETE FROM inquiry WHERE officer = $1 AND basis_number = '1'", CAST["regulator"].subject)


async def test_the_head_marks_what_others_made_and_colleagues_do_not(clinic: Clinic) -> None:
    made = await measured(clinic)
    given = {"id": made["id"], "expectedVersion": 1, "reason": REASON}
    refused = await clinic.try_to("surgeon", MARK, RECORD, **given)
    assert [error["extensions"]["reason"] for error in refused.errors] == ["OBJECT"]
    found = await marked(clinic, "supervisor", made)
    assert found["enteredInError"]["by"] == {"id": "prac_11"}
    assert (await seen(clinic, "therapist", made["id"]))[0]
    refused = await clinic.try_to("desk", MARK, RECORD, **given)
    assert [error["extensions"]["reason"] for error in refused.errors] == ["ROLE"]
    # Who may not know the patient at all is told that there is nothing.
    assert told(await clinic.act("stranger", MARK, RECORD, **given)) == [("NOT_FOUND", "id")]


async def test_every_kind_says_that_it_does_not_count(clinic: Clinic) -> None:
    booked = {"patientId": f"pat_{PATIENT}", "kind": "AMBULATORY"}
    met = (await clinic.act("therapist", "recordEncounter", "encounter { id version }", **booked))["encounter"]
    diagnosis = {"encounterId": met["id"], "kind": "MAIN", "code": "I10", "certainty": "CONFIRMED"}
    condition = (await clinic.act("therapist", "recordCondition", "condition { id version }", **diagnosis))["condition"]
    test = {"patientId": f"pat_{PATIENT}", "code": "718-7", "value": "70", "unit": "g/L", "encounterId": met["id"]}
    result = (await clinic.act("therapist", "recordLaboratoryResult", "result { id version }", **test))["result"]
    note = await added(clinic, encounterId=met["id"])
    remain = {"id": met["id"], "expectedVersion": 1, "reason": REASON}
    assert told(await clinic.act("therapist", MARK, RECORD, **remain)) == [("RECORDS_REMAIN", "id")]
    assert (await marked(clinic, "therapist", condition))["certainty"] == "ENTERED_IN_ERROR"
    assert (await marked(clinic, "therapist", result))["resultState"] == "ENTERED_IN_ERROR"
    assert (await marked(clinic, "therapist", note))["noteState"] == "DISCARDED"
    assert (await marked(clinic, "therapist", met))["enteredInError"]["reason"] == REASON
    # Nothing is recorded at it any more.
    again = await clinic.act("therapist", "recordCondition", "condition { id }", **diagnosis)
    assert told(again) == [("ILLEGAL_TRANSITION", "encounterId")]


async def test_a_booking_has_another_encounter_then(clinic: Clinic) -> None:
    await clinic.rows(
        "INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at, "
        "copied_from) VALUES ($1, 1, 'BOOKING', 9000002, 1, now() - interval '1 day', now() + interval '1 day', "
        "'schedule')",
        PATIENT,
    )
    horizon = "INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', now() + interval '1 hour')"
    await clinic.rows(horizon)
    given = {"patientId": f"pat_{PATIENT}", "kind": "AMBULATORY", "bookingId": "booking_9000002"}
    met = (await clinic.act("therapist", "recordEncounter", "encounter { id version }", **given))["encounter"]
    twice = await clinic.act("therapist", "recordEncounter", "encounter { id }", **given)
    assert told(twice) == [("ALREADY_RECORDED", "bookingId")]
    await marked(clinic, "therapist", met)
    again = await clinic.act("therapist", "recordEncounter", "encounter { id }", **given)
    assert again["problems"] == []
    assert again["encounter"]["id"] != met["id"]


async def test_what_hinders_it(clinic: Clinic) -> None:
    made = await measured(clinic)
    given = {"id": made["id"], "expectedVersion": 1, "reason": REASON}

    async def problems(**other: Any) -> list[tuple[str, str]]:
        return told(await clinic.act("therapist", MARK, RECORD, **{**given, **other}))

    for other, expected in (
        ({"expectedVersion": 7}, ("CONFLICT", "expectedVersion")),
        ({"reason": " "}, ("REASON_REQUIRED", "reason")),
        ({"reason": "а" * 1_001}, ("FIELD_TOO_LONG", "reason")),
        ({"id": "obs_99999999"}, ("NOT_FOUND", "id")),
        ({"id": "case_1"}, ("NOT_FOUND", "id")),
        ({"id": "nothing"}, ("NOT_FOUND", "id")),
    ):
        assert await problems(**other) == [expected]
    await marked(clinic, "therapist", made)
    assert await problems(expectedVersion=2) == [("ILLEGAL_TRANSITION", "id")]
    note = await done(clinic, "therapist", "signNote", await added(clinic))
    payload = await clinic.act("therapist", MARK, RECORD, **{**given, "id": note["id"], "expectedVersion": 2})
    assert [(one["code"], one["possible"]) for one in payload["problems"]] == [("ILLEGAL_TRANSITION", ["CORRECT"])]


async def test_a_nurse_and_a_trainee_mark_their_own(clinic: Clinic) -> None:
    made = await measured(clinic, "nurse", patientId=f"pat_{OF_THE_NURSE}")
    found = await marked(clinic, "nurse", made)
    assert (found["state"], found["enteredInError"]["by"]) == ("ENTERED_IN_ERROR", {"id": "prac_3"})
    doctors = await clinic.rows(
        "SELECT id FROM observation WHERE patient_id = $1 AND practitioner_id <> 3", OF_THE_NURSE
    )
    if doctors:
        given = {"id": f"obs_{doctors[0]['id']}", "expectedVersion": 1, "reason": REASON}
        refused = await clinic.try_to("nurse", MARK, RECORD, **given)
        assert [error["extensions"]["reason"] for error in refused.errors] == ["OBJECT"]
    waiting = await added(clinic, "intern", OF_THE_INTERN)
    payload = await clinic.act("intern", MARK, RECORD, id=waiting["id"], expectedVersion=1, reason=REASON)
    assert payload["problems"] == []
    (row,) = await clinic.rows("SELECT state FROM note WHERE id = $1", int(waiting["id"][5:]))
    assert row["state"] == "DISCARDED"


async def test_it_leaves_an_event_an_entry_and_a_note_that_something_of_the_patient_changed(clinic: Clinic) -> None:
    made = await measured(clinic)
    await clinic.rows("TRUNCATE event, audit_entry, object_change")
    await marked(clinic, "therapist", made, idempotencyKey="wrong")
    (event,) = await clinic.rows("SELECT kind, payload FROM event")
    assert event["kind"] == "RECORD_ENTERED_IN_ERROR"
    (entry,) = await clinic.rows("SELECT act, object, grounds FROM audit_entry")
    assert (entry["act"], entry["object"]) == (MARK, made["id"])
    assert '"stateBefore": "FINAL"' in entry["grounds"]
    assert REASON not in entry["grounds"] + event["payload"]
    # Whoever sees the record no more is told so much, and asks again.
    notes = await clinic.rows("SELECT kind, object_id, record_id FROM object_change ORDER BY kind")
    assert {(one["kind"], one["object_id"], one["record_id"]) for one in notes} == {
        ("OBSERVATION", PATIENT, int(made["id"][4:])), ("PATIENT", PATIENT, None),
    }  # fmt: skip
    again = await marked(clinic, "therapist", made, idempotencyKey="wrong")
    assert again["version"] == 2
    with pytest.raises(Exception, match="a history is not unmade"):
        await clinic.rows("DELETE FROM record_error")
