"""Referrals: from one hospital to another and back, what each opens, to whom, and until when."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.jobs.emergencies import Emergencies
from gateway.jobs.referral_papers import ReferralPapers
from gateway.world.cast import CAST
from sources.postgres.crashing import OF_JOBS
from tests.acts.clinic import Clinic, told
from tests.acts.notes import added
from tests.acts.notes import done as note_done
from tests.acts.referring import REASON, REFERRAL, aged, done, drafted, drafting, read, referred
from tests.keys import KEYS, VARIABLE

CHART = '{ patient(by: {id: "pat_1"}) { familyName conditions(first: 5) { totalCount } } }'
LIST = """
query($filter: ReferralFilter) {
  referrals(filter: $filter, first: 50) { totalCount nodes { id state receiver { id } patientName reason } }
}
"""
RELATION = """
SELECT organization_id, practitioner_id, starts_at, ends_at FROM care_relation
WHERE basis = 'REFERRAL' AND basis_id = $1
"""
PAPERS = "SELECT id FROM document WHERE kind = 'REFERRAL' AND id >= 10000000"
MESSAGES = "SELECT subject, template, parameters, organization_id FROM message WHERE kind = 'REFERRAL' ORDER BY id"


def key(referral: dict[str, Any]) -> int:
    return int(referral["id"][4:])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def refused(clinic: Clinic, persona: str, act: str, **given: Any) -> str:
    """Why an act is refused as a whole."""
    answer = await clinic.try_to(persona, act, "referral { id }", **given)
    assert answer.data == {act: None}, answer.body
    found: str = answer.errors[0]["extensions"]["reason"]
    return found


async def listed(clinic: Clinic, persona: str, **filter: Any) -> dict[str, Any]:
    answer = await clinic.office.ask(persona, LIST, {"filter": filter})
    return {one["id"]: one for one in answer.data["referrals"]["nodes"]}


async def test_a_referral_opens_the_records_to_whoever_accepts_it_until_it_is_answered(clinic: Clinic) -> None:
    draft = await drafted(clinic)
    assert (draft["state"], draft["documentCode"], draft["patientName"]) == ("DRAFT", None, None)
    assert (await clinic.office.ask("stranger", CHART)).data == {"patient": None}
    issued = await done(clinic, "therapist", "issueReferral", draft)
    assert (issued["state"], issued["documentCode"], issued["documentEdition"]) == ("ISSUED", "185", 2)
    assert (issued["signer"], issued["author"]) == ({"id": "prac_1"}, {"id": "prac_1"})
    assert at(issued["acceptUntil"]) - at(issued["issuedAt"]) == timedelta(days=30)
    # Whoever receives it reads the referral, and nothing else of the patient.
    seen = await read(clinic, "stranger", issued)
    assert (seen["patient"], seen["reason"], seen["code"], seen["document"]) == (None, REASON, "I10", None)
    assert seen["patientName"] == issued["patientName"] != ""
    assert seen["patientBirthOn"] == issued["patientBirthOn"]
    assert (await clinic.office.ask("stranger", CHART)).data == {"patient": None}
    taken = await done(clinic, "stranger", "acceptReferral", issued)
    assert (taken["state"], taken["acceptor"], taken["patient"]) == ("ACCEPTED", {"id": "prac_12"}, {"id": "pat_1"})
    (relation,) = await clinic.rows(RELATION, key(draft))
    assert relation == {
        "organization_id": 2,
        "practitioner_id": 12,
        "starts_at": at(taken["acceptedAt"]),
        "ends_at": at(taken["acceptedAt"]) + timedelta(days=30),
    }
    assert at(taken["careUntil"]) == relation["ends_at"]
    # The records of whoever referred are open to him, as they are to the therapist.
    chart = await clinic.office.ask("stranger", CHART)
    assert chart.errors == []
    assert chart.data == (await clinic.office.ask("therapist", CHART)).data
    assert chart.data["patient"]["conditions"]["totalCount"] > 0
    answered = await done(clinic, "stranger", "answerReferral", taken, conclusion="Данных за патологию нет.")
    assert (answered["state"], answered["patient"]) == ("ANSWERED", None)
    assert (await clinic.office.ask("stranger", CHART)).data == {"patient": None}
    (relation,) = await clinic.rows(RELATION, key(draft))
    assert relation["ends_at"] == at(answered["closedAt"])
    back = await read(clinic, "therapist", draft)
    assert (back["state"], back["answer"]) == ("ANSWERED", "Данных за патологию нет.")
    events = await clinic.rows("SELECT payload FROM event WHERE kind = 'REFERRAL_CHANGED' ORDER BY at")
    said = [json.loads(one["payload"]) for one in events]
    assert [one["step"] for one in said] == ["DRAFTED", "ISSUED", "ACCEPTED", "ANSWERED"]
    assert {one["object"] for one in said} == {draft["id"]}
    assert {one["receiverId"] for one in said} == {2}
    left = await clinic.rows("SELECT row_to_json(t)::text AS row FROM (SELECT * FROM audit_entry) t")
    left += await clinic.rows("SELECT row_to_json(t)::text AS row FROM referral t WHERE id = $1", key(draft))
    text = "".join(one["row"] for one in left) + json.dumps(said)
    for secret in (REASON, issued["patientName"].split()[0], issued["patientInsuranceNumber"], "патологию"):
        assert secret not in text


# Who finds a referral of the therapist in each state: her colleague who was consulted, who leads the ward, the patient,
# and those whom it is sent to once it is issued. Nobody else.
STATES = {
    "DRAFT": (),
    "DISCARDED": ("DISCARDED",),
    "ISSUED": ("ISSUED",),
    "EXPIRED": ("ISSUED",),
    "DECLINED": ("ISSUED", "DECLINED"),
    "ACCEPTED": ("ISSUED", "ACCEPTED"),
    "ANSWERED": ("ISSUED", "ACCEPTED", "ANSWERED"),
    "ANNULLED": ("ISSUED", "ACCEPTED", "ANNULLED"),
}
BEFORE = {"therapist", "surgeon", "supervisor"}
AFTER = BEFORE | {"stranger", "patient"}
OTHERS = ("nurse", "telemedic", "intern", "head", "desk", "insurer", "regulator", "auditor", "mis", "applicant")


async def test_a_referral_is_there_for_whom_it_concerns_in_each_state_and_for_nobody_else(clinic: Clinic) -> None:
    for state, path in STATES.items():
        referral = await referred(clinic, *path)
        if state == "EXPIRED":
            await aged(clinic, referral)
        expected = BEFORE if state in {"DRAFT", "DISCARDED"} else AFTER
        found = {one: await read(clinic, one, referral) for one in (*AFTER, *OTHERS)}
        assert {one for one, row in found.items() if row is not None} == expected, state
        assert {row["state"] for row in found.values() if row is not None} == {state}
        for persona in ("stranger", "therapist", "desk"):
            incoming = await listed(clinic, persona, direction="INCOMING", state=[state])
            outgoing = await listed(clinic, persona, direction="OUTGOING", state=[state])
            assert (referral["id"] in incoming) == (persona == "stranger" and "stranger" in expected), persona
            assert (referral["id"] in outgoing) == (persona == "therapist"), persona


async def test_what_may_not_be_done_to_a_referral_is_refused_or_said(clinic: Clinic) -> None:
    hidden, nobody = await drafted(clinic), "ref_99999999"
    given: dict[str, Any]
    more: dict[str, Any]
    for persona, act, more in (
        ("stranger", "acceptReferral", {}),
        ("stranger", "declineReferral", {"reason": "Нет мест."}),
        ("stranger", "answerReferral", {"conclusion": "Нет."}),
        ("telemedic", "issueReferral", {}),
        ("telemedic", "annulReferral", {"reason": "Нет."}),
    ):
        given = {"expectedVersion": 1, **more}
        found = [
            await clinic.try_to(persona, act, "referral { id }", id=one, **given) for one in (hidden["id"], nobody)
        ]
        assert told(found[0].data[act]) == [("NOT_FOUND", "id")], act
        assert found[0].content == found[1].content
    wrong: list[tuple[dict[str, Any], tuple[str, str]]] = [
        ({"organizationId": "org_99999999"}, ("NOT_FOUND", "organizationId")),
        ({"organizationId": "dept_1"}, ("NOT_FOUND", "organizationId")),
        ({"departmentId": "dept_1"}, ("NOT_FOUND", "departmentId")),
        ({"practitionerId": "prac_1"}, ("NOT_FOUND", "practitionerId")),
        ({"code": "X1"}, ("UNKNOWN_CODE", "code")),
        ({"reason": "  "}, ("REASON_REQUIRED", "reason")),
        ({"reason": "а" * 4_001}, ("FIELD_TOO_LONG", "reason")),
        ({"encounterId": "enc_99999999"}, ("NOT_FOUND", "encounterId")),
        ({"code": "Z21"}, ("FIELD_REQUIRED", "practitionerId")),
        ({"code": "Z21", "practitionerId": "prac_12"}, ("SPECIALTY_NOT_FITTING", "specialKind")),
    ]
    for given, problem in wrong:
        payload = await clinic.act("therapist", "draftReferral", REFERRAL, **await drafting(clinic, **given))
        assert told(payload) == [problem], given
    await clinic.office.rows("UPDATE licence SET status = 'SUSPENDED' WHERE organization_id = 2", store="registry")
    try:
        unlicensed = [("LICENSE_NOT_ACTIVE", "organizationId")]
        payload = await clinic.act("therapist", "draftReferral", REFERRAL, **await drafting(clinic))
        assert told(payload) == unlicensed
        payload = await clinic.act("therapist", "issueReferral", REFERRAL, id=hidden["id"], expectedVersion=1)
        assert (told(payload), payload["referral"]["state"]) == (unlicensed, "DRAFT")
    finally:
        await clinic.office.rows("UPDATE licence SET status = 'ACTIVE' WHERE organization_id = 2", store="registry")
    issued = await done(clinic, "therapist", "issueReferral", hidden)
    given = {"id": issued["id"], "expectedVersion": issued["version"]}
    assert await refused(clinic, "therapist", "acceptReferral", **given) == "OBJECT"
    assert await refused(clinic, "stranger", "annulReferral", reason="Нет.", **given) == "OBJECT"
    assert await refused(clinic, "surgeon", "annulReferral", reason="Нет.", **given) == "OBJECT"
    assert await refused(clinic, "nurse", "draftReferral", **await drafting(clinic)) == "ROLE"
    stale = await clinic.act("stranger", "acceptReferral", REFERRAL, **{**given, "expectedVersion": 1})
    assert told(stale) == [("CONFLICT", "expectedVersion")]
    again = await clinic.act("therapist", "issueReferral", REFERRAL, **given)
    assert (told(again), again["problems"][0]["possible"]) == (
        [("ILLEGAL_TRANSITION", "id")], ["ACCEPT", "DECLINE", "ANNUL"],
    )  # fmt: skip
    assert await refused(clinic, "stranger", "answerReferral", conclusion="Нет.", **given) == "OBJECT"
    await aged(clinic, issued)
    late = await clinic.act("stranger", "acceptReferral", REFERRAL, **given)
    assert (told(late), late["referral"]["state"]) == ([("ILLEGAL_TRANSITION", "id")], "EXPIRED")
    assert await clinic.rows(RELATION, key(issued)) == []


async def test_the_desk_takes_a_referral_in_for_a_doctor_and_reads_none_of_its_reasons(clinic: Clinic) -> None:
    draft = await drafted(clinic, "stranger", 31, organizationId="org_1", urgency="EMERGENCY")
    assert await listed(clinic, "desk", direction="INCOMING", state=["DRAFT"]) == {}
    issued = await done(clinic, "stranger", "issueReferral", draft)
    assert at(issued["acceptUntil"]) - at(issued["issuedAt"]) == timedelta(days=1)
    seen = (await listed(clinic, "desk", direction="INCOMING", state=["ISSUED"]))[draft["id"]]
    assert seen["patientName"] == issued["patientName"]
    assert seen["reason"] is None
    whole = await clinic.office.ask(
        "desk", f'{{ node(id: "{draft["id"]}") {{ ... on Referral {{ code reason kind }} }} }}'
    )
    assert whole.data["node"] == {"code": None, "reason": None, "kind": "CONSULTATION"}
    assert {one["extensions"]["reason"] for one in whole.errors} == {"ROLE"}
    given = {"id": issued["id"], "expectedVersion": issued["version"]}
    unnamed = await clinic.act("desk", "acceptReferral", "referral { id }", **given)
    assert told(unnamed) == [("FIELD_REQUIRED", "practitionerId")]
    for who in ("prac_12", "prac_3"):
        payload = await clinic.act("desk", "acceptReferral", "referral { id }", practitionerId=who, **given)
        assert told(payload) == [("PRACTITIONER_NOT_QUALIFIED", "practitionerId")]
    of_31 = '{ patient(by: {id: "pat_31"}) { sex } }'
    assert (await clinic.office.ask("therapist", of_31)).data == {"patient": None}
    payload = await clinic.act("desk", "acceptReferral", "referral { state }", practitionerId="prac_1", **given)
    assert payload == {"referral": {"state": "ACCEPTED"}, "problems": []}
    assert (await clinic.office.ask("therapist", of_31)).data["patient"] is not None
    assert (await clinic.office.ask("desk", of_31)).data == {"patient": None}
    # An episode is opened on it, and is a relation of its own once the referral is over.
    opened = await clinic.act(
        "therapist", "openEpisode", "episode { basis }", patientId="pat_31", basis="REFERRAL", kind="AMBULATORY"
    )
    assert opened == {"episode": {"basis": "REFERRAL"}, "problems": []}
    await clinic.rows("UPDATE care_relation SET ends_at = now() WHERE basis = 'REFERRAL' AND basis_id = $1", key(draft))
    assert (await clinic.office.ask("therapist", of_31)).data["patient"] is not None


async def test_what_a_referral_opened_is_closed_when_it_is_taken_back_or_its_term_is_over(clinic: Clinic) -> None:
    taken = await referred(clinic, "ISSUED", "ACCEPTED")
    assert (await clinic.office.ask("stranger", CHART)).data["patient"] is not None
    annulled = await done(clinic, "therapist", "annulReferral", taken, reason="Пациент передумал.")
    assert (annulled["state"], annulled["closingReason"]) == ("ANNULLED", "Пациент передумал.")
    assert (await clinic.office.ask("stranger", CHART)).data == {"patient": None}
    (relation,) = await clinic.rows(RELATION, key(taken))
    assert relation["ends_at"] == at(annulled["closedAt"])
    seen = await read(clinic, "stranger", taken)
    assert (seen["state"], seen["closingReason"]) == ("ANNULLED", "Пациент передумал.")
    other = await referred(clinic, "ISSUED", "ACCEPTED")
    assert (await clinic.office.ask("stranger", CHART)).data["patient"] is not None
    await clinic.rows("UPDATE care_relation SET ends_at = now() WHERE basis = 'REFERRAL' AND basis_id = $1", key(other))
    assert (await clinic.office.ask("stranger", CHART)).data == {"patient": None}
    # It is over, and can still be answered.
    late = await done(clinic, "stranger", "answerReferral", other, conclusion="Заключение готово.")
    assert late["state"] == "ANSWERED"
    with pytest.raises(Exception, match="a referral stays as it was issued"):
        await clinic.rows("UPDATE referral SET code = 'I11' WHERE id = $1", key(other))


async def test_a_note_answers_a_referral_once_it_is_signed(clinic: Clinic) -> None:
    taken = await referred(clinic, "ISSUED", "ACCEPTED")
    kept = {"patientId": "pat_1", "basis": "REFERRAL", "kind": "AMBULATORY"}
    episode = await clinic.act("stranger", "openEpisode", "episode { id }", **kept)
    note = await added(
        clinic, "stranger", encounterId=None, episodeId=episode["episode"]["id"], kind="CONSULTATION", text="Осмотрен."
    )
    given = {"id": taken["id"], "expectedVersion": taken["version"]}
    both = await clinic.act("stranger", "answerReferral", REFERRAL, noteId=note["id"], conclusion="А.", **given)
    assert told(both) == [("FIELD_REQUIRED", "conclusion")]
    early = await clinic.act("stranger", "answerReferral", REFERRAL, noteId=note["id"], **given)
    assert told(early) == [("ILLEGAL_TRANSITION", "noteId")]
    foreign = await clinic.rows("SELECT 'note_' || id AS id FROM note WHERE patient_id = 1 AND organization_id = 1")
    for one in (foreign[0]["id"], "note_99999999"):
        payload = await clinic.act("stranger", "answerReferral", REFERRAL, noteId=one, **given)
        assert told(payload) == [("NOT_FOUND", "noteId")]
    signed = await note_done(clinic, "stranger", "signNote", note)
    answered = await done(clinic, "stranger", "answerReferral", taken, noteId=signed["id"])
    assert (answered["answer"], answered["answerNote"]) == ("Осмотрен.", {"id": signed["id"]})
    back = await read(clinic, "therapist", taken)
    assert (back["answer"], back["answerNote"]) == ("Осмотрен.", None)


async def test_a_trainee_draws_it_up_and_his_supervisor_signs(clinic: Clinic) -> None:
    draft = await drafted(clinic, "intern", 10)
    assert (draft["state"], draft["cosigner"]) == ("AWAITING_SIGNATURE", {"id": "prac_11"})
    given = {"id": draft["id"], "expectedVersion": draft["version"]}
    assert await refused(clinic, "intern", "issueReferral", **given) == "ROLE"
    issued = await done(clinic, "supervisor", "issueReferral", draft)
    assert (issued["author"], issued["signer"]) == ({"id": "prac_4"}, {"id": "prac_11"})
    assert (await read(clinic, "stranger", issued))["state"] == "ISSUED"


async def test_what_is_specially_protected_is_for_the_one_whom_it_names(clinic: Clinic) -> None:
    mark = (
        "UPDATE referral SET confidentiality = 'SPECIAL', special_kind = 'HIV', to_practitioner_id = $2 WHERE id = $1"
    )
    issued = await referred(clinic, "ISSUED", practitionerId="prac_12")
    colleague = (await clinic.office.rows(
        "SELECT practitioner_id AS id FROM employment WHERE organization_id = 2 AND practitioner_id <> 12 LIMIT 1",
        store="registry",
    ))[0]["id"]  # fmt: skip
    for named, sees in ((12, True), (colleague, False)):
        async with clinic.office.application.stores.clinical.connection() as connection, connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(mark, key(issued), named)
        assert (await read(clinic, "stranger", issued) is not None) == sees
        assert (issued["id"] in await listed(clinic, "stranger", direction="INCOMING")) == sees
    found = await clinic.act(
        "stranger", "acceptReferral", "referral { id }", id=issued["id"], expectedVersion=issued["version"]
    )
    assert told(found) == [("NOT_FOUND", "id")]


async def test_those_whom_it_concerns_are_told_and_nothing_of_the_patient(clinic: Clinic) -> None:
    await clinic.office.rows("TRUNCATE mail, message", store="journal")
    await drafted(clinic, "intern", 10)
    taken = await referred(clinic, "ISSUED", "ACCEPTED", practitionerId="prac_12")
    await done(clinic, "therapist", "annulReferral", taken, reason="Пациент передумал.")
    to_desk = await drafted(clinic, "stranger", 31, organizationId="org_1")
    await done(clinic, "stranger", "issueReferral", to_desk)
    delivery = Emergencies(clinic.office.application.stores)
    while await delivery.events():
        pass
    found = await clinic.office.rows(MESSAGES, store="journal")
    subjects = {name: CAST[name].subject for name in ("supervisor", "stranger", "therapist", "desk")}
    assert {(one["subject"], one["template"], one["organization_id"]) for one in found} >= {
        (subjects["supervisor"], "referral_awaits_signature", 1),
        (subjects["stranger"], "referral_received", 1),
        (subjects["therapist"], "referral_accepted", 2),
        (subjects["stranger"], "referral_annulled", 1),
        (subjects["desk"], "referral_received", 2),
    }
    assert {one["parameters"] for one in found} == {"{}"}
    text = "{ viewer { messages(first: 1) { nodes { kind title } } } }"
    (message,) = (await clinic.office.ask("desk", text)).data["viewer"]["messages"]["nodes"]
    assert message == {"kind": "REFERRAL", "title": "Поступило направление"}


async def test_a_referral_is_a_document_as_well_and_both_say_the_same(clinic: Clinic) -> None:
    office = clinic.office
    issued = await referred(clinic, "ISSUED")
    papers = ReferralPapers(office.application.stores, office.application.log)
    assert await papers.run() == 1
    assert await papers.run() == 0
    seen = await read(clinic, "therapist", issued)
    text = "query($id: ID!) { document(by: {id: $id}) { kind title status number issuer referral { id state } } }"
    document = (await office.ask("therapist", text, {"id": seen["document"]["id"]})).data["document"]
    number = issued["id"]
    (place,) = await office.rows("SELECT name FROM organization WHERE id = 1", store="registry")
    assert document == {
        "kind": "REFERRAL",
        "title": f"Направление на консультацию {number}",
        "status": "CHECKED",
        "number": number,
        "issuer": place["name"],
        "referral": {"id": number, "state": "ISSUED"},
    }
    assert (await read(clinic, "stranger", issued))["document"] is None
    # Its making is no change of the referral: whoever read it before may go on.
    assert seen["version"] == issued["version"]
    await done(clinic, "stranger", "declineReferral", issued, reason="Нет мест.")
    again = (await office.ask("therapist", text, {"id": seen["document"]["id"]})).data["document"]
    assert again["referral"] == {"id": number, "state": "DECLINED"}
    content = await office.content(seen["document"]["id"])
    assert content.startswith(b"%PDF-")


async def test_whoever_dies_while_he_makes_a_document_leaves_one_and_what_cannot_be_made_waits(
    clinic: Clinic, office_urls: dict[str, str], folder: Path
) -> None:
    office = clinic.office
    points = [point for point in OF_JOBS if point.startswith("referral_")]
    made = await referred(clinic, "ISSUED")
    environ = {f"KABINET_{name.upper()}_URL": url for name, url in office_urls.items()}
    environ |= {VARIABLE: KEYS, "KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data")}
    argv = (sys.executable, "-m", "tests.acts.dying_maker", *points)
    died = await asyncio.to_thread(
        subprocess.run, argv, env=os.environ | environ, capture_output=True, check=False, timeout=120
    )
    assert json.loads(died.stdout) == [signal.SIGKILL] * 3, died.stderr
    papers = ReferralPapers(office.application.stores, office.application.log)
    # Whoever died has claimed it for a minute.
    assert await papers.run() == 0
    await clinic.rows("UPDATE referral SET paper_again_at = now() WHERE id = $1", key(made))
    (left,) = await office.rows(PAPERS, store="documents")
    assert await papers.run() == 1
    assert await office.rows(PAPERS, store="documents") == [left]
    assert (await read(clinic, "therapist", made))["document"] == {"id": f"doc_{left['id']}"}
    # What nobody can open is set aside, longer each time.
    broken, good = await referred(clinic, "ISSUED"), await referred(clinic, "ISSUED")
    async with office.application.stores.clinical.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE referral SET reason = '\\x01' WHERE id = $1", key(broken))
    assert [await papers.run() for _ in range(3)] == [1, 1, 0]
    assert (await read(clinic, "therapist", good))["document"] is not None
    (row,) = await clinic.rows(
        "SELECT document_id, paper_attempts, paper_again_at > now() AS waits FROM referral WHERE id = $1", key(broken)
    )
    assert row == {"document_id": None, "paper_attempts": 1, "waits": True}
