"""What is signed stands, and every version of a note is kept: by the database itself, whoever writes."""

from typing import Any

import asyncpg
import pytest

from tests.sources.migrations.clinical_rows import SEALED

OTHER = SEALED[:-1] + b"\x01"
UNSIGNED = "signer_id = NULL, signed_at = NULL, accreditation_id = NULL, employment_id = NULL, sha256 = NULL"
MARK = "version = version + 1, changed_at = now()"


async def one_note(connection: Any, state: str) -> int:
    found: int = await connection.fetchval("SELECT id FROM note WHERE state = $1 ORDER BY id LIMIT 1", state)
    return found


@pytest.mark.parametrize(
    "change",
    [
        "text = '\\x01', text_version = version + 1",
        f"state = 'DRAFT', {UNSIGNED}",
        f"state = 'DISCARDED', {UNSIGNED}",
        "signed_at = signed_at + interval '1 day'",
        "signer_id = signer_id + 1, cosigner_id = signer_id + 1",
        "sha256 = '\\x02'",
        "at = at - interval '1 day'",
        "encounter_id = NULL",
        "kind = 'EPICRISIS'",
        "state = 'CORRECTED', kind = 'EPICRISIS'",
    ],
)
async def test_a_signed_note_is_not_changed(connection: Any, change: str) -> None:
    key = await one_note(connection, "SIGNED")
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await connection.execute(f"UPDATE note SET {change}, {MARK} WHERE id = $1", key)  # noqa: S608
    assert refused.value.constraint_name == "signed_notes_stand"


async def test_a_correction_takes_its_place_and_its_label_may_change(connection: Any) -> None:
    key = await one_note(connection, "SIGNED")
    await connection.execute(f"UPDATE note SET state = 'CORRECTED', {MARK} WHERE id = $1", key)  # noqa: S608
    await connection.execute(f"UPDATE note SET confidentiality = 'RESTRICTED', {MARK} WHERE id = $1", key)  # noqa: S608
    kept = await connection.fetch("SELECT version, state FROM note_version WHERE note_id = $1 ORDER BY 1", key)
    assert [tuple(row) for row in kept] == [(1, "SIGNED"), (2, "CORRECTED")]
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(f"UPDATE note SET state = 'SIGNED', {MARK} WHERE id = $1", key)  # noqa: S608


async def test_two_corrections_of_a_note_do_not_stand_side_by_side(connection: Any) -> None:
    key = await one_note(connection, "SIGNED")
    correct = (
        "INSERT INTO note (id, patient_id, organization_id, practitioner_id, kind, at, text, text_version, state, "
        "corrects_id, changed_at) SELECT nextval('record_id'), patient_id, organization_id, practitioner_id, kind, at, "
        "text, 1, 'DRAFT', id, now() FROM note WHERE id = $1 RETURNING id"
    )
    first = await connection.fetchval(correct, key)
    await connection.execute(f"UPDATE note SET state = 'DISCARDED', {MARK} WHERE id = $1", first)  # noqa: S608
    await connection.fetchval(correct, key)
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await connection.fetchval(correct, key)
    assert refused.value.constraint_name == "one_correction_of_a_note"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (f"text = '\\x{OTHER.hex()}', changed_at = now()", "note_versions_follow"),
        (f"text = '\\x{OTHER.hex()}', {MARK}", "note_versions_follow"),
        ("changed_at = now()", "note_versions_follow"),
        (f"text_version = version + 1, {MARK}", "note_versions_follow"),
        ("version = version + 2, changed_at = now()", "note_versions_follow"),
        (f"practitioner_id = 99, {MARK}", "notes_stay_whose_they_are"),
        (f"patient_id = 199, encounter_id = NULL, {MARK}", "notes_stay_whose_they_are"),
    ],
)
async def test_each_change_of_a_draft_is_a_version_of_it(connection: Any, change: str, constraint: str) -> None:
    key = await one_note(connection, "DRAFT")
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await connection.execute(f"UPDATE note SET {change} WHERE id = $1", key)  # noqa: S608
    assert refused.value.constraint_name == constraint


async def test_nobody_unmakes_a_history(connection: Any) -> None:
    key = await one_note(connection, "DRAFT")
    await connection.execute(f"UPDATE note SET state = 'DISCARDED', {MARK} WHERE id = $1", key)  # noqa: S608
    for statement in (
        "DELETE FROM note WHERE id = $1",
        "DELETE FROM note_version WHERE note_id = $1",
        "UPDATE note_version SET state = 'SIGNED' WHERE note_id = $1",
    ):
        await connection.execute("SAVEPOINT before")
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            await connection.execute(statement, key)
        assert refused.value.constraint_name == "histories_stay"
        await connection.execute("ROLLBACK TO before")


@pytest.mark.parametrize(
    ("statement", "noted"),
    [
        ("UPDATE condition SET certainty = 'REFUTED' WHERE patient_id = 1", 1),
        ("UPDATE patient SET version = 2 WHERE id = 7", 7),
        ("UPDATE care_relation SET ends_at = '2099-01-01' WHERE patient_id = 4", 4),
        ("UPDATE encounter SET version = 2", None),
    ],
    ids=["condition", "patient", "relation", "many"],
)  # fmt: skip
async def test_whoever_changes_a_record_leaves_a_note_of_whose_it_is(
    connection: Any, statement: str, noted: int | None
) -> None:
    await connection.execute("DELETE FROM object_change")
    await connection.execute(statement)
    assert {row[0] for row in await connection.fetch("SELECT object_id FROM object_change")} == {noted}
