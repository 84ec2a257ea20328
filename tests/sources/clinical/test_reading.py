from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest

from gateway.world.cast import CAST
from sources.clinical.condition import CONDITION
from sources.clinical.consent import CONSENT
from sources.clinical.episode import ENCOUNTER, EPISODE
from sources.clinical.history import HISTORY, KINDS
from sources.clinical.note import NOTE, NOTE_VERSION
from sources.clinical.observation import IMAGING_STUDY, LABORATORY_RESULT, OBSERVATION
from sources.clinical.opening import KEY
from sources.clinical.patient import ACCOUNT, PATIENT, REPRESENTATIVE
from sources.clinical.reading import Kind, all_of, counts_of, records, records_of
from sources.clinical.relation import CARE_RELATION, EMERGENCY_OPENING
from sources.postgres.ask import Window
from sources.postgres.failure import SourceContradicts, SourceFailure, SourceUnavailable
from sources.postgres.statement import Entity
from sources.postgres.store import statements
from sources.sealed_store import SealedStore
from sources.sealing import Keyring
from tests.gateway.world.worlds import World
from tests.keys import KEYRING
from tests.sources.clinical.conftest import ask
from tests.sources.clinical.finding import of_insurance, of_name

RECORDS: dict[str, Kind] = {
    "episode": EPISODE,
    "encounter": ENCOUNTER,
    "condition": CONDITION,
    "observation": OBSERVATION,
    "laboratory_result": LABORATORY_RESULT,
    "imaging_study": IMAGING_STUDY,
    "note": NOTE,
    "consent": CONSENT,
}
# What is no history before it is signed.
UNSIGNED = {("REFERRAL", state) for state in ("DRAFT", "AWAITING_SIGNATURE", "DISCARDED")}
EVERYTHING: dict[str, Kind] = {
    **RECORDS,
    "patient": PATIENT,
    "representative": REPRESENTATIVE,
    "emergency_opening": EMERGENCY_OPENING,
}
NEWEST = itemgetter("at", "id")


def table_of(kind: Kind) -> str:
    name: str = str(kind.table) if isinstance(kind, Entity) else kind.table
    return name


@pytest.mark.parametrize("table", EVERYTHING)
async def test_every_row_is_read_as_it_was_made(store: SealedStore, village: World, table: str) -> None:
    made = {row["id"]: row for row in village[table]}
    found = await records(store, EVERYTHING[table], [*made], ask())
    assert found.keys() == made.keys()
    for key, row in made.items():
        assert {name: found[key][name] for name in row} == row
        withheld = {KEY, "name_hash", "insurance_hash"} & set(found[key].keys())
        assert isinstance(EVERYTHING[table], Entity) or not any(found[key][name] for name in withheld)


@pytest.mark.parametrize("table", RECORDS)
async def test_pages_of_a_patient_are_newest_first_and_miss_nothing(
    store: SealedStore, village: World, table: str
) -> None:
    kind, keys = RECORDS[table], [1, 2, 77]
    wanted = {key: sorted((row for row in village[table] if row["patient_id"] == key), key=NEWEST) for key in keys}
    counted: dict[str, int] = {}
    statements.set(counted)
    first = await records_of(store, kind, keys, ask("id", "at"), Window(2))
    assert counted == {"clinical": 1}
    assert await counts_of(store, kind, keys, ask()) == {key: len(rows) for key, rows in wanted.items()}
    for key in keys:
        rows, more = [*first[key].rows], first[key].more
        while more:
            after = (rows[-1]["at"].isoformat(), rows[-1]["id"])
            page = (await records_of(store, kind, [key], ask("id", "at"), Window(2, after=after)))[key]
            rows, more = [*rows, *page.rows], page.more
        assert [row["id"] for row in rows] == [row["id"] for row in reversed(wanted[key])]
        backward = (await records_of(store, kind, [key], ask("id"), Window(100, backward=True)))[key]
        assert [row["id"] for row in backward.rows] == [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("kind", "parent", "of"),
    [
        (ENCOUNTER, "practitioner_id", "therapist"),
        (NOTE, "encounter_id", None),
        (OBSERVATION, "encounter_id", None),
        (LABORATORY_RESULT, "encounter_id", None),
        (CONDITION, "encounter_id", None),
        (ENCOUNTER, "episode_id", None),
        (ENCOUNTER, "shift_id", None),
    ],
    ids=[
        "encounters of a practitioner",
        "notes",
        "observations",
        "results",
        "conditions",
        "encounters of an episode",
        "encounters of a shift",
    ],
)
async def test_records_are_found_from_what_they_belong_to(
    store: SealedStore, village: World, kind: Kind, parent: str, of: str | None
) -> None:
    rows = [row for row in village[table_of(kind)] if row[parent] is not None]
    keys = [CAST[of].practitioner_id] if of else sorted({row[parent] for row in rows})[:20]
    found = await records_of(store, kind, keys, ask("id"), Window(100), parent=parent)
    for key in keys:
        wanted = sorted((row for row in rows if row[parent] == key), key=NEWEST, reverse=True)
        assert [row["id"] for row in found[key].rows] == [row["id"] for row in wanted]
        assert wanted


@pytest.mark.parametrize("kind", [REPRESENTATIVE, ACCOUNT, CARE_RELATION])
async def test_what_belongs_to_a_patient_is_read_whole(store: SealedStore, village: World, kind: Kind) -> None:
    rows = village[table_of(kind)]
    found = await all_of(store, kind, [*range(1, 201)], ask(), parent="patient_id")
    assert {row["id"] for of in found.values() for row in of} == {row["id"] for row in rows}
    assert all(row["patient_id"] == key for key, of in found.items() for row in of)


async def test_the_history_is_all_records_as_one_list(store: SealedStore, village: World) -> None:
    tables = {kind: table.name for kind, table in KINDS.items()}
    wanted = sorted(
        (
            (row["at"], row["id"], kind)
            for kind, table in tables.items()
            for row in village[table]
            if row["patient_id"] == 1 and (kind, row.get("state")) not in UNSIGNED
        ),
        reverse=True,
    )
    found = (await records_of(store, HISTORY, [1], ask(), Window(100)))[1].rows
    assert [(row.at, row.id, row.kind) for row in found] == wanted
    assert len({key for _, key, _ in wanted}) == len(wanted)
    filters = {"kind": ["NOTE", "CONDITION"], "from": wanted[-1][0], "before": wanted[0][0]}
    some = (await records_of(store, HISTORY, [1], ask(), Window(100), filters))[1].rows
    assert [(row.at, row.id, row.kind) for row in some] == [
        one for one in wanted if one[2] in {"NOTE", "CONDITION"} and one[0] < wanted[0][0]
    ]


async def test_a_page_of_a_history_reads_the_indexes_of_its_tables_and_sorts_nothing(connection: Any) -> None:
    from sources.clinical.reading import NEWEST_FIRST
    from sources.postgres.statement import compiled_of

    made = compiled_of(HISTORY, (21, True, False, False), "rows", None, "patient_id", (), (), NEWEST_FIRST, True)
    await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {made.text}", 1))
    assert "Merge Append" in plan
    assert "Sort  " not in plan
    assert plan.count("_by_patient on ") == len(KINDS)


async def test_patients_are_found_by_number_and_by_name_with_day_of_birth(store: SealedStore, village: World) -> None:
    one = village["patient"][0]
    number = one["insurance_number"]
    assert await of_insurance(store, number) == one["id"]
    assert await of_insurance(store, f" {number[:4]}-{number[4:8]}\u2009{number[8:]}") == one["id"]
    assert await of_insurance(store, number[::-1]) is None
    family, given, born = one["family_name"], one["given_name"], one["birth_on"]
    assert await of_name(store, family, given, born) == [one["id"]]
    assert await of_name(store, f" {family.upper()} ", given.lower(), born) == [one["id"]]
    assert await of_name(store, given, family, born) == []
    assert await of_name(store, family, given, born.replace(year=born.year + 1)) == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Королёва", "королева"),
        ("КОРОЛЁВА", "Королёва"),
        ("Мамин-Сибиряк", "Мамин — Сибиряк"),
        ("Сокoловa", "Соколова"),  # Latin o and a
        ("Йошкин", "И\u0306ошкин"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(written: str, said: str) -> None:
    from datetime import date

    from sources.clinical.finding import name_hash

    day = date(1980, 1, 1)
    assert name_hash(KEYRING, written, "Анна", day) == name_hash(KEYRING, said, "АННА ", day)
    assert name_hash(KEYRING, written, "Анна", day) != name_hash(KEYRING, "Другая", "Анна", day)


Spoil = Callable[[Any], Any]
WRONG = Keyring({1: b"x" * 32}, KEYRING.finding)


@pytest.mark.parametrize(
    ("ring", "failure", "told"),
    [
        (Keyring(), SourceUnavailable, ("the wrapping key is missing", 1)),
        (Keyring({2: b"x" * 32}, KEYRING.finding), SourceUnavailable, ("the wrapping key is missing", 1)),
        (WRONG, SourceContradicts, ("a seal is broken", 1)),
    ],
    ids=["empty", "another version", "another key"],
)
async def test_without_the_key_the_store_is_lost_and_never_garbage(
    own_urls: dict[str, str], ring: Keyring, failure: type[SourceFailure], told: tuple[str, int]
) -> None:
    store = SealedStore("clinical", own_urls["clinical"], keyring=ring, deadline=10)
    heard: list[tuple[str, int]] = []
    store.tell = lambda why, version: heard.append((why, version))
    try:
        for _ in range(3):
            with pytest.raises(failure) as lost:
                await records(store, PATIENT, [1, 2], ask("id", "family_name"))
            assert lost.value.store == "clinical"
            with pytest.raises(failure):
                await records_of(store, NOTE, [1], ask("text"), Window(5))
        assert heard == [told]
        # What is not sealed can be read without any key.
        assert (await records(store, PATIENT, [1], ask("id", "sex")))[1].sex in {"FEMALE", "MALE"}
        assert (await records_of(store, NOTE, [1], ask("id", "state"), Window(5)))[1].rows
        assert (await records_of(store, ENCOUNTER, [1], ask(), Window(5)))[1].rows
    finally:
        await store.close()


async def test_without_the_key_that_hashes_nobody_is_said_to_be_absent(own_urls: dict[str, str]) -> None:
    store = SealedStore("clinical", own_urls["clinical"], keyring=Keyring(KEYRING.wrapping, {}), deadline=10)
    with pytest.raises(SourceUnavailable):
        await of_insurance(store, "0000000000000018")
    await store.close()


MOVED = {
    "a name of another": "UPDATE patient SET family_name = (SELECT family_name FROM patient WHERE id = 3) WHERE id = 4",
    "another column": "UPDATE patient SET given_name = family_name WHERE id = 4",
    "the key of another": "UPDATE patient SET sealed_key = (SELECT sealed_key FROM patient WHERE id = 3) WHERE id = 4",
    "a changed byte": "UPDATE patient SET family_name = set_byte(family_name, 20, 255 - get_byte(family_name, 20)) "
    "WHERE id = 4",
    "cut": "UPDATE patient SET family_name = substr(family_name, 1, 20) WHERE id = 4",
    "empty": "UPDATE patient SET family_name = '' WHERE id = 4",
}


@pytest.mark.parametrize("statement", MOVED.values(), ids=MOVED)
async def test_what_was_moved_or_changed_contradicts(store: SealedStore, statement: str) -> None:
    columns = "sealed_key, family_name, given_name"
    async with store.connection() as one:
        before = await one.fetchrow(f"SELECT {columns} FROM patient WHERE id = 4")  # noqa: S608
        await one.execute(statement)
    try:
        with pytest.raises(SourceContradicts):
            await records(store, PATIENT, [4], ask("id", "family_name", "given_name"))
        assert (await records(store, PATIENT, [3], ask("id", "family_name")))[3].family_name
    finally:
        async with store.connection() as one:
            await one.execute(
                "UPDATE patient SET (sealed_key, family_name, given_name) = ($1, $2, $3) WHERE id = 4", *before
            )


async def test_a_note_of_another_patient_does_not_open(store: SealedStore) -> None:
    async with store.connection() as one:
        note, patient = await one.fetchrow("SELECT id, patient_id FROM note WHERE patient_id = 5 LIMIT 1")
        await one.execute("ALTER TABLE note DISABLE TRIGGER note_changes")
        await one.execute("UPDATE note SET patient_id = 6, encounter_id = NULL WHERE id = $1", note)
        try:
            with pytest.raises(SourceContradicts):
                await records(store, NOTE, [note], ask("text"))
        finally:
            await one.execute("UPDATE note SET patient_id = $2 WHERE id = $1", note, patient)
            await one.execute("ALTER TABLE note ENABLE TRIGGER note_changes")
    assert (await records(store, NOTE, [note], ask("text")))[note].text


async def test_versions_of_a_note_are_read_as_they_were(store: SealedStore) -> None:
    from sources.sealing import PersonalKey

    async with store.connection() as one:
        found = await one.fetchrow(
            "SELECT n.id, n.patient_id, p.sealed_key FROM note n JOIN patient p ON p.id = n.patient_id "
            "WHERE n.state IN ('DRAFT', 'AWAITING_COSIGNATURE') ORDER BY n.id LIMIT 1"
        )
        key = PersonalKey(store.keyring.unwrap(found["sealed_key"], "patient", KEY, found["patient_id"]))
        text = key.seal("Другой текст", "note", "text", f"{found['id']}.2")
        before = (await records(store, NOTE, [found["id"]], ask()))[found["id"]]
        await one.execute(
            "UPDATE note SET text = $2, text_version = 2, version = 2, changed_at = now() WHERE id = $1",
            found["id"],
            text,
        )
        await one.execute("UPDATE note SET state = 'DISCARDED', version = 3 WHERE id = $1", found["id"])
    after = (await records(store, NOTE, [found["id"]], ask()))[found["id"]]
    assert (after.text, after.state, after.version) == ("Другой текст", "DISCARDED", 3)
    kept = await all_of(store, NOTE_VERSION, [found["id"]], ask(), parent="note_id", order=(("version", "asc"),))
    assert [(one.version, one.text, one.state) for one in kept[found["id"]]] == [
        (1, before.text, before.state),
        (2, "Другой текст", before.state),
    ]
