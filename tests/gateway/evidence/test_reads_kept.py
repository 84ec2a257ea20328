"""How entries of reads are kept: in one chain with acts, by month, guarded, by groups, and not at any price."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from gateway.evidence.group_writer import GroupWriter
from gateway.evidence.journal import verify
from sources.delivery.arriving import entries_arrive
from sources.journal.reads import NewRead, keep, make_months
from sources.postgres.failure import SourceContradicts, SourceFailure
from sources.postgres.store import Store
from tests.gateway.evidence.conftest import Journal, entry
from tests.tampering import EMPTIED

# What a driver says of a connection that the server has ended.
ENDED = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PARTS = """
SELECT part.relname AS name FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
WHERE inhparent = 'read_entry'::regclass ORDER BY part.relname
"""


def read(number: int, grounds: str = "{}") -> NewRead:
    return NewRead(NOW, f"{number}", None, grounds)


def months(journal: Journal) -> list[str]:
    return [row["name"] for row in journal.rows(PARTS)]


def test_acts_and_reads_make_one_chain_without_gaps(mixed: Journal) -> None:
    positions = mixed.rows(
        "SELECT position FROM arrived_audit_entry UNION ALL SELECT position FROM read_entry ORDER BY position"
    )
    assert [row["position"] for row in positions] == [*range(1, 11)]
    assert mixed.asked(verify).position == 10


@pytest.mark.parametrize("mode", ["origin", "replica"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE read_entry SET subject = 'other'",
        "DELETE FROM read_entry WHERE position = 2",
        "TRUNCATE read_entry",
        "TRUNCATE read_entry_rest",
        "UPDATE {part} SET subject = 'other'",
        "DELETE FROM {part}",
        "TRUNCATE {part}",
        "UPDATE chain_end SET position = 3",
        "UPDATE chain_end SET position = position",
        "DELETE FROM chain_end",
        "TRUNCATE chain_end",
    ],
)
def test_reads_are_only_added(mixed: Journal, statement: str, mode: str) -> None:
    (row,) = mixed.rows("SELECT DISTINCT tableoid::regclass::text AS part FROM read_entry")
    script = f"SET session_replication_role = {mode}; {statement.format(part=row['part'])}"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        mixed.asked(lambda store: store.execute(script))
    assert mixed.asked(verify).position == 10


def test_a_service_that_owns_nothing_adds_reads_and_makes_months(mixed: Journal) -> None:
    async def served(store: Store) -> None:
        async with store.connection() as connection, connection.transaction():
            await connection.execute("CREATE ROLE service_of_reads")
            await connection.execute("GRANT SELECT, INSERT ON read_entry TO service_of_reads")
            await connection.execute("SET LOCAL ROLE service_of_reads")
            await connection.execute(
                "INSERT INTO read_entry (store, at, subject, act, grounds) VALUES ('journal', now(), '1', 'read', '{}')"
            )
            await connection.execute("SELECT read_entry_month(now()::date)")
            for refused in ("DELETE FROM read_entry", "UPDATE chain_end SET position = position + 1"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.execute(refused)
            await connection.execute("RESET ROLE")
            await connection.execute("REVOKE ALL ON read_entry FROM service_of_reads")
            await connection.execute("DROP ROLE service_of_reads")

    mixed.asked(served)
    assert mixed.asked(verify).position == 11


def test_a_month_without_a_partition_loses_nothing(journal: Journal) -> None:
    made = months(journal)
    assert len(made) == 5  # this month, three ahead, and the rest
    now = datetime.now(UTC)
    this = f"read_entry_{now:%Y_%m}"
    assert this in made
    journal.run(f"DROP TABLE {this}")
    journal.read([1])
    assert [row["part"] for row in journal.rows("SELECT tableoid::regclass::text AS part FROM read_entry")] == [
        "read_entry_rest"
    ]
    assert journal.asked(make_months) == 0  # what arrived without it stays where it is
    journal.read([2])
    assert journal.asked(verify).position == 2
    journal.run(*EMPTIED)
    assert journal.asked(make_months) == 1
    assert months(journal) == made
    assert journal.asked(make_months) == 0


def test_whoever_hangs_at_the_end_of_the_chain_holds_up_nobody_for_long(journal: Journal) -> None:
    """Others are told within their deadline that it cannot be written now, and go on soon."""

    async def hung(store: Store) -> list[Any]:
        others = Store("journal", journal.url, deadline=1.2)
        async with store.connection() as connection:
            await connection.execute("BEGIN")
            await entries_arrive(connection, "accreditation", [entry(1)])
            failed = await asyncio.gather(*(keep(others, [read(n)]) for n in range(3)), return_exceptions=True)
            for _ in range(10):
                try:
                    await keep(others, [read(9)])
                    break
                except SourceFailure:
                    await asyncio.sleep(0.2)
            with pytest.raises(ENDED):
                await connection.execute("COMMIT")
            connection.terminate()
        await others.close()
        return failed

    failed = journal.asked(hung)
    assert all(isinstance(one, SourceFailure) for one in failed)
    assert [row["subject"] for row in journal.rows("SELECT subject FROM read_entry")] == ["9"]
    assert journal.asked(verify).position == 1


async def test_those_who_wait_at_once_are_one_statement() -> None:
    groups: list[list[int]] = []
    gate = asyncio.Event()

    async def write(entries: Any) -> None:
        groups.append([*entries])
        await gate.wait()

    writer = GroupWriter[int](write)
    first = asyncio.create_task(writer.keep([1]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(writer.keep([n, n])) for n in range(2, 6)]
    await asyncio.sleep(0)
    others[1].cancel()
    gate.set()
    await first
    done = await asyncio.gather(*others, return_exceptions=True)
    assert groups == [[1], [2, 2, 3, 3, 4, 4, 5, 5]]
    assert [one is None for one in done] == [True, False, True, True]
    assert (writer.groups, writer.written) == (2, 9)


async def test_one_that_cannot_be_written_takes_nobody_down(journal_url: str) -> None:
    store = Store("journal", journal_url, deadline=10)
    writer = GroupWriter[NewRead](lambda entries: keep(store, entries))
    done = await asyncio.gather(
        writer.keep([read(1)]), writer.keep([read(2, "no JSON")]), writer.keep([read(3)]), return_exceptions=True
    )
    assert [type(one) for one in done] == [type(None), SourceContradicts, type(None)]
    assert (await verify(store)).position > 0
    await store.close()
