"""Sessions of telemedicine: asked for by a patient, held by whoever is accredited for it, concluded in writing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told
from tests.acts.notes import done
from tests.acts.test_emergency import Later, later

__all__ = ["later"]

REQUEST, WITHDRAW = "requestTeleconsultation", "withdrawTeleconsultation"
START, FINISH, CANCEL = (f"{verb}Teleconsultation" for verb in ("start", "finish", "cancel"))
SESSION = """teleconsultation { id version state kind reason at startedAt endsAt endedAt cancelReason
  patient { id } practitioner { id } organization { id } encounter { id kind } conclusion { id } }"""
LISTED = "query($id: ID!) { node(id: $id) { ... on Teleconsultation { id state patient { id } } } }"
WHY = "Кашель третью неделю, температуры нет"
# Patients of the village: of the therapist, who is the patient of the cast; of the telemedic; of nobody there.
HERS, OF_THE_TELEMEDIC = 1, 13
ASKED = {"patientId": f"pat_{HERS}", "organizationId": "org_1", "practitionerId": "prac_5", "reason": WHY}
CONSENTED = """
INSERT INTO consent (id, patient_id, organization_id, kind, subject, text_version, at, changed_at)
VALUES ($1, $2, 1, 'TELEMEDICINE', 'x', '2026.1', now() - interval '1 day', now())
"""
CONSENT = {"patientId": f"pat_{HERS}", "kind": "TELEMEDICINE", "textVersion": "2026.1", "organizationId": "org_1"}
NOTE = {"kind": "CONSULTATION", "text": "Рекомендован очный осмотр."}


@pytest.fixture
async def ward(clinic: Clinic) -> Clinic:
    """No session of these patients is there, and none of them consented to any."""
    clinic.office.tokens.clear()
    await clinic.rows("DELETE FROM teleconsultation WHERE patient_id = ANY($1)", [HERS, OF_THE_TELEMEDIC])
    await clinic.rows("DELETE FROM consent WHERE kind = 'TELEMEDICINE'")
    return clinic


async def requested(ward: Clinic, **given: Any) -> dict[str, Any]:
    payload = await ward.act("patient", REQUEST, SESSION, **{**ASKED, **given})
    assert payload["problems"] == [], payload
    session: dict[str, Any] = payload["teleconsultation"]
    return session


def on(session: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"id": session["id"], "expectedVersion": session["version"], **given}


async def started(ward: Clinic, session: dict[str, Any] | None = None, kind: str = "PRIMARY") -> dict[str, Any]:
    """A session of the telemedic under way: of a request, or of his own patient."""
    given = {"patientId": f"pat_{OF_THE_TELEMEDIC}"} if session is None else on(session)
    payload = await ward.act("telemedic", START, SESSION, **given, kind=kind)
    assert payload["problems"] == [], payload
    made: dict[str, Any] = payload["teleconsultation"]
    return made


async def concluded(ward: Clinic, session: dict[str, Any], *, signed: bool = True) -> dict[str, Any]:
    payload = await ward.act(
        "telemedic", "addNote", "note { id version }", encounterId=session["encounter"]["id"], **NOTE
    )
    assert payload["problems"] == [], payload
    note: dict[str, Any] = payload["note"]
    return await done(ward, "telemedic", "signNote", note) if signed else note


async def test_a_patient_asks_a_doctor_who_knows_him_while_the_session_lasts(ward: Clinic, later: Later) -> None:
    asked = await requested(ward, idempotencyKey="asked")
    assert (asked["state"], asked["kind"], asked["reason"], asked["patient"]) == (
        "REQUESTED", None, WHY, {"id": f"pat_{HERS}"},
    )  # fmt: skip
    assert datetime.fromisoformat(asked["endsAt"]) - datetime.fromisoformat(asked["at"]) == timedelta(hours=72)
    assert await requested(ward, idempotencyKey="asked") == asked
    assert told(await ward.act("patient", REQUEST, SESSION, **ASKED)) == [("ALREADY_IN_FORCE", "")]
    # Who is asked sees that and why, and nothing of the patient; others see nothing.
    seen = (await ward.office.ask("telemedic", LISTED, {"id": asked["id"]})).data["node"]
    assert (seen["state"], seen["patient"]) == ("REQUESTED", None)
    for persona in ("therapist", "surgeon", "stranger"):
        assert (await ward.office.ask(persona, LISTED, {"id": asked["id"]})).data["node"] is None, persona
    # He begins once the patient consents, and makes no diagnosis at a primary session.
    first = on(asked, kind="PRIMARY")
    assert told(await ward.act("telemedic", START, SESSION, **first)) == [("PATIENT_CONSENT_MISSING", "id")]
    assert (await ward.act("patient", "giveConsent", "consent { id }", **CONSENT))["problems"] == []
    assert told(await ward.act("telemedic", START, SESSION, **{**first, "kind": "REPEAT"})) == [
        ("VISIT_MISSING", "kind")
    ]
    assert told(await ward.act("telemedic", START, SESSION, **{**first, "expectedVersion": 2})) == [
        ("CONFLICT", "expectedVersion")
    ]
    held = await started(ward, asked)
    assert (held["state"], held["kind"], held["version"], held["patient"]) == (
        "ACTIVE", "PRIMARY", 2, {"id": f"pat_{HERS}"},
    )  # fmt: skip
    assert held["encounter"]["kind"] == "TELEMEDICINE"
    diagnosis = {"encounterId": held["encounter"]["id"], "kind": "MAIN", "code": "I10", "certainty": "CONFIRMED"}
    refused = await ward.act("telemedic", "recordCondition", "condition { id }", **diagnosis)
    assert told(refused) == [("PRIMARY_WITHOUT_DIAGNOSIS", "encounterId")]
    # He concludes with what he signed.
    draft = await concluded(ward, held, signed=False)
    assert told(await ward.act("telemedic", FINISH, SESSION, **on(held, noteId=draft["id"]))) == [
        ("CONCLUSION_NOT_SIGNED", "noteId")
    ]
    await done(ward, "telemedic", "signNote", draft)
    assert told(await ward.act("telemedic", FINISH, SESSION, **on(held, noteId="note_1"))) == [("NOT_FOUND", "noteId")]
    payload = await ward.act("telemedic", FINISH, SESSION, **on(held, noteId=draft["id"]))
    assert payload["problems"] == []
    over = payload["teleconsultation"]
    assert (over["state"], over["conclusion"]) == ("FINISHED", {"id": draft["id"]})
    # What was told and kept names nobody and says nothing of why.
    events = await ward.rows("SELECT payload FROM event WHERE kind = 'TELECONSULTATION_CHANGED' ORDER BY at")
    assert [json.loads(one["payload"])["step"] for one in events] == ["REQUESTED", "STARTED", "FINISHED"]
    entries = await ward.rows("SELECT grounds FROM audit_entry")
    stored = await ward.rows("SELECT row_to_json(t)::text AS text FROM teleconsultation t")
    for one in (*events, *entries, *stored):
        assert "Кашель" not in str(one)
    # The relation ends a day after the session, to the instant.
    (relation,) = await ward.rows("SELECT ends_at FROM care_relation WHERE basis = 'TELECONSULTATION'")
    ended = datetime.fromisoformat(over["endedAt"])
    assert abs(relation["ends_at"] - ended - timedelta(hours=24)) < timedelta(milliseconds=1)
    later(relation["ends_at"] - datetime.now(UTC) + timedelta(seconds=1))
    card = '{ patient(by: {id: "pat_1"}) { id } }'
    assert (await ward.office.ask("telemedic", card)).data["patient"] is None


REMOTE_OF_A_NURSE = """
INSERT INTO accreditation (id, registry_number, practitioner_id, kind, procedure, specialty_code, state, valid_from,
                           base_id, place_id, organization_ids)
SELECT 9900001, '990000000001', practitioner_id, 'REMOTE', 'NONE', specialty_code, 'ACTIVE', valid_from, id, place_id,
       organization_ids
FROM accreditation WHERE practitioner_id = 3 AND kind = 'PERMANENT' AND state = 'ACTIVE'
"""
ATTESTED = """
INSERT INTO attestation (practitioner_id, organization_id, kind, issuer, number, valid_from, valid_to, recorded_by,
                         recorded_at, changed_at)
SELECT 3, organization_id, kind, issuer, number || '/3', valid_from, valid_to, recorded_by, recorded_at, changed_at
FROM attestation WHERE practitioner_id = 5 AND valid_to > now()
"""
OF_THE_NURSE = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at)
VALUES (13, 1, 'ASSIGNMENT', 990001, 3, now() - interval '1 day')
"""


async def refused(ward: Clinic, persona: str, act: str, **given: Any) -> str:
    answer = await ward.try_to(persona, act, SESSION, **given)
    assert answer.data == {act: None}, answer.body
    reason: str = answer.errors[0]["extensions"]["reason"]
    return reason


async def test_who_holds_sessions_is_a_doctor_accredited_for_them(ward: Clinic) -> None:
    """Typed a second time: by whom, on whose patient, and what he is told."""
    await ward.rows(CONSENTED, 9_400_001, OF_THE_TELEMEDIC)
    begin = {"patientId": f"pat_{OF_THE_TELEMEDIC}", "kind": "PRIMARY"}
    hers = {"patientId": f"pat_{HERS}", "kind": "PRIMARY"}
    # Whoever is accredited for ordinary work alone is told what is missing, of his own patient as of another's.
    for persona in ("therapist", "surgeon", "head", "nurse", "intern"):
        assert await refused(ward, persona, START, **hers) == "REMOTE_ACCREDITATION", persona
    for persona, reason in (
        ("suspended", "ROLE"),
        ("registrar", "ROLE"),
        ("patient", "ROLE"),
        ("anonymous", "SIGN_IN"),
    ):
        assert await refused(ward, persona, START, **begin) == reason, persona
    # To the telemedic a patient of others is not there, and one who does not consent is not consulted.
    assert told(await ward.act("telemedic", START, SESSION, **hers)) == [("NOT_FOUND", "patientId")]
    assert told(await ward.act("telemedic", START, SESSION, kind="PRIMARY")) == [("FIELD_REQUIRED", "patientId")]
    held = await started(ward)
    assert told(await ward.act("telemedic", START, SESSION, **begin)) == [("ALREADY_IN_FORCE", "patientId")]
    # A nurse who is accredited for it and cares for the patient reads, and holds none; who leads a department reads.
    seen = "query($id: ID!) { node(id: $id) { ... on Teleconsultation { state } } }"
    assert (await ward.office.ask("nurse", seen, {"id": held["id"]})).data["node"] is None
    await ward.office.rows(REMOTE_OF_A_NURSE)
    await ward.office.rows(ATTESTED)
    await ward.rows(OF_THE_NURSE)
    ward.office.application.operating.facts.heard()
    assert (await ward.office.ask("nurse", seen, {"id": held["id"]})).data["node"] == {"state": "ACTIVE"}
    assert await refused(ward, "nurse", START, **begin) == "OBJECT"
    assert (await ward.office.ask("supervisor", seen, {"id": held["id"]})).data["node"] == {"state": "ACTIVE"}
    for persona in ("head", "surgeon", "stranger", "patient", "auditor"):
        assert (await ward.office.ask(persona, seen, {"id": held["id"]})).data["node"] is None, persona


async def test_a_session_ends_once_and_its_steps_follow_from_where_it_stands(ward: Clinic, later: Later) -> None:
    await ward.rows(CONSENTED, 9_400_001, OF_THE_TELEMEDIC)
    await ward.rows(CONSENTED, 9_400_002, HERS)
    why = {"reason": "Пациент не вышел на связь"}
    # Any doctor of the organisation may take what names nobody; whoever asked takes it back while it waits.
    open_ = await requested(ward, practitionerId=None)
    assert open_["practitioner"] is None
    withdrawn = (await ward.act("patient", WITHDRAW, SESSION, **on(open_)))["teleconsultation"]
    assert (withdrawn["state"], withdrawn["cancelReason"]) == ("CANCELLED", None)
    again = await requested(ward, practitionerId=None)
    held = await started(ward, again)
    assert held["practitioner"] == {"id": "prac_5"}
    assert told(await ward.act("patient", WITHDRAW, SESSION, **on(held))) == [("ILLEGAL_TRANSITION", "id")]
    called_off = await ward.act("telemedic", CANCEL, SESSION, **on(held, **why))
    assert called_off["teleconsultation"]["state"] == "CANCELLED"
    assert called_off["teleconsultation"]["cancelReason"] == why["reason"]
    for act, more in ((CANCEL, why), (FINISH, {"noteId": "note_1"}), (START, {"kind": "PRIMARY"})):
        over = {**on(called_off["teleconsultation"]), **more}
        assert told(await ward.act("telemedic", act, SESSION, **over)) == [("ILLEGAL_TRANSITION", "id")], act
    stale = on(again, reason=" ")
    assert told(await ward.act("telemedic", CANCEL, SESSION, **stale)) == [("CONFLICT", "expectedVersion")]
    # Whom nobody can ask: a doctor without it, an organisation that is none, and nobody asks for another's patient.
    for persona, given, problem in (
        ("patient", {"practitionerId": "prac_1"}, ("TELEMEDICINE_NOT_OFFERED", "practitionerId")),
        ("patient", {"organizationId": "org_2"}, ("TELEMEDICINE_NOT_OFFERED", "practitionerId")),
        ("patient", {"organizationId": "org_99999"}, ("NOT_FOUND", "organizationId")),
        ("patient", {"patientId": "pat_4"}, ("NOT_FOUND", "patientId")),
        ("patient", {"reason": " "}, ("REASON_REQUIRED", "reason")),
    ):
        assert told(await ward.act(persona, REQUEST, SESSION, **{**ASKED, **given})) == [problem], given
    # One that nobody concludes is over by its time, and so is a request that nobody meets; each to the instant.
    mine, waiting = await started(ward), await requested(ward)
    state = "query($id: ID!) { node(id: $id) { ... on Teleconsultation { state } } }"
    for session, last in ((mine, "ACTIVE"), (waiting, "REQUESTED")):
        ends = datetime.fromisoformat(session["endsAt"])
        at = ward.office.application.operating.clock()
        later(ends - at - timedelta(seconds=1))
        assert (await ward.office.ask("telemedic", state, {"id": session["id"]})).data["node"] == {"state": last}
        later(timedelta(seconds=1))
        assert (await ward.office.ask("telemedic", state, {"id": session["id"]})).data["node"] == {"state": "EXPIRED"}
    late = await ward.act("telemedic", FINISH, SESSION, **on(mine, noteId="note_1"))
    assert told(late) == [("ILLEGAL_TRANSITION", "id")]
    listed = "{ teleconsultations(filter: {state: [EXPIRED]}) { nodes { id state } totalCount } }"
    found = (await ward.office.ask("telemedic", listed)).data["teleconsultations"]
    assert {mine["id"], waiting["id"]} <= {one["id"] for one in found["nodes"]}
    assert {one["state"] for one in found["nodes"]} == {"EXPIRED"}


async def test_a_repeated_session_may_have_a_diagnosis(ward: Clinic) -> None:
    await ward.rows(CONSENTED, 9_400_001, OF_THE_TELEMEDIC)
    held = await started(ward, kind="REPEAT")
    diagnosis = {"encounterId": held["encounter"]["id"], "kind": "MAIN", "code": "I10", "certainty": "CONFIRMED"}
    made = await ward.act("telemedic", "recordCondition", "condition { id }", **diagnosis)
    assert (made["problems"], bool(made["condition"])) == ([], True)
    met = {"patientId": f"pat_{OF_THE_TELEMEDIC}", "kind": "TELEMEDICINE"}
    assert told(await ward.act("telemedic", "recordEncounter", "encounter { id }", **met)) == [("FIELD_FORMAT", "kind")]


async def test_a_session_is_out_of_reach_as_soon_as_what_the_accreditation_takes_has_ended(
    ward: Clinic, later: Later
) -> None:
    await ward.rows(CONSENTED, 9_400_001, OF_THE_TELEMEDIC)
    held = await started(ward)
    note = await concluded(ward, held)
    finish = on(held, noteId=note["id"])
    seen = "query($id: ID!) { node(id: $id) { ... on Teleconsultation { state } } }"
    (one,) = await ward.office.rows(
        "SELECT id, version FROM attestation WHERE practitioner_id = 5 AND kind = 'WORKPLACE' AND valid_to > now()"
    )
    named = {"id": f"att_{one['id']}", "expectedVersion": one["version"]}
    ended = await ward.office.act("registrar", "endAttestation", "attestation { version }", **named, reason="Отозвано")
    assert ended["problems"] == []
    assert await refused(ward, "telemedic", FINISH, **finish) == "REMOTE_ACCREDITATION"
    assert (await ward.office.ask("telemedic", seen, {"id": held["id"]})).data["node"] is None
    # Renewed for an hour less than the session lasts, it holds to the instant.
    last = str(datetime.now(UTC).date() + timedelta(days=1))
    renewed = {"id": named["id"], "expectedVersion": 2, "number": "А-9", "lastOn": last}
    assert (await ward.office.act("head", "renewAttestation", "attestation { id }", **renewed))["problems"] == []
    until = ward.office.application.operating.clock() + timedelta(hours=1)
    await ward.office.rows("UPDATE attestation SET valid_to = $2 WHERE renews_id = $1", one["id"], until)
    ward.office.application.operating.facts.heard()
    later(until - ward.office.application.operating.clock() - timedelta(seconds=1))
    assert (await ward.office.ask("telemedic", seen, {"id": held["id"]})).data["node"] == {"state": "ACTIVE"}
    later(timedelta(seconds=2))
    assert await refused(ward, "telemedic", FINISH, **finish) == "REMOTE_ACCREDITATION"
    assert (await ward.office.ask("telemedic", seen, {"id": held["id"]})).data["node"] is None
