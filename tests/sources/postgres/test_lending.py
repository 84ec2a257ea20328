"""Connections come back as they were lent, whatever happened to whoever had them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import date

import asyncpg
import pytest

from sources.postgres import connecting, lending
from sources.postgres.connecting import Connection
from sources.postgres.failure import SourceCrowded, SourceTimedOut
from sources.postgres.lending import FOREVER, Connections
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.transaction import transaction
from tests.passing import passing

SESSION = "SELECT pg_backend_pid()"
ATTEMPTS = 20


@pytest.fixture
async def store(urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store with one connection, which is open."""
    # A busy machine may take longer to stop a statement than anybody would wait.
    monkeypatch.setattr(lending, "END_SECONDS", 60.0)
    opened = Store("schedule", urls["schedule"], pool=1, deadline=10)
    await opened.execute("SELECT 1")
    yield opened
    await opened.close()


async def test_a_unit_of_work_cut_off_as_it_begins_leaves_no_transaction_open(store: Store) -> None:
    """The server may have carried out a BEGIN that nobody waited for; what follows must not become part of it."""

    async def unit() -> None:
        async with store.connection() as connection, connection.transaction():
            await asyncio.get_running_loop().create_future()

    for steps in range(ATTEMPTS):
        begun = asyncio.create_task(unit())
        for _ in range(1 + steps % 4):
            await asyncio.sleep(0)
        begun.cancel()
        await asyncio.gather(begun, return_exceptions=True)
        async with store.connection() as connection:
            assert not connection.is_in_transaction()
            assert await connection.fetchval("SELECT pg_current_xact_id_if_assigned() IS NULL")


async def test_a_statement_cut_off_leaves_its_connection_to_the_next(store: Store) -> None:
    async with store.connection() as connection:
        session = await connection.fetchval(SESSION)
    cut = asyncio.create_task(store.execute("SELECT pg_sleep(60)"))
    for _ in range(3):
        await asyncio.sleep(0)
    cut.cancel()
    await asyncio.gather(cut, return_exceptions=True)
    async with store.connection() as connection:
        assert await connection.fetchval(SESSION) == session
        assert not connection.is_in_transaction()


async def test_a_unit_of_work_that_fails_is_undone(store: Store) -> None:
    async def failing() -> None:
        async with store.connection() as connection, connection.transaction():
            await connection.execute("INSERT INTO tried VALUES (1)")
            raise ZeroDivisionError

    await store.execute("CREATE TABLE tried (one int)")
    try:
        with pytest.raises(ZeroDivisionError):
            await failing()
        async with store.connection() as connection:
            assert await connection.fetchval("SELECT count(*) FROM tried") == 0
    finally:
        await store.execute("DROP TABLE tried")


async def test_who_waits_too_long_is_sent_away_and_the_others_wait_on(urls: dict[str, str]) -> None:
    connections = Connections(urls["schedule"], 1)
    lent = await connections.lend()
    waiting = [asyncio.create_task(connections.lend(patience)) for patience in (0.2, FOREVER, 0.05, 60)]
    over, _ = await asyncio.wait([waiting[0], waiting[2]], timeout=10)
    assert [type(task.exception()) for task in over] == [TimeoutError] * 2
    assert not waiting[1].done()
    assert not waiting[3].done()
    connections.give_back(lent)
    for task in (waiting[1], waiting[3]):
        assert await asyncio.wait_for(task, 10) is lent
        connections.give_back(lent)
    await connections.close()


async def test_a_crowd_at_a_store_that_answers_does_not_make_it_late(urls: dict[str, str]) -> None:
    """Each statement takes a fourth of the deadline, and the last of the crowd would wait for three deadlines."""
    store = Store("schedule", urls["schedule"], pool=1, deadline=0.8)
    try:
        await store.fetch(Row, "SELECT 1 AS one")
        crowd = [store.fetch(Row, "SELECT pg_sleep(0.2)") for _ in range(12)]
        ended = Counter(map(type, await asyncio.gather(*crowd, return_exceptions=True)))
        assert ended.keys() == {list, SourceCrowded}
        assert store.answers
        # Silence is another thing, however many wait.
        crowd = [store.fetch(Row, "SELECT pg_sleep(60)"), *(store.fetch(Row, "SELECT 1 AS one") for _ in range(3))]
        first, *_ = await asyncio.gather(*crowd, return_exceptions=True)
        assert isinstance(first, SourceTimedOut)
    finally:
        await store.close()


async def test_a_connection_and_the_answer_have_one_deadline(urls: dict[str, str]) -> None:
    """Whoever got his connection late has what is left, and says nothing of a store that answered others."""
    store = Store("schedule", urls["schedule"], pool=1, deadline=2.0)
    try:
        await store.fetch(Row, "SELECT 1 AS one")
        first = asyncio.create_task(store.fetch(Row, "SELECT pg_sleep(1)"))
        await asyncio.sleep(0)
        async with passing() as passed:
            with pytest.raises(SourceCrowded):
                await store.fetch(Row, "SELECT pg_sleep(5)")
        assert passed.seconds < 2.5
        assert len(await first) == 1
        assert store.answers
        # Whoever has it at once has all of the time, and its silence is the store's.
        with pytest.raises(SourceTimedOut):
            await store.fetch(Row, "SELECT pg_sleep(5)")
    finally:
        await store.close()


async def test_a_statement_that_is_known_is_read_on_after_the_schema_has_changed(store: Store) -> None:
    await store.execute("CREATE TABLE told (id integer); INSERT INTO told VALUES (1)")
    try:
        assert list((await store.fetch(Row, "SELECT * FROM told"))[0].keys()) == ["id"]
        await store.execute("ALTER TABLE told ADD word text DEFAULT 'later'")
        for _ in range(2):
            assert (await store.fetch(Row, "SELECT * FROM told"))[0]["word"] == "later"
    finally:
        await store.execute("DROP TABLE told")


async def test_arrays_of_the_stores_own_types_are_known_and_not_asked_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, learn = list[set[int]](), asyncpg.Connection._introspect_types

    async def counted(connection: asyncpg.Connection, types: Collection[int], seconds: float | None) -> object:
        asked.append(set(types))
        return await learn(connection, types, seconds)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", counted)
    (row,) = await store.fetch(Row, "SELECT ARRAY[1, 2] AS numbers, ARRAY['2026-01-01'::date] AS days")
    assert (row["numbers"], row["days"]) == ([1, 2], [date(2026, 1, 1)])
    assert asked == []
    # What others may make, and make anew under another number, each connection looks at itself.
    await store.execute("CREATE TYPE mood AS ENUM ('calm')")
    assert (await store.fetch(Row, "SELECT ARRAY['calm'::mood] AS moods"))[0]["moods"] == ["calm"]
    await store.execute("DROP TYPE mood")
    assert len(asked) == 1


async def test_what_is_known_of_arrays_is_what_the_server_says_of_them(store: Store) -> None:
    text = "SELECT oid::bigint AS id, typname::text AS name, typelem::bigint AS element FROM pg_type"
    rows = await store.fetch(Row, f"{text} WHERE oid = ANY($1)", list(connecting.ARRAYS))
    assert {row["id"]: (row["name"], row["element"]) for row in rows} == connecting.ARRAYS


async def test_a_connection_keeps_no_more_statements_than_it_may(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "MOST_PREPARED", 3)
    for number in (0, 1, 2, 3, 0, 4, 0, 5):
        await store.fetch(Row, f"SELECT {number} AS number")
    await store.fetch(Row, "SELECT 6 AS number")  # what is forgotten is closed with the next that is prepared
    kept = await store.fetch(
        Row, "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT _ AS number'"
    )
    assert {row["statement"] for row in kept} <= {f"SELECT {number} AS number" for number in (0, 5, 6)}


async def test_a_statement_that_is_late_ends_and_leaves_room_for_the_next(urls: dict[str, str]) -> None:
    store = Store("schedule", urls["schedule"], pool=1, deadline=0.3)
    try:
        with pytest.raises(SourceTimedOut):
            await store.fetch(Row, "SELECT pg_sleep(60)")
        assert (await store.fetch(Row, "SELECT 1 AS one"))[0]["one"] == 1
        async with asyncio.timeout(10):
            while (await store.fetch(Row, "SELECT count(*) AS n FROM pg_stat_activity WHERE query ~ 'pg_sleep.60'"))[0][
                "n"
            ] > 1:
                await asyncio.sleep(0.05)
    finally:
        await store.close()


async def test_statements_come_side_by_side_to_a_store_that_is_quiet_slow_or_silent(urls: dict[str, str]) -> None:
    store = Store("schedule", urls["schedule"], pool=2, deadline=10)
    rooms = [store.room]  # it was never asked
    try:
        await store.fetch(Row, "SELECT 1 AS one")
        rooms.append(store.room)
        async with store.connection():
            rooms.append(store.room)
            for _ in range(20):
                await store.fetch(Row, "SELECT pg_sleep(0.05)")
            rooms.append(store.room)
            for _ in range(80):
                await store.fetch(Row, "SELECT 1 AS one")
            store.answers = False
            rooms.append(store.room)
    finally:
        await store.close()
    assert rooms == [True, True, False, True, True]


async def test_of_several_statements_each_ends_in_its_own_time(urls: dict[str, str]) -> None:
    connections = Connections(urls["schedule"], 2)
    patient, hasty = await connections.lend(), await connections.lend()
    try:
        now = asyncio.get_running_loop().time()
        connections.limit(patient, now + 60)
        connections.limit(hasty, now + 0.2)
        with pytest.raises(asyncpg.PostgresConnectionError):
            async with asyncio.timeout(30):
                await hasty.execute("SELECT pg_sleep(60)")
        assert (connections.overdue(hasty), connections.overdue(patient)) == (True, False)
        assert await patient.fetchval("SELECT 1") == 1
    finally:
        for connection in (patient, hasty):
            connections.give_back(connection)
        await connections.close()


async def test_a_statement_ends_in_time_although_its_pool_was_closed_meanwhile(urls: dict[str, str]) -> None:
    connections = Connections(urls["schedule"], 1)
    connection = await connections.lend()
    connections.limit(connection, asyncio.get_running_loop().time() + 0.3)
    asked = asyncio.create_task(connection.execute("SELECT pg_sleep(60)"))
    await asyncio.sleep(0)
    await connections.close()
    with pytest.raises(asyncpg.PostgresConnectionError):
        async with asyncio.timeout(30):
            await asked
    connections.give_back(connection)


@pytest.mark.parametrize("closes", [True, False])
def test_neither_a_pool_that_is_closed_nor_a_loop_that_ends_leaves_a_connection_open(
    urls: dict[str, str], closes: bool
) -> None:
    """Whoever had it was cut off a moment ago, so that it is still looked at whether it is fit for the next."""

    async def cut_off() -> Connection:
        connections = Connections(urls["schedule"], 1)
        connection = await connections.lend()
        connections.give_back_later(connection)
        if closes:
            await asyncio.sleep(0)
            await connections.close()
            assert connection.is_closed()
        return connection

    assert asyncio.run(cut_off()).is_closed()


async def test_in_a_transaction_what_the_schema_has_made_old_is_an_error_once(store: Store) -> None:
    await store.execute("CREATE TABLE told (id integer)")
    try:
        await store.fetch(Row, "SELECT * FROM told")
        await store.execute("ALTER TABLE told ADD word text")
        async with store.connection() as connection:
            await connection.execute("BEGIN")
            with pytest.raises(asyncpg.InvalidCachedStatementError):
                await connection.rows(Row, "SELECT * FROM told", ())
            await connection.execute("ROLLBACK")
            assert await connection.rows(Row, "SELECT * FROM told", ()) == []
    finally:
        await store.execute("DROP TABLE told")


async def test_transactions_that_read_by_another_connection_leave_one_for_that(urls: dict[str, str]) -> None:
    store = Store("schedule", urls["schedule"], pool=2, deadline=2)

    async def keep_and_read() -> None:
        async with transaction(store, 60) as connection:
            await connection.execute("SELECT 1")
            assert [row["one"] for row in await store.fetch(Row, "SELECT 1 AS one")] == [1]

    try:
        await asyncio.gather(*(keep_and_read() for _ in range(6)))
    finally:
        await store.close()
