"""Entries of case histories that count: signed by their author or his supervisor, and corrected by others."""

import asyncio
import contextlib
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acts.clinic import Clinic, told
from tests.acts.notes import (
    MINE,
    NOTE,
    OF_THE_INTERN,
    OF_THE_NURSE,
    RECORD,
    TEXT,
    added,
    done,
    read,
    reason,
    shown,
)
from tests.acts.second_post import PATIENCE, POST, SECOND_RECORD
from tests.served.process import serving

MADE = "SELECT * FROM note WHERE id >= 100000000 ORDER BY id"
REFERRED = """
INSERT INTO care_relation (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at)
VALUES (1, 2, 'REFERRAL', 9200001, 1, now() - interval '1 day')
"""
OF_THE_SUPERVISOR = "UPDATE note SET practitioner_id = 11, cosigner_id = 1 WHERE id >= 100000000"


@pytest.fixture(autouse=True)
def _fresh(clinic: Clinic) -> None:
    """A second factor that was shown just now."""
    clinic.office.tokens.clear()


def digest(patient: int, author: int, kind: str, text: str) -> str:
    return hashlib.sha256(f"{patient}\n{author}\n{kind}\n{text}".encode()).hexdigest()


async def test_a_signed_note_says_who_when_under_what_and_the_digest_of_what(clinic: Clinic) -> None:
    before = datetime.now(UTC)
    note = await added(clinic)
    signed = await done(clinic, "therapist", "signNote", note, idempotencyKey="sign")
    assert await done(clinic, "therapist", "signNote", note, idempotencyKey="sign") == signed
    (record,) = await clinic.office.rows(RECORD, 1)
    assert (signed["state"], signed["version"], signed["text"]) == ("SIGNED", 2, TEXT)
    assert signed["signer"] == signed["author"] == {"id": "prac_1"}
    assert signed["accreditation"] == {"id": f"acc_{record['id']}"}
    assert signed["workplace"] == {"id": "emp_1"}
    assert before <= datetime.fromisoformat(signed["signedAt"]) <= datetime.now(UTC)
    assert signed["sha256"] == digest(MINE, 1, "EXAMINATION", TEXT)
    (row,) = await clinic.rows(MADE)
    assert signed["sha256"].encode() not in row["sha256"]


async def test_what_is_signed_stands(clinic: Clinic) -> None:
    signed = await done(clinic, "therapist", "signNote", await added(clinic))
    given = {"id": signed["id"], "expectedVersion": signed["version"]}
    for name, more in (("updateNote", {"text": "б"}), ("discardNote", {}), ("signNote", {})):
        payload = await clinic.act("therapist", name, NOTE, **given, **more)
        assert told(payload) == [("ILLEGAL_TRANSITION", "id")], name
        assert payload["problems"][0]["possible"] == ["CORRECT"]
        assert payload["note"] == signed


async def test_signing_takes_a_second_factor_of_fifteen_minutes(clinic: Clinic) -> None:
    office = clinic.office
    mine, other = await added(clinic), await added(clinic, "intern", OF_THE_INTERN)
    given = [("therapist", "signNote", mine), ("supervisor", "cosignNote", other)]
    for persona, name, note in given:
        office.tokens[persona] = shown(clinic, persona, timedelta(minutes=15, seconds=20))
        wanted = {"id": note["id"], "expectedVersion": note["version"]}
        assert await reason(clinic, persona, name, **wanted) == "SECOND_FACTOR"
        # For what is not there the answer is the same.
        assert await reason(clinic, persona, name, **{**wanted, "id": "note_999999999"}) == "SECOND_FACTOR"
    mine = await done(clinic, "therapist", "updateNote", mine, text="б")
    for persona, name, note in (("therapist", "signNote", mine), given[1]):
        office.tokens[persona] = shown(clinic, persona, timedelta(minutes=14))
        assert (await done(clinic, persona, name, note))["state"] == "SIGNED"


async def test_a_trainee_does_not_sign_and_his_supervisor_does(clinic: Clinic) -> None:
    note = await added(clinic, "intern", OF_THE_INTERN)
    given = {"id": note["id"], "expectedVersion": 1}
    assert await reason(clinic, "intern", "signNote", **given) == "ROLE"
    assert await reason(clinic, "intern", "cosignNote", **given) == "ROLE"
    assert await reason(clinic, "nurse", "cosignNote", **given) == "ROLE"
    # She co-signs what was written by a grant of hers; of this note she sees nothing.
    assert told(await clinic.act("therapist", "cosignNote", NOTE, **given)) == [("NOT_FOUND", "id")]
    # He does not sign as if it were his own, either.
    assert await reason(clinic, "supervisor", "signNote", **given) == "OBJECT"
    await done(clinic, "intern", "updateNote", note, text="Иначе")
    stale = await clinic.act("supervisor", "cosignNote", NOTE, **given)
    assert told(stale) == [("CONFLICT", "expectedVersion")]
    signed = await done(clinic, "supervisor", "cosignNote", {**note, "version": 2})
    (record,) = await clinic.office.rows(RECORD, 11)
    assert (signed["state"], signed["signer"], signed["cosigner"]) == ("SIGNED", {"id": "prac_11"}, {"id": "prac_11"})
    assert signed["author"] == {"id": "prac_4"}
    assert signed["accreditation"] == {"id": f"acc_{record['id']}"}
    assert signed["sha256"] == digest(OF_THE_INTERN, 4, "EXAMINATION", "Иначе")


async def test_nobody_cosigns_his_own(clinic: Clinic) -> None:
    note = await added(clinic, "intern", OF_THE_INTERN)
    async with clinic.office.application.stores.clinical.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(OF_THE_SUPERVISOR)
    payload = await clinic.act("supervisor", "cosignNote", NOTE, id=note["id"], expectedVersion=1)
    assert told(payload) == [("OWN_NOTE", "id")]
    draft = await added(clinic)
    payload = await clinic.act("supervisor", "cosignNote", NOTE, id=draft["id"], expectedVersion=1)
    assert told(payload) == [("ILLEGAL_TRANSITION", "id")]
    assert payload["problems"][0]["possible"] == []


async def test_a_nurse_signs_her_own(clinic: Clinic) -> None:
    of: dict[str, Any] = {"encounterId": None, "patientId": f"pat_{OF_THE_NURSE}", "kind": "NURSING"}
    signed = await done(clinic, "nurse", "signNote", await added(clinic, "nurse", OF_THE_NURSE, **of))
    (record,) = await clinic.office.rows(RECORD, 3)
    assert (signed["state"], signed["signer"]) == ("SIGNED", {"id": "prac_3"})
    assert signed["accreditation"] == {"id": f"acc_{record['id']}"}


async def test_a_correction_takes_the_place_of_the_note_once_it_is_signed_itself(clinic: Clinic) -> None:
    wrong = await done(clinic, "therapist", "signNote", await added(clinic))
    given = {"id": wrong["id"], "expectedVersion": wrong["version"]}
    assert await reason(clinic, "surgeon", "correctNote", **given, text="Верно") == "OBJECT"
    right = await done(clinic, "therapist", "correctNote", wrong, text="Верно")
    assert (right["state"], right["version"], right["corrects"]) == ("DRAFT", 1, {"id": wrong["id"]})
    assert (right["kind"], right["encounter"], right["text"]) == (wrong["kind"], wrong["encounter"], "Верно")
    assert (await read(clinic, "therapist", wrong))["state"] == "SIGNED"
    second = await clinic.act("supervisor", "correctNote", NOTE, **given, text="Ещё верней")
    assert told(second) == [("CORRECTION_OPEN", "id")]
    assert second["note"]["id"] == right["id"]
    await done(clinic, "therapist", "discardNote", right)
    # Whoever leads the unit corrects what others wrote.
    right = await done(clinic, "supervisor", "correctNote", wrong, text="Ещё верней")
    assert right["author"] == {"id": "prac_11"}
    assert (await done(clinic, "supervisor", "signNote", right))["signer"] == {"id": "prac_11"}
    stands = await read(clinic, "therapist", wrong)
    assert (stands["state"], stands["version"]) == ("CORRECTED", wrong["version"] + 1)
    assert {name: stands[name] for name in ("text", "sha256", "signedAt", "signer", "author")} == {
        name: wrong[name] for name in ("text", "sha256", "signedAt", "signer", "author")
    }
    again = await clinic.act("therapist", "correctNote", NOTE, id=wrong["id"], expectedVersion=3, text="б")
    assert told(again) == [("ILLEGAL_TRANSITION", "id")]
    assert again["problems"][0]["possible"] == []


async def test_what_is_restricted_is_corrected_for_the_same_readers(clinic: Clinic) -> None:
    note = await added(clinic, "intern", OF_THE_INTERN, confidentiality="RESTRICTED")
    signed = await done(clinic, "supervisor", "cosignNote", note)
    right = await done(clinic, "intern", "correctNote", signed, text="Верно")
    assert (right["state"], right["confidentiality"]) == ("AWAITING_COSIGNATURE", "RESTRICTED")
    listed = "SELECT practitioner_id FROM allowed_reader WHERE record_id = $1 ORDER BY 1"
    assert [one["practitioner_id"] for one in await clinic.rows(listed, int(right["id"][5:]))] == [4, 11]
    await done(clinic, "supervisor", "cosignNote", right)
    assert (await read(clinic, "intern", signed))["state"] == "CORRECTED"


async def test_of_rivals_who_sign_and_change_one_is_first(clinic: Clinic) -> None:
    note = await added(clinic)
    given = {"id": note["id"], "expectedVersion": 1}
    payloads = await asyncio.gather(
        clinic.act("therapist", "signNote", NOTE, **given),
        clinic.act("therapist", "updateNote", NOTE, **given, text="б"),
        clinic.act("therapist", "discardNote", NOTE, **given),
    )
    assert sorted(told(one) for one in payloads) == [[], *[[("CONFLICT", "expectedVersion")]] * 2]
    assert (await read(clinic, "therapist", note))["version"] == 2


async def test_the_same_author_goes_on_with_his_note_where_he_wrote_it(clinic: Clinic) -> None:
    office, note = clinic.office, await added(clinic)
    await office.rows(POST, store="registry")
    await office.rows(SECOND_RECORD, datetime.now(UTC) - timedelta(days=1))
    await clinic.rows(REFERRED)
    try:
        there = {"kabinet_workplace": "emp_9200001"}
        asked = "{ viewer { roles { name organizations { id } } } }"
        until = asyncio.get_running_loop().time() + PATIENCE
        while "org_2" not in str((await office.ask("therapist", asked)).data):
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.05)
        for name, more, path in (
            ("updateNote", {"id": note["id"], "expectedVersion": 1, "text": "б"}, "id"),
            ("signNote", {"id": note["id"], "expectedVersion": 1}, "id"),
            ("addNote", {"encounterId": note["encounter"]["id"], "kind": "DIARY", "text": TEXT}, "encounterId"),
        ):
            kind = name[0].upper() + name[1:]
            document = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ problems {{ code path }} }} }}"
            answer = await office.ask("therapist", document, {"input": more}, **there)
            assert told(answer.data[name]) == [("WRONG_WORKPLACE", path)]
        assert (await done(clinic, "therapist", "signNote", note))["workplace"] == {"id": "emp_1"}
    finally:
        await office.rows("DELETE FROM employment WHERE id = 9200001", store="registry")


@pytest.mark.parametrize(("point", "stands"), [("left", False), ("after_commit", True)])
async def test_a_process_that_dies_while_a_correction_is_signed_leaves_both_notes_or_neither(
    clinic: Clinic, office_urls: dict[str, str], folder: Path, point: str, stands: bool
) -> None:
    wrong = await done(clinic, "therapist", "signNote", await added(clinic))
    right = await done(clinic, "therapist", "correctNote", wrong, text="Верно")
    given = {"id": right["id"], "expectedVersion": 1, "idempotencyKey": f"crash-{point}"}
    document = f"mutation($input: SignNoteInput!) {{ signNote(input: $input) {{ {NOTE} problems {{ code path }} }} }}"
    with serving(folder, office_urls, CRASH_AT=point) as served:
        async with httpx.AsyncClient(headers=served.headers("therapist"), timeout=60) as client:
            with contextlib.suppress(httpx.TransportError):
                answered = await client.post(served.graphql, json={"query": document, "variables": {"input": given}})
                pytest.fail(answered.text)
    states = [row["state"] for row in await clinic.rows(MADE)]
    assert states == (["CORRECTED", "SIGNED"] if stands else ["SIGNED", "DRAFT"])
    assert told(await clinic.act("therapist", "signNote", NOTE, **given)) == []
    assert [row["state"] for row in await clinic.rows(MADE)] == ["CORRECTED", "SIGNED"]
    assert len(await clinic.rows("SELECT FROM audit_entry WHERE act = 'signNote'")) == 2
