"""The chain in the database: how it grows, what it refuses, and that it is what an outsider makes of its entries."""

import asyncio
import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain as joined
from random import Random
from typing import Any

import asyncpg
import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gateway.evidence.journal import verify
from gateway.jobs.jobs import COMING_LOCK, DEVIATING_LOCK
from sources import chain
from sources.delivery.arriving import entries_arrive
from sources.embedded import EmbeddedServer
from sources.expiring import turn
from sources.notification import change
from sources.postgres import migrating
from sources.postgres.store import Store
from tests.gateway.evidence.conftest import BEGAN, Journal, entry
from tests.tampering import EMPTIED


async def arriving(store: Store, entries: Any, name: str = "accreditation") -> None:
    async with store.connection() as connection, connection.transaction():
        await entries_arrive(connection, name, entries)


def test_entries_stand_in_the_order_of_their_arrival(ten: Journal) -> None:
    ten.arrive([entry(0)], "documents")
    rows = ten.rows("SELECT position, object, store FROM arrived_audit_entry ORDER BY position")
    assert [row["object"] for row in rows] == [f"app_{number}" for number in (*range(1, 11), 0)]
    assert [row["position"] for row in rows] == [*range(1, 12)]
    assert ten.asked(verify).position == 11


def test_what_arrives_twice_is_there_once_and_leaves_no_gap(journal: Journal) -> None:
    first, second, third = ([entry(number) for number in numbers] for numbers in ((1, 2), (3, 4), (5,)))
    journal.arrive(first)
    journal.arrive([*second, *first])
    journal.arrive([*first, *third, *second, *third])
    assert journal.positions == [1, 2, 3, 4, 5]
    assert journal.asked(verify).position == 5


@pytest.mark.parametrize("lock", [COMING_LOCK, DEVIATING_LOCK])
def test_entries_arrive_while_a_scan_has_its_turn(journal: Journal, lock: int) -> None:
    async def arrives(store: Store) -> None:
        async with store.connection() as connection, connection.transaction():
            assert await turn(connection, lock)
            await asyncio.wait_for(arriving(store, [entry(1)]), 10)

    journal.asked(arrives)
    assert journal.positions == [1]


def test_what_is_undone_leaves_no_gap(ten: Journal) -> None:
    async def undone(store: Store) -> None:
        async with store.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await entries_arrive(connection, "accreditation", [entry(11), entry(12)])
            await transaction.rollback()

    ten.asked(undone)
    ten.arrive([entry(13)])
    assert ten.positions == [*range(1, 12)]
    assert ten.asked(verify).position == 11


def test_arrivals_at_once_make_one_chain(journal: Journal) -> None:
    everything = [entry(number) for number in range(400)]
    random = Random(3)

    async def crowd(_: Store) -> chain.Chain:
        stores = [Store("journal", journal.url, deadline=30) for _ in range(4)]
        batches = [random.sample(everything, 60) for _ in range(20)]
        batches += [everything[at : at + 50] for at in range(0, 400, 50)]
        writers = [arriving(stores[i % 4], batch) for i, batch in enumerate(batches)]
        writers += [change(stores[i % 4], str(i), BEGAN, [], "en", "{}") for i in range(20)]
        await asyncio.gather(*writers)
        found = await verify(stores[0])
        for store in stores:
            await store.close()
        return found

    assert journal.asked(crowd).position == 420
    assert journal.positions == [*range(1, 421)]


def test_whoever_falls_silent_at_the_end_of_the_chain_loses_it(journal: Journal) -> None:
    async def silent(store: Store) -> Any:
        async with store.connection() as connection, connection.transaction():
            await entries_arrive(connection, "accreditation", [entry(1)])
            return await connection.fetchval("SHOW idle_in_transaction_session_timeout")

    assert journal.asked(silent) == "2s"


@pytest.mark.parametrize("mode", ["origin", "replica"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE arrived_audit_entry SET subject = 'other'",
        "UPDATE arrived_audit_entry SET link = link WHERE position = 3",
        "DELETE FROM arrived_audit_entry WHERE position = 10",
        "TRUNCATE arrived_audit_entry",
    ],
)
def test_entries_are_only_added(ten: Journal, statement: str, mode: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        ten.asked(lambda store: store.execute(f"SET session_replication_role = {mode}; {statement}"))
    assert ten.asked(verify).position == 10


def test_a_service_that_does_not_own_the_table_can_add_to_it_and_no_more(ten: Journal) -> None:
    async def served(store: Store) -> None:
        async with store.connection() as connection, connection.transaction():
            await connection.execute("CREATE ROLE service_of_the_journal")
            await connection.execute("GRANT SELECT, INSERT ON arrived_audit_entry TO service_of_the_journal")
            await connection.execute("SET LOCAL ROLE service_of_the_journal")
            await entries_arrive(connection, "accreditation", [entry(11), entry(12)])
            for refused in (
                "DELETE FROM arrived_audit_entry",
                "ALTER TABLE arrived_audit_entry DISABLE TRIGGER ALL",
                "SET LOCAL session_replication_role = replica",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.execute(refused)
            await connection.execute("RESET ROLE")
            await connection.execute("REVOKE ALL ON arrived_audit_entry FROM service_of_the_journal")
            await connection.execute("DROP ROLE service_of_the_journal")

    ten.asked(served)
    assert ten.asked(verify).position == 12


def test_nobody_chooses_position_or_link(ten: Journal) -> None:
    text = """
        INSERT INTO arrived_audit_entry (id, position, link, store, at, subject, act, grounds)
        VALUES (gen_random_uuid(), 77, '\\x00', 'journal', now(), '1', 'act', '{}') RETURNING position
    """
    assert [row[0] for row in ten.rows(text)] == [11]
    assert ten.asked(verify).position == 11


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
GROUNDS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ZONES = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EMPTIED_AS_REPLICA = "SET session_replication_role = replica; TRUNCATE arrived_audit_entry"
YEARS = (datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30"))
INSTANTS = st.datetimes(*YEARS, timezones=ZONES)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.uuids(),
            "at": INSTANTS,
            "subject": TEXTS | st.sampled_from(["1:1,", "-,", ",-"]),
            "act": TEXTS,
            "object": st.none() | TEXTS,
            "grounds": st.dictionaries(TEXTS, GROUNDS, max_size=3).map(json.dumps),
        }
    ),
    max_size=6,
    unique_by=lambda made: made["id"],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ENTRIES, max_size=3))
def test_the_database_and_an_outsider_make_the_same_links(journal: Journal, batches: list[list[Any]]) -> None:
    journal.run(*EMPTIED)

    async def arrived(store: Store) -> chain.Chain:
        for batch in batches:
            await arriving(store, batch)
        return await verify(store)

    assert journal.asked(arrived).position == len({made["id"] for made in joined.from_iterable(batches)})


@given(st.lists(st.none() | TEXTS, min_size=2, max_size=2), st.lists(st.none() | TEXTS, min_size=2, max_size=2))
def test_other_values_make_another_link(one: list[Any], other: list[Any]) -> None:
    """Wherever the border between two values stands: what belongs to one is never taken for the other's."""

    def link(subject: Any, act: Any) -> bytes:
        return chain.link_of(chain.BEGINNING, chain.Entry(1, "i", "s", "t", subject, act, None, "{}", "t"))

    assert (link(*one) == link(*other)) == (one == other)


def test_a_journal_longer_than_a_part_is_followed_to_its_end(ten: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 3, 5, 10):
        monkeypatch.setattr(chain, "AT_ONCE", size)
        assert ten.asked(verify).position == 10


def test_entries_that_were_there_before_become_a_chain(server: EmbeddedServer) -> None:
    server.ensure_databases(["older_journal"])
    older = Journal(server.url("older_journal"))
    migrate(older.url, "journal_0004")
    older.arrive([entry(number) for number in range(6)])
    older.arrive([entry(number) for number in range(6, 9)])
    older.rows("DELETE FROM arrived_audit_entry WHERE position IN (1, 4, 8)")
    before = older.rows("SELECT id FROM arrived_audit_entry ORDER BY position")
    asyncio.run(migrating.migrate(older.url, "journal"))
    assert older.rows("SELECT id FROM arrived_audit_entry ORDER BY position") == before
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        older.asked(lambda store: store.execute(EMPTIED_AS_REPLICA))
    older.arrive([entry(20, at=datetime.now(UTC))])
    assert older.positions == [*range(1, 8)]
    assert older.asked(verify).position == 7


def migrate(url: str, revision: str) -> None:
    def upgrade(connection: Connection) -> None:
        config = migrating._config("journal")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async def migrated() -> None:
        engine = migrating.engine_of(url)
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        await engine.dispose()

    asyncio.run(migrated())
