"""What was done for patients: recorded by whoever may, kept sealed, taken back; the register of services is told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told

RECORD = "recordProcedure"
PROCEDURE = (
    "procedure { id code name count note state at endsAt bookVersion confidentiality version patient { id } "
    "encounter { id } practitioner { id } department { id } organization { id } "
    "registration { status at number reason { code } } enteredInError { reason } }"
)
REMARK = "Перенесла хорошо, канарейка"
VISIT, INJECTION, SUTURE = "B01.047.001", "A11.02.002", "A16.01.004"
NEW = "SELECT * FROM procedure WHERE id >= 100000000"


async def test_what_was_done_is_kept_sealed_once_with_a_message_for_the_register(clinic: Clinic) -> None:
    encounter = await clinic.encounter(1)
    ends = datetime.now(UTC)
    given = {
        "patientId": "pat_1", "encounterId": encounter, "code": VISIT, "note": f" {REMARK} ", "count": 2,
        "at": (ends - timedelta(minutes=20)).isoformat(), "endsAt": ends.isoformat(), "idempotencyKey": "proc",
    }  # fmt: skip
    # The episode, or else the encounter, has to be older than what is done at it.
    await clinic.rows(
        "UPDATE encounter SET at = at - interval '1 day', ends_at = NULL WHERE id = $1", int(encounter[4:])
    )
    first, again = [await clinic.try_to("therapist", RECORD, PROCEDURE, **given) for _ in range(2)]
    assert first.errors == [], first.body
    assert first.content == again.content
    assert first.data[RECORD]["problems"] == []
    made = first.data[RECORD]["procedure"]
    whole = ("code", "name", "count", "note", "state", "confidentiality", "version", "encounter", "practitioner")
    assert {name: made[name] for name in whole} == {
        "code": VISIT, "name": "Прием (осмотр, консультация) врача-терапевта первичный", "count": 2, "note": REMARK,
        "state": "FINAL", "confidentiality": "NORMAL", "version": 1, "encounter": {"id": encounter},
        "practitioner": {"id": "prac_1"},
    }  # fmt: skip
    assert (made["registration"]["status"], made["registration"]["reason"]) == ("QUEUED", None)
    (row,) = await clinic.rows(NEW)
    assert (made["id"], row["patient_id"], row["organization_id"]) == (f"proc_{row['id']}", 1, 1)
    assert REMARK.encode() not in row["note"]
    (event,) = await clinic.rows("SELECT kind, payload FROM event")
    ids = {"object": made["id"], "patientId": 1, "practitionerId": 1, "organizationId": 1}
    assert (event["kind"], json.loads(event["payload"])) == ("PROCEDURE_RECORDED", ids)
    (entry,) = await clinic.rows("SELECT act, object, grounds FROM audit_entry")
    assert (entry["act"], entry["object"], "kanareika" in entry["grounds"]) == (RECORD, made["id"], False)
    assert json.loads(entry["grounds"])["accreditation"].startswith("acc_")
    messages = await clinic.rows("SELECT kind, status FROM procedure_message WHERE procedure_id = $1", row["id"])
    assert messages == [{"kind": "RECORDED", "status": "QUEUED"}]

    chart = (
        '{ patient(by: {id: "pat_1"}) { procedures(first: 1) { nodes { id note } } '
        "history(first: 50, filter: {kind: [PROCEDURE]}) { nodes { id kind entry { ... on Procedure { code } } } } } "
        f'node(id: "{encounter}") {{ ... on Encounter {{ procedures(first: 1) {{ nodes {{ id }} }} }} }} }}'
    )
    answer = await clinic.office.ask("therapist", chart)
    assert answer.errors == [], answer.body
    assert answer.data["patient"]["procedures"]["nodes"] == [{"id": made["id"], "note": REMARK}]
    assert answer.data["patient"]["history"]["nodes"][0] == {
        "id": made["id"], "kind": "PROCEDURE", "entry": {"code": VISIT},
    }  # fmt: skip
    assert answer.data["node"]["procedures"]["nodes"] == [{"id": made["id"]}]


WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("therapist", {"patientId": "pat_1", "code": "A99.99.999"}, [("UNKNOWN_CODE", "code")]),
    ("therapist", {"patientId": "pat_1", "code": SUTURE}, [("DIRECTION_REQUIRED", "code")]),
    ("nurse", {"patientId": "pat_8", "code": VISIT}, [("SERVICE_NOT_OF_NURSING", "code")]),
    ("therapist", {"patientId": "pat_1", "code": VISIT, "count": 0}, [("VALUE_OUT_OF_RANGE", "count")]),
    ("therapist", {"patientId": "pat_1", "code": VISIT, "count": 1001}, [("VALUE_OUT_OF_RANGE", "count")]),
    ("therapist", {"patientId": "pat_1", "code": VISIT, "note": "а" * 4001}, [("FIELD_TOO_LONG", "note")]),
    ("therapist", {"patientId": "pat_1", "code": VISIT, "at": "2999-01-01T00:00:00Z"}, [("DATE_IN_FUTURE", "at")]),
    (
        "therapist",
        {"patientId": "pat_1", "code": VISIT, "endsAt": "2020-01-01T00:00:00Z"},
        [("DATES_OUT_OF_ORDER", "endsAt")],
    ),
    ("therapist", {"patientId": "pat_4", "code": VISIT}, [("NOT_FOUND", "patientId")]),
    ("therapist", {"patientId": "pat_99999999", "code": VISIT}, [("NOT_FOUND", "patientId")]),
    ("therapist", {"patientId": "pat_1", "code": VISIT, "orderId": "order_99999999"}, [("NOT_FOUND", "orderId")]),
]
# Who may, stated once more: persona, patient, service, and what he is told.
WHO: list[tuple[str, str, str, str | None]] = [
    ("therapist", "pat_1", VISIT, None),
    ("surgeon", "pat_4", SUTURE, None),
    ("nurse", "pat_8", INJECTION, None),
    ("applicant", "pat_1", VISIT, "ROLE"),
    ("lapsed", "pat_1", VISIT, "ROLE"),
    ("suspended", "pat_1", VISIT, "ROLE"),
    ("intern", "pat_1", INJECTION, "ROLE"),
    ("registrar", "pat_1", VISIT, "ROLE"),
    ("insurer", "pat_5", VISIT, "ROLE"),
    ("desk", "pat_1", VISIT, "ROLE"),
    ("patient", "pat_1", VISIT, "ROLE"),
    ("anonymous", "pat_1", VISIT, "SIGN_IN"),
]


async def test_what_is_wrong_has_a_path_and_nothing_is_kept(clinic: Clinic) -> None:
    before = await clinic.everything()
    for persona, given, problems in WRONG:
        payload = await clinic.act(persona, RECORD, "procedure { id }", **given)
        assert (payload["procedure"], told(payload)) == (None, problems), (persona, given)
    assert await clinic.everything() == before


async def test_who_may_record_what_is_as_the_table_says(clinic: Clinic) -> None:
    for persona, patient, code, reason in WHO:
        answer = await clinic.try_to(persona, RECORD, "procedure { id }", patientId=patient, code=code)
        if reason is None:
            assert answer.errors == [], (persona, answer.body)
            assert answer.data[RECORD]["problems"] == [], persona
        else:
            assert answer.data == {RECORD: None}, persona
            assert [one["extensions"]["reason"] for one in answer.errors] == [reason], persona
    assert len(await clinic.rows(NEW)) == 3


async def test_what_was_entered_in_error_counts_no_more_and_the_register_is_told(clinic: Clinic) -> None:
    encounter = await clinic.encounter(1)
    given = {"patientId": "pat_1", "encounterId": encounter, "code": VISIT}
    made = (await clinic.act("therapist", RECORD, PROCEDURE, **given))["procedure"]
    await clinic.rows("UPDATE condition SET error_id = 1 WHERE encounter_id = $1", int(encounter[4:]))
    marked = {"id": made["id"], "expectedVersion": 1, "reason": "Другой пациент."}
    seen = "record { ... on Procedure { id state enteredInError { reason } registration { status } } }"
    payload = await clinic.act("therapist", "markEnteredInError", seen, **marked)
    assert payload == {
        "record": {
            "id": made["id"], "state": "ENTERED_IN_ERROR", "enteredInError": {"reason": "Другой пациент."},
            "registration": {"status": "QUEUED"},
        },
        "problems": [],
    }  # fmt: skip
    again = await clinic.act("therapist", "markEnteredInError", seen, **{**marked, "expectedVersion": 2})
    assert told(again) == [("ILLEGAL_TRANSITION", "id")]
    messages = await clinic.rows(
        "SELECT kind, status FROM procedure_message WHERE procedure_id = $1 ORDER BY id", int(made["id"][5:])
    )
    assert [one["kind"] for one in messages] == ["RECORDED", "ENTERED_IN_ERROR"]
    # Of a patient others see no record that was entered in error; what stands nobody deletes.
    answer = await clinic.office.ask("patient", f'{{ node(id: "{made["id"]}") {{ id }} }}')
    assert answer.data == {"node": None}
    with pytest.raises(Exception, match="a history is not unmade"):
        await clinic.rows("DELETE FROM procedure WHERE id = $1", int(made["id"][5:]))


async def test_an_order_is_fulfilled_by_what_was_done(clinic: Clinic) -> None:
    ordered = await clinic.act(
        "therapist", "orderService", "order { id version }",
        encounterId=await clinic.encounter(1), code=INJECTION, priority="ROUTINE",
    )  # fmt: skip
    assert ordered["problems"] == [], ordered
    order = ordered["order"]["id"]
    wrong = await clinic.act("therapist", RECORD, "procedure { id }", patientId="pat_1", code=VISIT, orderId=order)
    assert told(wrong) == [("SERVICE_NOT_OF_ORDER", "code")]
    payload = await clinic.act(
        "therapist", RECORD, "procedure { order { id status } }", patientId="pat_1", code=INJECTION, orderId=order
    )
    assert payload == {"procedure": {"order": {"id": order, "status": "FULFILLED"}}, "problems": []}
    kinds = await clinic.rows("SELECT kind FROM event ORDER BY at, kind")
    assert [one["kind"] for one in kinds] == ["ORDER_CHANGED", "ORDER_CHANGED", "PROCEDURE_RECORDED"]
