import asyncio
import re
import runpy
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.world import numbers
from gateway.world.loading import GROWN, TABLES
from sources import accreditation, clinical, documents, identity, journal, registry, schedule
from sources.embedded import EmbeddedServer
from sources.postgres import migrating
from sources.postgres.failure import SourceUnavailable
from sources.postgres.migrating import current, migrate
from sources.stores import NAMES
from tests.sources.migrations.days import DAY, NOW, TODAY
from tests.sources.migrations.rows import BAD, GOOD, another

METADATA: Mapping[str, MetaData] = {
    module.NAME: module.metadata
    for module in (registry, accreditation, documents, schedule, clinical, identity, journal)
}


@pytest.fixture(scope="module")
def bare(server: EmbeddedServer) -> dict[str, str]:
    """Addresses of migrated databases without a row."""
    server.ensure_databases([f"bare_{name}" for name in NAMES])
    urls = {name: server.url(f"bare_{name}") for name in NAMES}
    for name, url in urls.items():
        asyncio.run(migrate(url, name))
    return urls


@pytest.fixture
async def connections(bare: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
    """A connection to each store, with the good rows in a transaction that is undone afterwards."""
    opened = {name: await asyncpg.connect(url) for name, url in bare.items()}
    for connection in opened.values():
        await connection.execute("BEGIN")
    for table, (store, row) in GOOD.items():
        await insert(opened[store], table, row)
    yield opened
    for connection in opened.values():
        await connection.close()


async def insert(connection: Any, table: str, row: Mapping[str, Any]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())  # noqa: S608


@pytest.mark.parametrize("store", NAMES)
async def test_the_migrated_schema_is_the_declared_one(bare: dict[str, str], store: str) -> None:
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(bare[store]))

    def differences(connection: Connection) -> Any:
        compared = {"compare_type": True, "compare_server_default": True, "include_name": _is_no_part}
        context = MigrationContext.configure(connection, opts=compared)
        return compare_metadata(context, METADATA[store])

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def _is_no_part(name: str | None, kind: str, _: object) -> bool:
    """What is no partition of a declared table."""
    return kind != "table" or re.fullmatch(r"read_entry_(rest|[0-9]{4}_[0-9]{2})", name or "") is None


def test_every_declared_table_has_a_good_row_and_a_place_in_the_world() -> None:
    written_by_the_stores = {"fact_change", "object_change", "event", "audit_entry", "idempotency_key"}
    written_by_the_stores |= {"arrived_event", "arrived_audit_entry", "read_entry", "chain_end", "signing_key"}
    declared = {
        (store, table)
        for store, metadata in METADATA.items()
        for table in metadata.tables
        if table not in {*written_by_the_stores, *GROWN.get(store, ())}
    }
    assert {(store, table) for table, (store, _) in GOOD.items()} == declared
    assert {table.name for tables in TABLES.values() for table in tables} == GOOD.keys() - {"world_mark"}


async def test_a_store_is_current_only_after_its_migrations(server: EmbeddedServer) -> None:
    server.ensure_databases(["fresh_schedule"])
    url = server.url("fresh_schedule")
    assert not await current(url, "schedule")
    await asyncio.gather(*(migrate(url, "schedule") for _ in range(3)))
    assert await current(url, "schedule")


@pytest.mark.parametrize(("table", "changes", "constraint"), BAD, ids=[f"{t}-{'-'.join(c)}" for t, c, _ in BAD])
async def test_a_bad_row_is_refused(
    connections: dict[str, Any], table: str, changes: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await insert(connections[GOOD[table][0]], table, another(table) | changes)
    assert refused.value.constraint_name in constraint.split("|")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("organization", "oid"),
        ("organization", "ogrn"),
        ("organization", "inn"),
        ("department", "oid"),
        ("licence", "number"),
        ("practitioner", "subject"),
        ("practitioner", "registry_number"),
        ("practitioner", "snils"),
        ("practitioner", "inn"),
        ("accreditation", "registry_number"),
        ("application", "number"),
    ],
)
async def test_what_names_one_thing_names_no_other(connections: dict[str, Any], table: str, column: str) -> None:
    row = another(table) | {column: GOOD[table][1][column]}
    with pytest.raises(asyncpg.UniqueViolationError):
        await insert(connections[GOOD[table][0]], table, row)


async def test_a_person_has_one_main_employment_at_a_time(connections: dict[str, Any]) -> None:
    store = connections["registry"]
    await insert(store, "employment", another("employment", 2) | {"kind": "COMBINATION", "ends_on": None})
    await insert(store, "employment", another("employment", 3) | {"starts_on": TODAY + DAY, "ends_on": None})
    with pytest.raises(asyncpg.ExclusionViolationError) as refused:
        await insert(store, "employment", another("employment", 4) | {"starts_on": TODAY - DAY})
    assert refused.value.constraint_name == "one_main_employment"


async def test_shifts_of_one_person_do_not_overlap(connections: dict[str, Any]) -> None:
    store = connections["schedule"]
    await insert(store, "shift", another("shift", 2) | {"starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY})
    await insert(store, "shift", another("shift", 3) | {"practitioner_id": 2})
    with pytest.raises(asyncpg.ExclusionViolationError) as refused:
        await insert(store, "shift", another("shift", 4) | {"organization_id": 2, "starts_at": NOW + DAY / 2})
    assert refused.value.constraint_name == "shifts_do_not_overlap"


async def test_an_application_has_one_open_case(connections: dict[str, Any]) -> None:
    store = connections["accreditation"]
    closed = GOOD["review_case"][1] | {"officer": "2", "closed_at": NOW + DAY}
    await insert(store, "review_case", closed)
    await insert(store, "review_case", closed | {"application_id": None, "closed_at": None})
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await insert(store, "review_case", closed | {"closed_at": None})
    assert refused.value.constraint_name == "one_open_case_per_application"


@pytest.mark.parametrize(
    ("check", "value", "good"),
    [
        ("is_snils", "11223344595", True),
        ("is_snils", "08765430300", True),  # a sum of 101 gives 00
        ("is_snils", "00100199899", True),  # too old to have been given check digits
        ("is_snils", "00000000000", False),
        ("is_snils", "1122334459", False),
        ("is_snils", "112-233-445 95", False),
        ("is_snils", "11223344595\n", False),
        ("is_snils", "١١٢٢٣٣٤٤٥٩٥", False),
        ("is_inn", "7707083893", True),
        ("is_inn", "7707083894", False),
        ("is_inn", "500100732259", True),
        ("is_inn", "500100732258", False),
        ("is_inn", "50010073225", False),
        ("is_ogrn", "1027700132195", True),
        ("is_ogrn", "1027700132196", False),
        ("is_ogrn", "3027700132195", False),
        ("is_ogrn", "0000000000000", False),
    ],
)
async def test_checksums(connections: dict[str, Any], check: str, value: str, good: bool) -> None:
    assert await connections["registry"].fetchval(f"SELECT {check}($1)", value) is good


@pytest.mark.parametrize(
    ("check", "make"),
    [("is_snils", numbers.snils), ("is_inn", numbers.person_inn), ("is_inn", numbers.organization_inn)],
)
async def test_made_up_numbers_pass_and_a_changed_digit_does_not(
    connections: dict[str, Any], check: str, make: Any
) -> None:
    stream = Random(7)
    values = [make(stream.randrange(1, 999_999)) for _ in range(500)]
    spoiled = [value[:-1] + str((int(value[-1]) + 1) % 10) for value in values]
    ask = f"SELECT array_agg(DISTINCT {check}(v)) FROM unnest($1::text[]) v"  # noqa: S608
    assert await connections["registry"].fetchval(ask, values) == [True]
    assert await connections["registry"].fetchval(ask, spoiled) == [False]


def test_a_migration_does_not_change_with_the_tables() -> None:
    versions = list(Path(registry.__file__).parent.glob("migrations/*/versions/*.py"))
    assert len(versions) >= len(NAMES)
    # What triggers note is held to what the first migrations wrote out (`test_triggers`).
    beside = re.compile(r"^from sources[.]postgres[.]triggers import .*$", re.MULTILINE)
    assert not [path for path in versions if "sources" in beside.sub("", path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (asyncpg.CannotConnectNowError, SourceUnavailable),
        (asyncpg.TooManyConnectionsError, SourceUnavailable),
        (asyncpg.InvalidCatalogNameError, DBAPIError),
        (asyncpg.InvalidPasswordError, DBAPIError),
        (asyncpg.InsufficientPrivilegeError, DBAPIError),
    ],
)
async def test_a_server_that_is_busy_is_one_that_cannot_be_reached_and_one_that_refuses_is_not(
    monkeypatch: pytest.MonkeyPatch, raised: type[Exception], expected: type[Exception]
) -> None:
    def refuses(*_: object) -> None:
        wrapped = Exception()
        wrapped.__cause__ = raised("")
        raise DBAPIError(None, None, wrapped)

    monkeypatch.setattr(migrating, "_migrate", refuses)
    with pytest.raises(expected):
        await migrate("postgresql://nobody@127.0.0.1/none", "schedule")


HELD = {"practitioner_id": 1, "organization_ids": [5, 6], "place_id": None}
# What a record came of, and where it counts.
PLACED: Mapping[str, tuple[dict[str, Any], int | None]] = {
    "said": (HELD | {"place_id": 9}, 9),
    "of an application": (HELD | {"application_id": 1}, 7),
    "of nothing": (HELD, 5),
    "nowhere": (HELD | {"organization_ids": []}, None),
    "of an institution": (
        HELD | {"practitioner_id": None, "holder_organization_id": 8, "kind": "ORGANISATIONAL", "specialty_code": None},
        8,
    ),
    "on another": (HELD | {"kind": "REMOTE", "base_id": 100, "application_id": 1, "organization_ids": [6]}, 9),
}


@pytest.mark.parametrize("before", [False, True], ids=["written by the version before", "there before"])
async def test_a_record_counts_where_it_was_given_for(connections: dict[str, Any], before: bool) -> None:
    """The version before does not say where; and the records that it left are found a place when it goes."""
    store = connections["accreditation"]
    await store.execute("UPDATE application SET organization_id = 7 WHERE id = 1")
    if before:
        await store.execute("ALTER TABLE accreditation DISABLE TRIGGER accreditation_placed")
    for key, (changes, _) in enumerate(PLACED.values(), 100):
        await insert(store, "accreditation", another("accreditation", key) | changes)
    if before:
        assert await store.fetchval("SELECT count(place_id) FROM accreditation WHERE id >= 100") == 1
        await store.execute("UPDATE accreditation SET place_id = NULL WHERE id <> 100")
        for statement in statements_of("0008_place.py"):
            if statement.startswith("UPDATE"):
                await store.execute(statement.replace("WHERE base_id", "WHERE id <> 100 AND base_id"))
    found = await store.fetch("SELECT place_id FROM accreditation WHERE id >= 100 ORDER BY id")
    assert [row["place_id"] for row in found] == [place for _, place in PLACED.values()]


def statements_of(migration: str) -> list[str]:
    """What a migration of the accreditation store executes."""
    folder = Path(registry.__file__).parent / "migrations/accreditation/versions"
    module, found = runpy.run_path(str(folder / migration)), list[str]()
    module["upgrade"].__globals__["op"] = SimpleNamespace(execute=found.append)
    module["upgrade"]()
    return found
