"""Prescriptions: drafted, signed, registered, annulled; a draft never leaves."""

from typing import Any

from tests.acts.clinic import Clinic, told
from tests.acts.handed import granted, surgeons
from tests.acts.prescribed import (
    COUNTED,
    MINE,
    NARCOTIC,
    OF_THE_INTERN,
    PLAIN,
    PRESCRIPTION,
    SIGNA,
    done,
    drafted,
    event,
    item,
    registered,
    step,
    tried,
)

OPENED = """
SELECT DISTINCT e.patient_id AS id FROM encounter e JOIN care_relation r ON r.patient_id = e.patient_id
WHERE r.practitioner_id = 2 AND e.organization_id = 1 AND e.confidentiality = 'NORMAL'
    AND e.patient_id = ANY($1::bigint[]) ORDER BY 1
"""


async def test_a_doctor_drafts_changes_and_signs(clinic: Clinic) -> None:
    made = await drafted(clinic, items=[item(), item("C09AA02.1", 30, dose="10", timesPerDay=2)])
    assert (made["status"], made["series"], made["number"], made["days"]) == ("DRAFT", None, None, 60)
    assert [(one["line"], one["code"], one["amount"], one["control"], one["signa"]) for one in made["items"]] == [
        (1, PLAIN, 20, "NONE", SIGNA), (2, "C09AA02.1", 30, "NONE", SIGNA),
    ]  # fmt: skip
    made = await done(clinic, "therapist", "updatePrescription", made, chronic=True, days=180, reasonCode="I10")
    assert (made["version"], made["days"], len(made["items"])) == (2, 180, 2)
    stale = await step(clinic, "therapist", "signPrescription", {**made, "version": 1})
    assert told(stale) == [("CONFLICT", "expectedVersion")]
    signed = await done(clinic, "therapist", "signPrescription", made)
    assert (signed["status"], signed["signer"], signed["leader"]) == ("REGISTERED", {"id": "prac_1"}, None)
    assert len(signed["number"]) == 12
    assert signed["series"].startswith("1-")
    assert signed["checkState"] is None
    again = await step(clinic, "therapist", "signPrescription", signed)
    assert [(one["code"], one["possible"]) for one in again["problems"]] == [("ILLEGAL_TRANSITION", ["ANNUL"])]
    # What it says is sealed, and nothing of it is told.
    (row,) = await clinic.rows("SELECT * FROM prescription WHERE id = $1", int(signed["id"][3:]))
    kept = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert PLAIN.encode() not in kept
    left = await clinic.rows("SELECT kind, payload::text AS said FROM event WHERE kind = 'PRESCRIPTION_CHANGED'")
    audit = await clinic.rows("SELECT act, grounds::text AS said FROM audit_entry ORDER BY at")
    assert [one["act"] for one in audit] == ["draftPrescription", "updatePrescription", "signPrescription"]
    for one in (*left, *audit):
        assert not {PLAIN, SIGNA, "I10", signed["number"]} & {word for word in one["said"].split('"') if word}
    steps = await clinic.rows(
        "SELECT payload->>'step' AS step FROM event WHERE kind = 'PRESCRIPTION_CHANGED' ORDER BY at"
    )
    assert [one["step"] for one in steps] == ["DRAFTED", "UPDATED", "REGISTERED"]


async def test_what_does_not_fit_a_form_is_said_at_its_place(clinic: Clinic) -> None:
    for given, problems in (
        ({"items": []}, [("FIELD_REQUIRED", "items")]),
        ({"items": [item()] * 4}, [("TOO_MANY_MEDICINES", "items")]),
        ({"items": [item("X99")]}, [("UNKNOWN_CODE", "items.0.code")]),
        ({"items": [item(NARCOTIC)]}, [("FORM_NOT_FITTING", "items.0.code")]),
        ({"items": [item(amount=0)]}, [("VALUE_OUT_OF_RANGE", "items.0.amount")]),
        ({"items": [item(NARCOTIC, 21)], "form": "F107_NP"}, [("VALUE_OUT_OF_RANGE", "items.0.amount")]),
        ({"items": [item(dose="1001")]}, [("DOSE_TOO_GREAT", "items.0.dose")]),
        ({"items": [item(dose="900", timesPerDay=5)]}, [("DOSE_TOO_GREAT", "items.0.dose")]),
        ({"items": [item(dose="-1")]}, [("FIELD_FORMAT", "items.0.dose")]),
        ({"items": [item(signa=" ")]}, [("FIELD_REQUIRED", "items.0.signa")]),
        ({"days": 61}, [("TERM_OUT_OF_RANGE", "days")]),
        ({"reasonCode": "Z99.99"}, [("UNKNOWN_CODE", "reasonCode")]),
        ({"form": "F148_1_88", "items": [item(COUNTED)], "chronic": True}, [("FORM_NOT_FITTING", "chronic")]),
        ({"percent": 70, "benefitCode": "1a3"}, [("FIELD_FORMAT", "benefitCode"), ("FIELD_FORMAT", "percent")]),
        ({"encounterId": "enc_1"}, [("NOT_FOUND", "encounterId")]),
    ):
        payload = await tried(clinic, **given)
        assert told(payload) == problems, given
        assert payload["prescription"] is None
    over = await drafted(clinic, items=[item(dose="1500", timesPerDay=2)], overDose=True)
    assert over["status"] == "DRAFT"
    assert await clinic.rows("SELECT 1 FROM event WHERE kind = 'PRESCRIPTION_CHANGED' OFFSET 1") == []


async def test_a_trainee_drafts_and_his_supervisor_signs(clinic: Clinic) -> None:
    made = await drafted(clinic, "intern", OF_THE_INTERN)
    assert (made["status"], made["cosigner"]) == ("AWAITING_SIGNATURE", {"id": "prac_11"})
    refused = await clinic.try_to(
        "intern", "signPrescription", PRESCRIPTION, id=made["id"], expectedVersion=made["version"]
    )
    assert refused.errors[0]["extensions"]["reason"] == "ROLE"
    own = await drafted(clinic)
    payload = await step(clinic, "therapist", "cosignPrescription", own)
    assert told(payload) == [("OWN_NOTE", "id")]
    signed = await done(clinic, "supervisor", "cosignPrescription", made)
    assert (signed["status"], signed["author"], signed["signer"]) == (
        "REGISTERED", {"id": "prac_4"}, {"id": "prac_11"},
    )  # fmt: skip
    narcotic = await tried(clinic, "intern", OF_THE_INTERN, form="F107_NP", items=[item(NARCOTIC)])
    assert told(narcotic) == [("FORM_NOT_FITTING", "form")]


async def test_a_colleague_drafts_by_access_that_is_handed_on(clinic: Clinic) -> None:
    (patient,) = [row["id"] for row in await clinic.rows(OPENED, await surgeons(clinic))][:1]
    for module in ("CASE_HISTORY", "PRESCRIPTIONS"):
        await granted(clinic, patientIds=[f"pat_{patient}"], module=module)
    made = await drafted(clinic, "therapist", patient)
    assert (made["status"], made["cosigner"]) == ("AWAITING_SIGNATURE", {"id": "prac_2"})
    refused = await clinic.try_to("therapist", "signPrescription", PRESCRIPTION, id=made["id"], expectedVersion=1)
    assert refused.errors[0]["extensions"]["reason"] == "OBJECT"
    signed = await done(clinic, "surgeon", "cosignPrescription", made)
    assert (signed["status"], signed["signer"]) == ("REGISTERED", {"id": "prac_2"})
    await clinic.office.restore()


async def test_a_draft_never_leaves_and_what_is_annulled_is_not_dispensed(clinic: Clinic) -> None:
    made = await drafted(clinic)
    for series, number in (("1-26", "000000000001"), ("", ""), ("null", "null")):
        payload = await dispensed(clinic, {**made, "series": series, "number": number})
        assert told(payload) == [("NOT_FOUND", "number")]
        assert (payload["series"], payload["number"]) == (None, None)
    thrown = await done(clinic, "therapist", "discardPrescription", made)
    assert (thrown["status"], thrown["number"]) == ("CANCELLED", None)
    signed = await registered(clinic)
    wrong = await dispensed(clinic, {**signed, "series": "2-26"})
    assert told(wrong) == [("NOT_FOUND", "number")]
    silent = await step(clinic, "therapist", "annulPrescription", signed, reason="  ")
    assert told(silent) == [("REASON_REQUIRED", "reason")]
    stopped = await done(clinic, "therapist", "annulPrescription", signed, reason="Назначен другой препарат.")
    assert stopped["status"] == "ANNULLED"
    assert told(await dispensed(clinic, signed)) == [("PRESCRIPTION_NOT_IN_FORCE", "number")]
    again = await step(clinic, "therapist", "annulPrescription", stopped, reason="Ещё раз.")
    assert [(one["code"], one["possible"]) for one in again["problems"]] == [("ILLEGAL_TRANSITION", [])]


async def dispensed(clinic: Clinic, one: dict[str, Any]) -> dict[str, Any]:
    return await clinic.act("mis", "recordDispensing", "series number", **event(one))


async def test_whom_a_prescription_is_hidden_from_finds_none(clinic: Clinic) -> None:
    made = await drafted(clinic)
    read = "query($id: ID!) { node(id: $id) { ... on Prescription { id status items { code } } } }"
    for persona, seen in (
        ("therapist", True), ("patient", True), ("stranger", False), ("head", False), ("auditor", False),
        ("desk", False), ("mis", False),
    ):  # fmt: skip
        answer = await clinic.office.ask(persona, read, {"id": made["id"]})
        found = (answer.data or {}).get("node")
        assert (found is not None) is seen, (persona, answer.body)
    payload = await clinic.try_to(
        "stranger", "signPrescription", PRESCRIPTION, id=made["id"], expectedVersion=made["version"]
    )
    assert payload.data["signPrescription"]["problems"][0]["code"] == "NOT_FOUND"
    absent = await clinic.try_to("stranger", "signPrescription", PRESCRIPTION, id="rx_5", expectedVersion=1)
    assert absent.data["signPrescription"]["problems"] == payload.data["signPrescription"]["problems"]
    history = f'{{ node(id: "pat_{MINE}") {{ ... on Patient {{ history(first: 1) {{ nodes {{ kind id }} }} }} }} }}'
    answer = await clinic.office.ask("therapist", history)
    assert answer.data["node"]["history"]["nodes"] == [{"kind": "PRESCRIPTION", "id": made["id"]}]
