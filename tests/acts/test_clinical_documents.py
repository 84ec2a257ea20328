"""Documents about patients stand with a record: whoever reads that sees them, in every way, and nobody else does."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.world.cast import CAST
from tests import papers
from tests.acts.clinic import Clinic, told
from tests.acts.notes import MINE, added
from tests.acts.notes import done as noted
from tests.acts.reception import codes
from tests.acts.signatory import CONTENT, Signatory
from tests.acts.test_uploads import GOOD, send
from tests.authority import Authority, Signer

pytestmark = pytest.mark.gost

DOCUMENT = "id kind title status version issuedOn code { code edition } confidentiality author { id } patient { id }"
MADE = f"document {{ id }} clinicalDocument {{ {DOCUMENT} encounter {{ id }} note {{ id }} }}"
UPLOAD = "document { id } clinicalDocument { id } upload { ticket url }"
WAYS = """
query($id: ID!, $patient: ID!, $encounter: ID!) {
  node(id: $id) { id }
  patient(by: {id: $patient}) { documents(first: 50) { totalCount nodes { id } } }
  encounter: node(id: $encounter) { ... on Encounter { documents(first: 50) { totalCount nodes { id } } } }
  mine: documents(first: 100, orderBy: [{field: CREATED_AT, direction: DESC}]) { nodes { id kind } }
}
"""
WHO = "query($id: ID!) { node(id: $id) { ... on Patient { fullName } } }"
CARED_FOR = """
INSERT INTO care_relation (patient_id, practitioner_id, organization_id, basis, basis_id, starts_at)
SELECT $1, who, organization_id, 'ASSIGNMENT', 1, now() - interval '1 day'
FROM encounter, unnest(ARRAY[1, 2]::bigint[]) AS who WHERE id = $2
"""
READ = "query($id: ID!) { node(id: $id) { ... on Encounter { id } } }"
CERTIFICATE = f"number document {{ {DOCUMENT} lastOn mediaType encounter {{ id }} signatures {{ role verdict }} }}"
HIS = """
{ viewer { patients(first: 5) { nodes { documents(first: 20) { nodes { id number signatures { role } } } } } } }
"""
MISTAKEN = "UPDATE note SET error_id = id, version = version + 1, changed_at = now() WHERE id = $1"
LABELLED = "UPDATE encounter SET confidentiality = $2, special_kind = $3 WHERE id = $1"


@pytest.fixture
async def signatory(clinic: Clinic, folder: Path) -> AsyncIterator[Signatory]:
    office = clinic.office
    office.tokens.clear()
    before = office.application.operating.signing
    made = Signatory(office, Authority(folder / "papers-authority", "papers"), folder / "papers-signing")
    made.believe(made.authority.listed())
    yield made
    office.application.operating.signing = before


def of(**more: Any) -> dict[str, Any]:
    said = {
        "kind": "DISCHARGE_SUMMARY", "fileName": "эпикриз Ёлкиной.pdf", "byteSize": len(GOOD), "title": "Ёлкина",
        "sha256": hashlib.sha256(GOOD).hexdigest(), "issuedOn": "2026-01-12",
    }  # fmt: skip
    return said | more


async def put_in(clinic: Clinic, persona: str = "therapist", **more: Any) -> dict[str, Any]:
    announced = await clinic.act(persona, "requestUpload", UPLOAD, **of(**more))
    assert announced["problems"] == []
    upload = announced["upload"]
    assert (await send(clinic.office, "PUT", upload["url"], GOOD, persona)).status_code == 204
    payload = await clinic.act(persona, "completeUpload", MADE, ticket=upload["ticket"])
    assert payload["problems"] == []
    assert payload["document"] is None
    made: dict[str, Any] = payload["clinicalDocument"]
    return made


async def ways(clinic: Clinic, persona: str, id: str, encounter: str, content: bytes = GOOD) -> set[str]:
    """The ways in which somebody comes to a document."""
    (met,) = await clinic.rows("SELECT patient_id FROM encounter WHERE id = $1", int(encounter[4:]))
    asked = {"id": id, "patient": f"pat_{met['patient_id']}", "encounter": encounter}
    data = (await clinic.office.ask(persona, WAYS, asked)).data
    found = {"node"} if data["node"] else set()
    for name in ("patient", "encounter"):
        listed = (data[name] or {}).get("documents") or {"nodes": [], "totalCount": 0}
        assert listed["totalCount"] == len(listed["nodes"])
        if {"id": id} in listed["nodes"]:
            found.add(name)
    catalogue = [one["id"] for one in (data["mine"] or {"nodes": []})["nodes"]]
    assert id.removeprefix("c") not in catalogue
    link = await clinic.office.try_to(persona, "requestDownload", "download { url }", documentId=id)
    payload = link.data["requestDownload"]
    if payload is not None and payload["download"] is not None:
        got = await send(clinic.office, "GET", payload["download"]["url"], persona=persona)
        assert got.content == content
        found.add("content")
    return found


ALL = {"node", "patient", "encounter", "content"}


async def test_a_document_is_seen_by_exactly_those_who_read_its_record(clinic: Clinic) -> None:
    encounter = await clinic.encounter(MINE)
    document = await put_in(clinic, encounterId=encounter)
    assert (document["kind"], document["status"], document["encounter"]) == (
        "DISCHARGE_SUMMARY", "CHECKED", {"id": encounter},
    )  # fmt: skip
    # What could name her is not the title of it; the code is that of the edition of its day.
    assert document["title"] == "эпикриз в стационаре выписной"
    assert document["code"] == {"code": "147", "edition": 3}
    assert (document["author"], document["patient"]) == ({"id": "prac_1"}, {"id": f"pat_{MINE}"})
    id = document["id"]

    assert await ways(clinic, "therapist", id, encounter) == ALL
    assert await ways(clinic, "supervisor", id, encounter) == ALL
    for persona in ("stranger", "registrar", "head", "expert", "mis", "nurse", "anonymous"):
        assert await ways(clinic, persona, id, encounter) == set(), persona
    # Whoever else reads the encounter, reads it; nobody comes by one way and not by another.
    for persona in ("surgeon", "intern", "telemedic", "lapsed", "suspended", "patient", "regulator", "desk", "auditor"):
        reads = (await clinic.office.ask(persona, READ, {"id": encounter})).data["node"]
        assert await ways(clinic, persona, id, encounter) == (ALL if reads else set()), persona

    # A label of the record is one of the document, at once.
    await clinic.rows(LABELLED, int(encounter[4:]), "SPECIAL", "PSYCHIATRY")
    for persona in ("therapist", "supervisor"):
        assert await ways(clinic, persona, id, encounter) == set(), persona
    await clinic.rows(LABELLED, int(encounter[4:]), "NORMAL", None)
    assert await ways(clinic, "therapist", id, encounter) == ALL

    # Whoever no longer cares for her does not see it, though he put it in.
    await clinic.rows("DELETE FROM care_relation WHERE patient_id = $1 AND practitioner_id = 1", MINE)
    assert await ways(clinic, "therapist", id, encounter) == set()


async def refusal(clinic: Clinic, signatory: Signatory, persona: str, who: Signer, document: dict[str, Any]) -> str:
    """Why somebody may not sign a document at all."""
    cms = base64.b64encode(signatory.authority.signed(CONTENT, who)).decode()
    given = {"id": document["id"], "expectedVersion": document["version"], "detachedCms": cms}
    answer = await clinic.try_to(persona, "signDocument", "document { id }", **given)
    assert answer.data["signDocument"] is None
    (error,) = answer.errors
    reason: str = error["extensions"]["reason"]
    return reason


async def test_who_may_write_of_a_patient_signs_and_nobody_in_his_place(clinic: Clinic, signatory: Signatory) -> None:
    encounter = await clinic.encounter(MINE)
    of_it = (MINE, int(encounter[4:]), 1, 1)
    document = await signatory.document(None, "DISCHARGE_SUMMARY", of=of_it)
    author, chief = await signatory.signer(1), await signatory.signer(11)
    hospital = await signatory.organization(1)
    # The personnel officer signed such for the hospital once; he writes of no patient, be there a document or not.
    registrar = await signatory.signer(9)
    for id in (document["id"], "cdoc_99999999"):
        assert await refusal(clinic, signatory, "registrar", registrar, {**document, "id": id}) == "ROLE"
    # A doctor who does not see the record is told the same as of one that is not there.
    other = await signatory.signer(12)
    for id in (document["id"], "cdoc_99999999"):
        assert codes(await signatory.sign("stranger", {**document, "id": id}, other)) == [("NOT_FOUND", ["id"])]
    first = await signatory.sign("therapist", document, author)
    assert (first["problems"], first["document"]) == ([], None)
    assert (first["signature"]["role"], first["clinicalDocument"]["status"]) == ("AUTHOR", "CHECKED")
    document = first["clinicalDocument"]
    assert codes(await signatory.sign("therapist", document, author)) == [("SIGNATURE_DUPLICATE", ["detachedCms"])]
    wrong = await signatory.sign("therapist", document, await signatory.organization(2))
    assert codes(wrong) == [("SIGNATURE_WRONG_SIGNER", ["detachedCms"])]
    second = await signatory.sign("supervisor", document, chief)
    assert (second["problems"], second["signature"]["role"]) == ([], "OFFICIAL")
    third = await signatory.sign("supervisor", second["clinicalDocument"], hospital)
    assert (third["problems"], third["signature"]["role"]) == ([], "ORGANIZATION")
    assert third["clinicalDocument"]["status"] == "SIGNED"
    # What is of no record, as it came before, is nobody's to sign as an official.
    loose = await signatory.document(1, "DISCHARGE_SUMMARY", shared=(1,))
    assert await refusal(clinic, signatory, "registrar", registrar, loose) == "OBJECT"


async def test_a_document_is_put_in_with_a_record_that_one_writes(clinic: Clinic) -> None:
    encounter = await clinic.encounter(MINE)
    # A kind of care is of a record; a record is of one patient, and takes no diploma.
    for given, problem in (
        ({}, ("FIELD_REQUIRED", "encounterId")),
        ({"encounterId": encounter, "kind": "DIPLOMA"}, ("DOCUMENT_KIND_NOT_TAKEN", "kind")),
        ({"encounterId": encounter, "noteId": "note_1"}, ("FIELD_FORMAT", "noteId")),
        ({"encounterId": encounter, "organizationId": "org_1"}, ("FIELD_FORMAT", "organizationId")),
        ({"encounterId": "enc_99999999"}, ("NOT_FOUND", "encounterId")),
    ):  # fmt: skip
        assert told(await clinic.act("therapist", "requestUpload", UPLOAD, **of(**given))) == [problem], given
    # To what was entered in error nothing is added.
    mistaken = await added(clinic)
    await clinic.rows(MISTAKEN, int(mistaken["id"][5:]))
    wrong = await clinic.act("therapist", "requestUpload", UPLOAD, **of(noteId=mistaken["id"]))
    assert told(wrong) == [("ILLEGAL_TRANSITION", "noteId")]
    # Who does not see the encounter is told the same as of one that is not there.
    hidden = await clinic.act("stranger", "requestUpload", UPLOAD, **of(encounterId=encounter))
    assert told(hidden) == [("NOT_FOUND", "encounterId")]
    # A note is what it says once it is signed; with an erroneous or another's version nothing changes.
    note = await added(clinic)
    unsigned = await clinic.act("therapist", "requestUpload", UPLOAD, **of(noteId=note["id"]))
    assert told(unsigned) == [("ILLEGAL_TRANSITION", "noteId")]
    note = await noted(clinic, "therapist", "signNote", note)
    made = await put_in(clinic, noteId=note["id"], kind="REFERRAL")
    assert made["note"] == {"id": note["id"]}
    changed = of(kind="REFERRAL", documentId=made["id"], expectedVersion=made["version"] + 1)
    assert told(await clinic.act("therapist", "requestUpload", UPLOAD, **changed)) == [("CONFLICT", "expectedVersion")]
    # The hospital's system does so on behalf of the doctor, and nothing without him.
    asking = (
        f"mutation($input: RequestUploadInput!) {{ requestUpload(input: $input) {{ {UPLOAD} problems {{ code }} }} }}"
    )
    office, wanted = clinic.office, {"input": of(encounterId=encounter)}
    alone = await office.ask("mis", asking, wanted)
    assert alone.data["requestUpload"] is None
    for_him = await office.ask("mis", asking, wanted, kabinet_on_behalf_of="prac_1")
    upload = for_him.data["requestUpload"]["upload"]
    headers = {"authorization": f"Bearer {office.token('mis')}", "kabinet-on-behalf-of": "prac_1"}
    assert (await office.client.put(upload["url"], content=GOOD, headers=headers)).status_code == 204
    completing = (
        f"mutation($input: CompleteUploadInput!) {{ completeUpload(input: $input) {{ {MADE} problems {{ code }} }} }}"
    )
    ticket = {"input": {"ticket": upload["ticket"]}}
    assert (await office.ask("mis", completing, ticket)).data["completeUpload"] is None
    done = await office.ask("mis", completing, ticket, kabinet_on_behalf_of="prac_1")
    document = done.data["completeUpload"]["clinicalDocument"]
    assert document["author"] == {"id": "prac_1"}
    # The relation may have ended while the file came: then it does not become a document.
    announced = await clinic.act("therapist", "requestUpload", UPLOAD, **of(encounterId=encounter))
    assert (await send(office, "PUT", announced["upload"]["url"], GOOD)).status_code == 204
    await clinic.rows("DELETE FROM care_relation WHERE patient_id = $1 AND practitioner_id = 1", MINE)
    late = await clinic.act("therapist", "completeUpload", MADE, ticket=announced["upload"]["ticket"])
    assert told(late) == [("NOT_FOUND", "ticket")]


async def test_a_doctor_issues_a_certificate_that_its_patient_has_in_his_own_cabinet(
    clinic: Clinic, signatory: Signatory
) -> None:
    office = clinic.office
    (account,) = await clinic.rows("SELECT patient_id FROM account WHERE subject = $1 LIMIT 1", CAST["patient"].subject)
    patient = account["patient_id"]
    encounter = await clinic.encounter(patient)
    given = {"encounterId": encounter, "certificate": "FITNESS", "text": "Годен к обучению по специальности."}
    # He is nobody's of these: not of a doctor who does not treat him, nor of who treats nobody.
    hidden = await clinic.act("stranger", "issuePatientCertificate", CERTIFICATE, **given)
    assert told(hidden) == [("NOT_FOUND", "encounterId")]
    for persona in ("nurse", "registrar", "patient", "lapsed"):
        answer = await clinic.try_to(persona, "issuePatientCertificate", CERTIFICATE, **given)
        if persona == "nurse":  # she signs what nurses write, and encounters are not among that
            assert told(answer.data["issuePatientCertificate"]) == [("NOT_FOUND", "encounterId")]
            continue
        assert answer.data["issuePatientCertificate"] is None
        assert answer.errors[0]["extensions"]["reason"] == "ROLE", persona
    await clinic.rows(CARED_FOR, patient, int(encounter[4:]))
    empty = await clinic.act("therapist", "issuePatientCertificate", CERTIFICATE, **{**given, "text": " "})
    assert told(empty) == [("FIELD_REQUIRED", "text")]
    # A surgeon issues none on fitness, but one that he saw the patient.
    surgeon = await clinic.act("surgeon", "issuePatientCertificate", CERTIFICATE, **given)
    assert told(surgeon) == [("CERTIFICATE_NOT_OF_SPECIALTY", "certificate")]
    came = await clinic.act("surgeon", "issuePatientCertificate", CERTIFICATE, **{**given, "certificate": "ATTENDANCE"})
    assert (told(came), came["document"]["lastOn"]) == ([], None)

    made = await clinic.act("therapist", "issuePatientCertificate", CERTIFICATE, key="once", **given)
    assert told(made) == []
    document = made["document"]
    assert (document["kind"], document["status"], document["encounter"]) == (
        "MEDICAL_CERTIFICATE", "CHECKED", {"id": encounter},
    )  # fmt: skip
    again = await clinic.act("therapist", "issuePatientCertificate", CERTIFICATE, key="once", **given)
    assert again["document"]["id"] == document["id"]
    key = int(document["id"].removeprefix("cdoc_"))
    content = await office.content(key)
    assert hashlib.sha256(content).hexdigest() == (await row_of(office, key))["sha256"]
    written = papers.text(content)
    (person,) = (await office.ask("therapist", WHO, {"id": f"pat_{patient}"})).data["node"].values()
    for words in ("ЗАКЛЮЧЕНИЕ", "086/у", made["number"], person, given["text"]):
        assert words in written, words
    assert person.split()[0] not in str(await row_of(office, key))

    signed = await signatory.sign("therapist", document, await signatory.signer(1), content=content)
    assert (signed["problems"], signed["clinicalDocument"]["status"]) == ([], "SIGNED")
    his = (await office.ask("patient", HIS)).data["viewer"]["patients"]["nodes"]
    (found,) = [one for each in his for one in each["documents"]["nodes"] if one["id"] == document["id"]]
    assert (found["number"], found["signatures"]) == (made["number"], [{"role": "AUTHOR"}])
    assert "content" in await ways(clinic, "patient", document["id"], encounter, content=content)
    journaled = await office.rows(
        "SELECT object, grounds::jsonb ->> 'permission' AS permission FROM read_entry WHERE subject = $1 "
        "AND grounds::text LIKE '%Document.content%' ORDER BY position DESC LIMIT 1",
        CAST["patient"].subject,
        store="journal",
    )
    assert [tuple(one.values()) for one in journaled] == [(f"pat_{patient}", "clinical:history:read")]


async def row_of(office: Any, key: int) -> dict[str, Any]:
    (row,) = await office.rows("SELECT * FROM document WHERE id = $1", key, store="documents")
    return dict(row)
