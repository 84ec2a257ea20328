"""Entries of case histories before they are signed: begun, changed, thrown away; by whom, of what, what stops it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acts.clinic import Clinic, told
from tests.acts.notes import (
    MINE,
    NOTE,
    OF_THE_INTERN,
    OF_THE_NURSE,
    OPEN,
    PAST,
    RECORD,
    TEXT,
    added,
    done,
    read,
    reason,
)

MADE = "SELECT * FROM note WHERE id >= 100000000 ORDER BY id"
LISTED = "SELECT practitioner_id FROM allowed_reader WHERE record_id >= 100000000 ORDER BY record_id, practitioner_id"
MISSING = "_999999999"


@pytest.fixture(autouse=True)
def _fresh(clinic: Clinic) -> None:
    """A second factor that was shown just now."""
    clinic.office.tokens.clear()


async def test_a_note_is_kept_sealed_and_each_change_is_a_version_of_it(clinic: Clinic) -> None:
    encounter = await clinic.encounter(MINE)
    note = await added(clinic, text=" Жалобы:\r\nголовная\u00a0боль\u00ad ", idempotencyKey="once")
    assert await added(clinic, text=" Жалобы:\r\nголовная\u00a0боль\u00ad ", idempotencyKey="once") == note
    assert (note["state"], note["version"], note["text"]) == ("DRAFT", 1, "Жалобы:\nголовная боль")
    assert (note["author"], note["encounter"], note["kind"]) == ({"id": "prac_1"}, {"id": encounter}, "EXAMINATION")
    changed = await done(clinic, "therapist", "updateNote", note, text=TEXT)
    renamed = await done(clinic, "therapist", "updateNote", changed, kind="DIARY")
    assert (renamed["version"], renamed["text"], renamed["kind"]) == (3, TEXT, "DIARY")
    gone = await done(clinic, "therapist", "discardNote", renamed)
    assert (gone["state"], gone["version"]) == ("DISCARDED", 4)
    assert (await read(clinic, "therapist", gone))["versions"] == [
        {"version": 1, "state": "DRAFT", "text": note["text"]},
        {"version": 2, "state": "DRAFT", "text": TEXT},
        {"version": 3, "state": "DRAFT", "text": TEXT},
    ]
    (row,) = await clinic.rows(MADE)
    assert (row["patient_id"], row["organization_id"]) == (MINE, 1)
    assert TEXT.encode() not in row["text"]


async def test_what_is_left_of_an_act_says_whose_and_which_step_and_no_word_of_it(clinic: Clinic) -> None:
    note = await added(clinic, text=TEXT)
    await done(clinic, "therapist", "updateNote", note, text="Иначе")
    events = await clinic.rows("SELECT kind, payload FROM event ORDER BY at")
    ids = {"object": note["id"], "patientId": MINE, "practitionerId": 1, "organizationId": 1}
    assert [(one["kind"], json.loads(one["payload"])) for one in events] == [
        ("NOTE_CHANGED", {**ids, "step": "ADDED"}),
        ("NOTE_CHANGED", {**ids, "step": "UPDATED"}),
    ]
    entries = await clinic.rows("SELECT act, object, grounds FROM audit_entry ORDER BY at")
    assert [(one["act"], one["object"]) for one in entries] == [("addNote", note["id"]), ("updateNote", note["id"])]
    (held,) = await clinic.office.rows(RECORD, 1)
    grounds = json.loads(entries[1]["grounds"])
    assert grounds["accreditation"] == f"acc_{held['id']}"
    assert grounds["patient"] == "pat_1"
    assert (grounds["versionBefore"], grounds["versionAfter"], grounds["stateBefore"]) == (1, 2, "DRAFT")
    said = json.dumps([dict(one) for one in (*events, *entries)], ensure_ascii=False)
    assert TEXT not in said
    assert "Иначе" not in said


async def test_a_note_may_be_of_an_episode_as_a_whole_within_its_time(clinic: Clinic) -> None:
    (episode,) = await clinic.rows(OPEN, MINE)
    of: dict[str, Any] = {"encounterId": None, "episodeId": f"case_{episode['id']}"}
    since: datetime = episode["at"]
    for at, code in ((since - timedelta(seconds=1), "DATE_OUTSIDE_EPISODE"),
                     (datetime.now(UTC) + timedelta(hours=1), "DATE_IN_FUTURE")):  # fmt: skip
        given = {"episodeId": of["episodeId"], "kind": "EPICRISIS", "text": TEXT, "at": at.isoformat()}
        assert told(await clinic.act("therapist", "addNote", NOTE, **given)) == [(code, "at")]
    note = await added(clinic, **of, kind="EPICRISIS", at=since.isoformat())
    assert (note["episode"], note["encounter"]) == ({"id": of["episodeId"]}, None)
    assert datetime.fromisoformat(note["at"]) == since
    listed = await clinic.office.ask(
        "therapist",
        "query($id: ID!) { node(id: $id) { ... on EpisodeOfCare { notes(first: 3) { nodes { id } } } } }",
        {"id": of["episodeId"]},
    )
    assert listed.data["node"]["notes"]["nodes"] == [{"id": note["id"]}]


async def test_a_note_of_an_encounter_that_is_over_is_begun_at_its_end_at_the_latest(clinic: Clinic) -> None:
    encounter = await clinic.encounter(MINE)
    (row,) = await clinic.rows("SELECT at, ends_at FROM encounter WHERE id = $1", int(encounter[4:]))
    assert datetime.fromisoformat((await added(clinic))["at"]) == row["ends_at"]
    for at in (row["at"] - timedelta(minutes=1), row["ends_at"] + timedelta(minutes=1)):
        given = {"encounterId": encounter, "kind": "DIARY", "text": TEXT, "at": at.isoformat()}
        assert told(await clinic.act("therapist", "addNote", NOTE, **given)) == [("DATE_OUTSIDE_EPISODE", "at")]


async def test_what_is_wrong_has_a_path_and_nothing_is_kept(clinic: Clinic) -> None:
    encounter, before = await clinic.encounter(MINE), await clinic.everything()
    whole = {"encounterId": encounter, "kind": "DIARY", "text": TEXT}
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"text": " \n\u00ad "}, [("FIELD_REQUIRED", "text")]),
        ({"text": "а" * 20_001}, [("FIELD_TOO_LONG", "text")]),
        ({"text": "a\u202eb"}, [("FIELD_FORBIDDEN_CHARACTER", "text")]),
        ({"encounterId": None}, [("FIELD_REQUIRED", "encounterId")]),
        ({"encounterId": None, "patientId": "pat_1"}, [("FIELD_REQUIRED", "encounterId")]),
        ({"episodeId": "case_1", "patientId": "pat_1"}, [("FIELD_FORMAT", "episodeId"), ("FIELD_FORMAT", "patientId")]),
        ({"confidentiality": "SPECIAL"}, [("FIELD_REQUIRED", "specialKind")]),
        ({"specialKind": "HIV"}, [("FIELD_FORMAT", "specialKind")]),
        ({"confidentiality": "SPECIAL", "specialKind": "HIV"}, [("SPECIALTY_NOT_FITTING", "specialKind")]),
    ]
    for given, wanted in cases:
        assert told(await clinic.act("therapist", "addNote", NOTE, **{**whole, **given})) == wanted, given
    assert await clinic.everything() == before
    assert (await added(clinic, text="а" * 20_000))["version"] == 1
    note = await added(clinic)
    for given, path in (({"text": None}, "text"), ({"kind": None}, "kind"), ({"text": " "}, "text")):
        payload = await clinic.act("therapist", "updateNote", NOTE, id=note["id"], expectedVersion=1, **given)
        assert told(payload) == [("FIELD_REQUIRED", path)]
    stale = await clinic.act("therapist", "updateNote", NOTE, id=note["id"], expectedVersion=2, text="б")
    assert told(stale) == [("CONFLICT", "expectedVersion")]
    assert stale["problems"][0]["currentVersion"] == 1
    assert stale["note"]["text"] == TEXT


async def test_a_closed_episode_takes_no_note(clinic: Clinic) -> None:
    (episode,) = await clinic.rows(OPEN, MINE)
    await clinic.rows("UPDATE episode SET ends_at = now(), outcome = 'IMPROVED' WHERE id = $1", episode["id"])
    for of in ({"encounterId": await clinic.encounter(MINE)}, {"episodeId": f"case_{episode['id']}"}):
        payload = await clinic.act("therapist", "addNote", NOTE, **of, kind="DIARY", text=TEXT)
        assert told(payload) == [("EPISODE_CLOSED", next(iter(of)))]


async def test_a_patient_who_is_not_in_ones_care_is_not_there(clinic: Clinic) -> None:
    """The answer is that of no such thing, byte for byte."""
    before = await clinic.everything()
    whole = {"kind": "DIARY", "text": TEXT}
    missing = await clinic.try_to("therapist", "addNote", NOTE, encounterId=f"enc{MISSING}", **whole)
    assert told(missing.data["addNote"]) == [("NOT_FOUND", "encounterId")]
    for patient in (PAST, OF_THE_INTERN, 40):
        encounter = await clinic.encounter(patient)
        hidden = await clinic.try_to("therapist", "addNote", NOTE, encounterId=encounter, **whole)
        assert hidden.content == missing.content, patient
    nobody, unknown = [
        await clinic.try_to("nurse", "addNote", NOTE, patientId=one, kind="NURSING", text=TEXT)
        for one in (f"pat{MISSING}", "pat_40")
    ]
    assert told(nobody.data["addNote"]) == [("NOT_FOUND", "patientId")]
    assert unknown.content == nobody.content
    (other,) = await clinic.rows(
        "SELECT id, version FROM note WHERE patient_id = $1 ORDER BY id LIMIT 1", OF_THE_INTERN
    )
    for name, more in (
        ("updateNote", {"text": TEXT}),
        ("discardNote", {}),
        ("signNote", {}),
        ("correctNote", {"text": TEXT}),
    ):
        absent, closed = [
            await clinic.try_to("therapist", name, NOTE, id=one, expectedVersion=other["version"], **more)
            for one in (f"note{MISSING}", f"note_{other['id']}")
        ]
        assert told(absent.data[name]) == [("NOT_FOUND", "id")]
        assert closed.content == absent.content, name
    assert await clinic.everything() == before


async def test_a_colleague_reads_a_draft_and_does_not_touch_it(clinic: Clinic) -> None:
    note = await added(clinic)
    assert (await read(clinic, "surgeon", note))["text"] == TEXT
    given = {"id": note["id"], "expectedVersion": 1}
    assert await reason(clinic, "surgeon", "updateNote", **given, text="б") == "OBJECT"
    assert await reason(clinic, "surgeon", "discardNote", **given) == "OBJECT"
    assert await reason(clinic, "supervisor", "discardNote", **given) == "OBJECT"


async def test_who_may_not_write_is_told_why(clinic: Clinic) -> None:
    given = {"encounterId": await clinic.encounter(MINE), "kind": "DIARY", "text": TEXT}
    for persona, why in (("anonymous", "SIGN_IN"), ("applicant", "ROLE"), ("suspended", "ROLE"), ("expert", "ROLE"),
                         ("patient", "ROLE"), ("mis", "ROLE")):  # fmt: skip
        assert await reason(clinic, persona, "addNote", **given) == why, persona


async def test_a_nurse_writes_nursing_notes_only(clinic: Clinic) -> None:
    of: dict[str, Any] = {"encounterId": None, "patientId": f"pat_{OF_THE_NURSE}"}
    note = await added(clinic, "nurse", OF_THE_NURSE, **of, kind="NURSING")
    assert (note["state"], note["episode"], note["encounter"]) == ("DRAFT", None, None)
    # She does not read of which episode it is; whoever treats him does.
    (row,) = await clinic.rows(MADE)
    (episode,) = await clinic.rows(OPEN, OF_THE_NURSE)
    assert row["episode_id"] == episode["id"]
    given = {"id": note["id"], "expectedVersion": 1, "kind": "EXAMINATION"}
    assert await reason(clinic, "nurse", "updateNote", **given) == "OBJECT"
    encounter = await clinic.encounter(OF_THE_NURSE)
    payload = await clinic.act("nurse", "addNote", NOTE, encounterId=encounter, kind="EXAMINATION", text=TEXT)
    assert told(payload) == [("NOT_FOUND", "encounterId")]
    at_it = await added(clinic, "nurse", OF_THE_NURSE, kind="NURSING")
    assert (await clinic.rows(MADE))[1]["encounter_id"] == int(encounter[4:])
    assert at_it["encounter"] is None
    early = {"patientId": of["patientId"], "kind": "NURSING", "text": TEXT, "at": "1850-01-01T00:00:00Z"}
    assert told(await clinic.act("nurse", "addNote", NOTE, **early)) == [("DATES_OUT_OF_ORDER", "at")]


async def test_what_a_trainee_writes_waits_for_his_supervisor_from_the_first_word(clinic: Clinic) -> None:
    note = await added(clinic, "intern", OF_THE_INTERN)
    assert (note["state"], note["author"], note["cosigner"]) == (
        "AWAITING_COSIGNATURE", {"id": "prac_4"}, {"id": "prac_11"},
    )  # fmt: skip
    changed = await done(clinic, "intern", "updateNote", note, text="Иначе")
    assert (changed["state"], changed["version"]) == ("AWAITING_COSIGNATURE", 2)
    assert (await done(clinic, "intern", "discardNote", changed))["state"] == "DISCARDED"


async def test_what_is_restricted_is_read_by_its_author_and_whom_it_waits_for(clinic: Clinic) -> None:
    note = await added(clinic, confidentiality="RESTRICTED")
    assert (await read(clinic, "therapist", note))["confidentiality"] == "RESTRICTED"
    assert await read(clinic, "surgeon", note) is None
    await added(clinic, "intern", OF_THE_INTERN, confidentiality="RESTRICTED")
    assert [one["practitioner_id"] for one in await clinic.rows(LISTED)] == [1, 4, 11]
    await clinic.rows("UPDATE encounter SET confidentiality = 'RESTRICTED' WHERE patient_id = $1", MINE)
    key = int((await clinic.encounter(MINE))[4:])
    await clinic.rows(
        "INSERT INTO allowed_reader (record_id, patient_id, organization_id, practitioner_id, allowed_by, starts_at) "
        "VALUES ($1, $2, 1, 1, 1, now())", key, MINE,
    )  # fmt: skip
    given = {"encounterId": f"enc_{key}", "kind": "DIARY", "text": TEXT, "confidentiality": "NORMAL"}
    assert told(await clinic.act("therapist", "addNote", NOTE, **given)) == [("LABEL_TOO_OPEN", "confidentiality")]
    assert (await added(clinic))["confidentiality"] == "RESTRICTED"


async def test_what_is_special_is_written_by_whom_it_fits_with_the_patients_consent(clinic: Clinic) -> None:
    office = clinic.office
    before = await office.rows("SELECT id, position_code FROM employment WHERE practitioner_id = 1", store="registry")
    await office.rows("UPDATE employment SET position_code = '83' WHERE practitioner_id = 1", store="registry")
    await office.rows("UPDATE accreditation SET specialty_code = '31.08.20' WHERE practitioner_id = 1")
    office.application.operating.facts.heard()
    given: dict[str, Any] = {"confidentiality": "SPECIAL", "specialKind": "PSYCHIATRY"}
    try:
        whole = {"encounterId": await clinic.encounter(MINE), "kind": "DIARY", "text": TEXT, **given}
        payload = await clinic.act("therapist", "addNote", NOTE, **whole)
        assert told(payload) == [("PATIENT_CONSENT_MISSING", "specialKind")]
        await clinic.rows(
            "INSERT INTO consent (id, patient_id, organization_id, kind, special_kinds, subject, text_version, at, "
            "changed_at) VALUES (99000000, $1, 1, 'SPECIAL', '{PSYCHIATRY}', '1', '2026.1', now(), now())", MINE,
        )  # fmt: skip
        note = await added(clinic, **given)
        assert note["specialKind"] == "PSYCHIATRY"
        assert await read(clinic, "surgeon", note) is None
        assert await read(clinic, "supervisor", note) is None
        signed = await done(
            clinic, "therapist", "signNote", await done(clinic, "therapist", "updateNote", note, text="б")
        )
        assert (signed["state"], signed["text"]) == ("SIGNED", "б")
    finally:
        for row in before:
            text = "UPDATE employment SET position_code = $2 WHERE id = $1"
            await office.rows(text, row["id"], row["position_code"], store="registry")


async def test_a_draft_outlives_the_suspension_of_its_author(clinic: Clinic) -> None:
    office, note = clinic.office, await added(clinic)
    (row,) = await office.rows(RECORD, 1)
    given = {"id": f"acc_{row['id']}", "reason": "Проверка жалобы"}
    record = "accreditation { version } problems { code }"
    held = await office.act("regulator", "suspendAccreditation", record, **given, expectedVersion=row["version"])
    assert await reason(clinic, "therapist", "updateNote", id=note["id"], expectedVersion=1, text="б") == "ROLE"
    assert await reason(clinic, "therapist", "signNote", id=note["id"], expectedVersion=1) == "ROLE"
    assert await read(clinic, "therapist", note) is None
    version = held["accreditation"]["version"]
    await office.act("regulator", "reinstateAccreditation", record, **given, expectedVersion=version)
    changed = await done(clinic, "therapist", "updateNote", note, text="б")
    assert (changed["text"], changed["version"]) == ("б", 2)


async def test_a_service_account_writes_for_a_named_practitioner(clinic: Clinic) -> None:
    given = {"encounterId": await clinic.encounter(MINE), "kind": "DIARY", "text": TEXT}
    document = f"mutation($input: AddNoteInput!) {{ addNote(input: $input) {{ {NOTE} problems {{ code }} }} }}"
    answer = await clinic.office.ask("mis", document, {"input": given}, kabinet_on_behalf_of="prac_1")
    assert answer.errors == []
    note = answer.data["addNote"]["note"]
    assert (note["author"], note["state"]) == ({"id": "prac_1"}, "DRAFT")
    (entry,) = await clinic.rows("SELECT subject, grounds FROM audit_entry")
    assert (entry["subject"], json.loads(entry["grounds"])["onBehalfOf"]) == ("mis-1", "prac_1")
    sign = f"mutation($input: SignNoteInput!) {{ signNote(input: $input) {{ {NOTE} problems {{ code }} }} }}"
    wanted = {"id": note["id"], "expectedVersion": 1}
    refused = await clinic.office.ask("mis", sign, {"input": wanted}, kabinet_on_behalf_of="prac_1")
    assert refused.data == {"signNote": None}
    assert refused.errors[0]["extensions"]["reason"] == "ROLE"
    assert (await done(clinic, "therapist", "signNote", note))["signer"] == {"id": "prac_1"}


async def test_rivals_change_a_draft_one_after_the_other(clinic: Clinic) -> None:
    note = await added(clinic)
    rivals = (
        clinic.act("therapist", "updateNote", NOTE, id=note["id"], expectedVersion=1, text=f"{number}")
        for number in range(6)
    )
    payloads = await asyncio.gather(*rivals)
    assert sorted(len(one["problems"]) for one in payloads) == [0, 1, 1, 1, 1, 1]
    assert {code for one in payloads for code, _ in told(one)} == {"CONFLICT"}


async def test_what_an_accreditation_opens_names_the_acts_on_notes(clinic: Clinic) -> None:
    asked = "{ viewer { operations { operation coordinates } } }"
    for persona, operation, wanted in (
        ("therapist", "CLINICAL_DOCUMENT_DRAFT", {"addNote", "updateNote", "discardNote", "correctNote"}),
        ("therapist", "CLINICAL_DOCUMENT_SIGN", {"signNote", "cosignNote"}),
        ("intern", "CLINICAL_DOCUMENT_DRAFT", {"addNote", "updateNote", "discardNote", "correctNote"}),
        ("nurse", "NURSING_RECORD_WRITE", {"addNote", "updateNote", "discardNote", "correctNote", "signNote"}),
    ):
        opened = (await clinic.office.ask(persona, asked)).data["viewer"]["operations"]
        named = {one["operation"]: {name.removeprefix("Mutation.") for name in one["coordinates"]} for one in opened}
        assert wanted <= named[operation], persona
    assert "CLINICAL_DOCUMENT_SIGN" not in {
        one["operation"] for one in (await clinic.office.ask("intern", asked)).data["viewer"]["operations"]
    }
