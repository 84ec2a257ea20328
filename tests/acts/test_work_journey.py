"""The work of the accredited from one to the next, each step by whoever takes it: what each does, the next one sees.

A booked patient is examined; a test is ordered, made and acknowledged; a medicine is prescribed and dispensed; he is
referred, nursed, consulted from afar; and what was done is told to the central register and to the registration office.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.jobs.emergencies import Emergencies
from tests.acts.clinic import Clinic, told
from tests.acts.handed import Later
from tests.acts.notes import TEXT
from tests.acts.notes import done as note_done
from tests.acts.prescribed import PRESCRIPTION, event, item
from tests.acts.referring import REFERRAL
from tests.acts.test_bookings import SLOT, copied
from tests.acts.test_orders import FORGOTTEN, HAEMOGLOBIN, ORDER, WORKLIST, accredit
from tests.acts.test_services_register import Register, register
from tests.acts.test_telemedicine import CONSENT, SESSION
from tests.acts.vacant import vacant

__all__ = ["register"]

PATIENT, KEY, BOOKED = "pat_1", 1, 9_300_099
BLOOD, CARDIOLOGIST, VISIT, INJECTION = "B03.016.002", "B01.015.001", "B01.047.001", "A11.02.002"
WARD_NURSE = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at)
VALUES (1, 1, 'ASSIGNMENT', 990099, 3, now() - interval '1 hour')
"""
MESSAGES = "SELECT subject, template FROM message ORDER BY id"
# What is asked of a thing, by the prefix of its id.
SEEN = {
    "order": "Order { status referrals(first: 5) { nodes { id state } } protocol { significance } }",
    "rx": "Prescription { status dispensings { amount organization { id } } }",
    "ref": "Referral { state answer order { id status } }",
    "proc": "Procedure { registration { status number reason { code } } }",
    "tele": "Teleconsultation { state }",
}
TIMELINE = """query($id: ID!) { patient(by: {id: $id}) {
  history(first: 50, filter: {kind: [ORDER, REFERRAL, PRESCRIPTION, PROCEDURE, LABORATORY_RESULT]}) {
    nodes { id kind entry { __typename } } } } }"""
SUBMITTED = "report { id version status report { total lines { code count } } }"
COUNTED = """
SELECT code, sum(count)::int AS n FROM procedure
WHERE practitioner_id = 1 AND state = 'FINAL' AND at >= $1 AND at < $2 GROUP BY code ORDER BY code
"""
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
async def hospital(clinic: Clinic) -> AsyncIterator[Clinic]:
    """The head holds the direction of laboratories; the therapist has an hour that can be booked."""
    office = clinic.office
    office.tokens.clear()
    await office.rows("TRUNCATE mail, message", store="journal")
    await clinic.rows("DELETE FROM teleconsultation WHERE patient_id = 1")
    await clinic.rows("DELETE FROM consent WHERE kind = 'TELEMEDICINE'")
    await clinic.rows(WARD_NURSE)
    await accredit(clinic, 10, "LABORATORY")
    at = await vacant(office.application.stores, [1], [KEY], ahead=timedelta(hours=2))
    published = office.application.operating.clock() - timedelta(days=2)
    await office.rows(SLOT, BOOKED, 1, 1, at, published, store="schedule")
    yield clinic
    await office.restore()
    await office.rows("DELETE FROM slot WHERE id = $1", BOOKED, store="schedule")
    await office.rows(FORGOTTEN)
    office.application.operating.facts.heard()


async def did(clinic: Clinic, persona: str, act: str, selection: str, **given: Any) -> Any:
    """What came of an act that met no problem: the thing that its payload shows."""
    payload = await clinic.act(persona, act, selection, **given)
    assert payload.pop("problems") == [], (act, payload)
    return next(iter(payload.values()))


async def seen(clinic: Clinic, persona: str, thing: Any) -> Any:
    """A thing as somebody sees it, or nothing, whatever of it is refused."""
    asked = SEEN[thing["id"].partition("_")[0]]
    return (await clinic.office.ask(persona, f'{{ node(id: "{thing["id"]}") {{ ... on {asked} }} }}')).data["node"]


async def messages(clinic: Clinic) -> list[tuple[str, str]]:
    delivery = Emergencies(clinic.office.application.stores)
    while await delivery.events():
        pass
    rows = await clinic.office.rows(MESSAGES, store="journal")
    return [(row["subject"], row["template"]) for row in rows]


def of(thing: Any, **given: Any) -> dict[str, Any]:
    return {"id": thing["id"], "expectedVersion": thing["version"], **given}


async def test_the_work_of_the_accredited_from_one_to_the_next(
    hospital: Clinic, register: Register, later: Later
) -> None:
    clinic = hospital
    await _examined(clinic)
    await _tested(clinic)
    await _prescribed(clinic)
    referral = await _referred(clinic)
    procedure = await _nursed(clinic)
    await _registered(register, procedure)
    await _consulted(clinic)

    # All of it stands in the patient's own history, newest first, and he reads each entry.
    answer = await clinic.office.ask("patient", TIMELINE, {"id": PATIENT})
    assert answer.errors == [], answer.body
    nodes = answer.data["patient"]["history"]["nodes"]
    kinds = {
        "LABORATORY_RESULT": "LaboratoryResult", "ORDER": "Order", "PRESCRIPTION": "Prescription",
        "PROCEDURE": "Procedure", "REFERRAL": "Referral",
    }  # fmt: skip
    read = {one["kind"]: one["entry"]["__typename"] for one in nodes if one["entry"]}
    assert read == kinds
    assert {"id": referral["id"], "kind": "REFERRAL", "entry": {"__typename": "Referral"}} in nodes
    await _reported(clinic, later)


async def _examined(clinic: Clinic) -> None:
    """The desk books, and the doctor meets, examines, finds and says what she did."""
    booking = await did(
        clinic, "desk", "bookAppointment", "booking { id version }", slotId=f"slot_{BOOKED}", patientId=PATIENT
    )
    await copied(clinic.office)
    met = await did(
        clinic, "therapist", "recordEncounter", "encounter { id }",
        patientId=PATIENT, kind="AMBULATORY", bookingId=booking["id"],
    )  # fmt: skip
    assert met["id"] == await clinic.encounter(KEY)
    here = {"encounterId": met["id"]}
    note = await did(
        clinic, "therapist", "addNote", "note { id version }", **here, kind="EXAMINATION", text=TEXT
    )  # fmt: skip
    await note_done(clinic, "therapist", "signNote", note)
    await did(
        clinic, "therapist", "recordCondition", "condition { id }", **here, kind="MAIN", code="D50.9",
        certainty="CONFIRMED",
    )  # fmt: skip
    await did(clinic, "therapist", "recordProcedure", "procedure { id }", **here, patientId=PATIENT, code=VISIT)


async def _tested(clinic: Clinic) -> None:
    """The laboratory finds what endangers life: the doctor is told at once, and takes note of it."""
    order = await did(
        clinic, "therapist", "orderService", ORDER, encounterId=await clinic.encounter(KEY), code=BLOOD, priority="CITO"
    )
    waiting = await clinic.office.ask("head", WORKLIST, {"filter": {"status": ["ACTIVE"], "priority": ["CITO"]}})
    assert order["id"] in [one["id"] for one in waiting.data["orders"]["nodes"]]
    refused = await clinic.act("therapist", "recordResult", "order { id }", **of(order, values=[HAEMOGLOBIN]))
    assert told(refused) == [("DIRECTION_REQUIRED", "id")]
    made = await did(clinic, "head", "recordResult", "order { id status }", **of(order, values=[HAEMOGLOBIN]))
    assert made["status"] == "FULFILLED"
    assert await messages(clinic) == [("1000000001", "result_critical")]
    found = await seen(clinic, "therapist", order)
    assert (found["status"], found["protocol"]) == ("FULFILLED", {"significance": "CRITICAL"})
    known = {"id": order["id"], "expectedVersion": 2}
    taken = await did(clinic, "therapist", "acknowledgeResult", "order { protocol { acknowledgedAt } }", **known)
    assert taken["protocol"]["acknowledgedAt"] is not None


async def _prescribed(clinic: Clinic) -> None:
    """A medicine is no service; prescribed, a pharmacy dispenses it, and doctor and patient see that it did."""
    here = {"encounterId": await clinic.encounter(KEY)}
    wrong = await clinic.act("therapist", "orderService", "order { id }", **here, code=item()["code"])
    assert told(wrong) == [("FIELD_REQUIRED", "medicine")]
    draft = await did(
        clinic, "therapist", "draftPrescription", PRESCRIPTION, **here, form="F107_1", items=[item(amount=20)]
    )
    signed = await did(clinic, "therapist", "signPrescription", PRESCRIPTION, **of(draft))
    for version, amount in ((1, 5), (2, 20), (1, 5)):
        said = await clinic.act("mis", "recordDispensing", "series number", **event(signed, "e", version, amount))
        assert said["problems"] == []
    for persona in ("therapist", "patient"):
        dispensed = await seen(clinic, persona, signed)
        assert dispensed == {
            "status": "DISPENSED", "dispensings": [{"amount": 20, "organization": {"id": "org_1"}}],
        }  # fmt: skip


async def _referred(clinic: Clinic) -> Any:
    """What is ordered of the other hospital goes there with a referral, and its answer fulfils the order."""
    here = {"encounterId": await clinic.encounter(KEY)}
    order = await did(
        clinic, "therapist", "orderService", ORDER, **here, code=CARDIOLOGIST, organizationId="org_2", priority="URGENT"
    )
    given = {
        **here, "kind": "CONSULTATION", "urgency": "URGENT", "organizationId": "org_2", "code": "I10",
        "reason": "Нужна консультация кардиолога.", "orderId": order["id"],
    }  # fmt: skip
    draft = await did(clinic, "therapist", "draftReferral", REFERRAL, **given)
    assert await seen(clinic, "patient", draft) is None
    issued = await did(clinic, "therapist", "issueReferral", REFERRAL, **of(draft))
    # There they know whom it names, and nothing of the order until he is accepted.
    there = await seen(clinic, "stranger", issued)
    assert there == {"state": "ISSUED", "answer": None, "order": None}
    taken = await did(clinic, "stranger", "acceptReferral", REFERRAL, **of(issued))
    there = await seen(clinic, "stranger", issued)
    assert there["order"] == {"id": order["id"], "status": "ACTIVE"}
    await did(clinic, "stranger", "answerReferral", REFERRAL, **of(taken, conclusion="Лечение продолжить."))
    assert await seen(clinic, "therapist", issued) == {
        "state": "ANSWERED", "answer": "Лечение продолжить.", "order": {"id": order["id"], "status": "FULFILLED"},
    }  # fmt: skip
    back = await seen(clinic, "therapist", order)
    assert (back["status"], back["referrals"]["nodes"], back["protocol"]) == (
        "FULFILLED", [{"id": issued["id"], "state": "ANSWERED"}], None,
    )  # fmt: skip
    assert await seen(clinic, "stranger", order) is None
    assert ("1000000001", "referral_answered") in await messages(clinic)
    return issued


async def _nursed(clinic: Clinic) -> Any:
    """The nurse of the ward does what was ordered; what nursing does not do by itself she cannot."""
    order = await did(
        clinic, "therapist", "orderService", ORDER, encounterId=await clinic.encounter(KEY), code=INJECTION
    )
    given = {"patientId": PATIENT, "code": INJECTION, "orderId": order["id"]}
    wrong = await clinic.act("nurse", "recordProcedure", "procedure { id }", **{**given, "code": VISIT})
    assert told(wrong) == [("SERVICE_NOT_OF_NURSING", "code")]
    made = await did(clinic, "nurse", "recordProcedure", "procedure { id order { status } }", **given)
    assert made["order"] == {"status": "FULFILLED"}
    assert (await seen(clinic, "therapist", order))["status"] == "FULFILLED"
    return made


async def _registered(register: Register, procedure: Any) -> None:
    """The central register is busy, and then dies with an answer on its lips: it has the procedure once for true."""
    clinic = register.clinic
    await clinic.rows("DELETE FROM procedure_message WHERE procedure_id <> $1", int(procedure["id"][5:]))
    register.moods("nack:RATE_LIMIT", "die")
    (message,) = await register.tell()
    assert (message["status"], message["attempts"]) == ("QUEUED", 1)
    (message,) = await register.tell()
    assert (message["status"], message["code"]) == ("QUEUED", "UNREACHABLE")
    assert register.ended() == 3
    register.begin()
    (message,) = await register.tell()
    assert (message["status"], message["number"]) == ("ACCEPTED", "РМУ-1")
    assert len(register.lines("decided.jsonl")) == 1
    for persona in ("nurse", "therapist"):
        known = (await seen(clinic, persona, procedure))["registration"]
        assert known == {"status": "ACCEPTED", "number": "РМУ-1", "reason": None}, persona


async def _consulted(clinic: Clinic) -> None:
    """From afar whoever is accredited for it consults, once the patient consents; the therapist does not."""
    asked = await did(
        clinic, "patient", "requestTeleconsultation", SESSION,
        patientId=PATIENT, organizationId="org_1", practitionerId="prac_5", reason="Слабость",
    )  # fmt: skip
    own = await clinic.try_to("therapist", "startTeleconsultation", SESSION, patientId=PATIENT, kind="REPEAT")
    assert [one["extensions"]["reason"] for one in own.errors] == ["REMOTE_ACCREDITATION"]
    await did(clinic, "patient", "giveConsent", "consent { id }", **CONSENT)
    begun = await did(clinic, "telemedic", "startTeleconsultation", SESSION, **of(asked, kind="PRIMARY"))
    note = await did(
        clinic, "telemedic", "addNote", "note { id version }",
        encounterId=begun["encounter"]["id"], kind="CONSULTATION", text="Рекомендован очный осмотр.",
    )  # fmt: skip
    await note_done(clinic, "telemedic", "signNote", note)
    over = await did(clinic, "telemedic", "finishTeleconsultation", SESSION, **of(begun, noteId=note["id"]))
    assert (over["state"], over["conclusion"]) == ("FINISHED", {"id": note["id"]})
    assert await seen(clinic, "patient", asked) == {"state": "FINISHED"}


async def _reported(clinic: Clinic, later: Later) -> None:
    """Once the month is over, the doctor submits what she did in it, and the registration office accepts that."""
    now = clinic.office.application.operating.clock()
    first = now.astimezone(MOSCOW).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    period = {"startsOn": first.isoformat(), "lastOn": (following - timedelta(days=1)).isoformat()}
    given = {"organizationId": "org_1", "period": period, "scope": "OWN"}
    early = await clinic.act("therapist", "submitProcedureReport", "report { id }", **given)
    assert told(early) == [("PERIOD_NOT_OVER", "period.lastOn")]
    later(_midnight(following) + timedelta(hours=9) - now)
    report = await did(clinic, "therapist", "submitProcedureReport", SUBMITTED, **given)
    rows = await clinic.rows(COUNTED, _midnight(first), _midnight(following))
    assert report["report"]["lines"] == [{"code": row["code"], "count": row["n"]} for row in rows]
    assert VISIT in [row["code"] for row in rows]
    assert report["report"]["total"] == sum(row["n"] for row in rows)
    accepted = await did(clinic, "desk", "acknowledgeProcedureReport", SUBMITTED, **of(report, status="ACCEPTED"))
    assert (accepted["status"], accepted["report"]) == ("ACCEPTED", report["report"])
    again = await clinic.act("desk", "acknowledgeProcedureReport", "report { id }", **of(report, status="ACCEPTED"))
    assert told(again) == [("CONFLICT", "expectedVersion")]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=MOSCOW)
