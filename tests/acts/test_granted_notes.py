"""A note that is written by access that was handed on: it counts once whose access it is has signed it."""

from tests.acts.clinic import Clinic
from tests.acts.handed import granted, heard, surgeons
from tests.acts.notes import added, done, read, reason

WAITING = "{ viewer { notesToCosign(first: 5) { nodes { id } } } }"
PATIENTS = "query($of: PatientsOf!) { patients(of: $of, first: 50) { totalCount nodes { id } } }"
OPENED = """
SELECT DISTINCT e.patient_id AS id FROM encounter e JOIN care_relation r ON r.patient_id = e.patient_id
WHERE r.practitioner_id = 2 AND e.organization_id = 1 AND e.confidentiality = 'NORMAL'
    AND e.patient_id = ANY($1::bigint[])
"""


async def waiting(clinic: Clinic, persona: str) -> list[str]:
    answer = await clinic.office.ask(persona, WAITING)
    assert answer.errors == [], answer.body
    return [one["id"] for one in answer.data["viewer"]["notesToCosign"]["nodes"]]


async def test_a_colleague_drafts_a_note_that_counts_once_whose_access_it_is_has_signed(ward: Clinic) -> None:
    known = await surgeons(ward)
    (row, *_) = await ward.rows(OPENED, known)
    patient = row["id"]
    listed = await ward.office.ask("therapist", PATIENTS, {"of": "GRANTED"})
    assert listed.data["patients"] == {"totalCount": 0, "nodes": []}
    made = await granted(ward, patientIds=[f"pat_{patient}"])
    listed = await ward.office.ask("therapist", PATIENTS, {"of": "GRANTED"})
    assert listed.errors == [], listed.body
    assert listed.data["patients"] == {"totalCount": 1, "nodes": [{"id": f"pat_{patient}"}]}

    note = await added(ward, "therapist", patient, kind="DIARY")
    assert (note["state"], note["cosigner"]) == ("AWAITING_COSIGNATURE", {"id": "prac_2"})
    (entry,) = await ward.rows("SELECT grounds FROM audit_entry WHERE act = 'addNote'")
    assert made["id"] in entry["grounds"]
    note = await done(ward, "therapist", "updateNote", note, text="Перевязка, рана чистая.")
    assert await reason(ward, "therapist", "signNote", id=note["id"], expectedVersion=note["version"]) == "OBJECT"
    assert await waiting(ward, "surgeon") == [note["id"]]
    assert await waiting(ward, "therapist") == []
    # Taken back, it gives nothing more; what waits can be signed all the same, by whose patient it is.
    payload = await ward.act("surgeon", "revokeAccess", "grant { state }", id=made["id"], expectedVersion=1)
    assert payload["problems"] == []
    heard(ward)
    gone = await ward.act(
        "therapist", "updateNote", "note { id }", id=note["id"], expectedVersion=note["version"], text="Ещё."
    )
    assert [one["code"] for one in gone["problems"]] == ["NOT_FOUND"]
    signed = await done(ward, "surgeon", "cosignNote", note)
    assert (signed["state"], signed["author"], signed["signer"]) == ("SIGNED", {"id": "prac_1"}, {"id": "prac_2"})
    assert await read(ward, "therapist", note) is None
