"""A database that refuses is not there for now, whatever it says of it; one that does not fit is another matter."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import asyncpg
import pytest

from sources.embedded import EmbeddedServer
from sources.postgres.failure import SourceContradicts, SourceFailure, SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.store import State, Store
from sources.postgres.transaction import transaction
from sources.postgres.writing import writing

NAME = "refusing"
REFUSALS = [
    "08006", "25006", "25P03", "28000", "3D000", "40001", "40P01", "53100", "53200", "53300", "55000", "55006",
    "57000", "57P01", "57P02", "57P03", "57P04", "57P05", "58000", "58030",
]  # fmt: skip
MISFITS = ["22012", "23505", "25P02", "42501", "42P01", "XX000", "XX001"]
SAY = "DO $$ BEGIN RAISE EXCEPTION 'a secret' USING ERRCODE = '{}'; END $$"
WRITE = "INSERT INTO written VALUES (1) RETURNING one"
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


@pytest.fixture(scope="module")
async def operator(server: EmbeddedServer) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may do anything to the database, from another one."""
    server.ensure_databases([NAME])
    connection = await asyncpg.connect(server.url("postgres"))
    await connection.execute("CREATE ROLE guest LOGIN")
    yield connection
    await connection.close()


@pytest.fixture
async def store(operator: asyncpg.Connection, server: EmbeddedServer) -> AsyncIterator[Store]:
    """The database as a store, which somebody has asked before."""
    opened = Store(NAME, server.url(NAME), pool=2, deadline=20)
    await asked(opened)
    yield opened
    await opened.close()


async def asked(store: Store) -> None:
    await store.fetch(Row, "SELECT 1 AS one")


async def assert_unavailable(store: Store) -> None:
    with pytest.raises(SourceUnavailable) as refused:
        await asked(store)
    assert (refused.value.code, refused.value.retryable) == ("SOURCE_UNAVAILABLE", True)
    assert await store.state() is State.SILENT


@pytest.mark.parametrize("code", [*REFUSALS, *MISFITS])
async def test_a_refusal_can_be_repeated_and_a_misfit_cannot(store: Store, code: str) -> None:
    failures: list[SourceFailure] = []
    for ask in (store.fetch(Row, SAY.format(code)), _written(store, SAY.format(code))):
        with pytest.raises(SourceFailure) as failed:
            await ask
        failures.append(failed.value)
    expected = SourceUnavailable if code in REFUSALS else SourceContradicts
    assert [type(failure) for failure in failures] == [expected] * 2
    assert "secret" not in str(failures)
    # What became of one statement says nothing of the next.
    assert await store.state() is State.ANSWERS


async def _written(store: Store, text: str) -> None:
    async with writing(store) as unit:
        await unit.rows(Row, text)


async def test_a_database_that_takes_no_connections(store: Store, operator: asyncpg.Connection) -> None:
    await operator.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
    try:
        await operator.execute(OTHERS, NAME)
        # The first may be told by a connection that is cut off, those that follow by the server.
        for _ in range(3):
            await assert_unavailable(store)
    finally:
        await operator.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")
    assert await store.state() is State.ANSWERS
    await asked(store)


async def test_a_server_that_stops_an_answer(store: Store, operator: asyncpg.Connection) -> None:
    asking = asyncio.create_task(store.fetch(Row, "SELECT pg_sleep(600)"))
    async with asyncio.timeout(60):
        while not await operator.fetch(OTHERS, NAME):
            await asyncio.sleep(0.01)
        with pytest.raises(SourceUnavailable):
            await asking
    assert await store.state() is State.ANSWERS


async def test_a_server_that_ends_a_connection_which_waits(store: Store, operator: asyncpg.Connection) -> None:
    """Its last word may come at any moment before the next statement, and is no answer to that one."""
    ended = 0
    for turns in range(60):
        await asked(store)
        await operator.execute(OTHERS, NAME)
        for _ in range(turns % 6):
            await asyncio.sleep(0)
        try:
            await asked(store)
        except SourceUnavailable:
            ended += 1
            await asked(store)
    assert ended


@pytest.mark.parametrize(
    ("refuse", "allow"),
    [
        (f"ALTER DATABASE {NAME} CONNECTION LIMIT 0", f"ALTER DATABASE {NAME} CONNECTION LIMIT -1"),
        (f"REVOKE CONNECT ON DATABASE {NAME} FROM PUBLIC", f"GRANT CONNECT ON DATABASE {NAME} TO PUBLIC"),
        ("ALTER ROLE guest NOLOGIN", "ALTER ROLE guest LOGIN"),
    ],
)
async def test_a_database_that_does_not_let_the_gateway_in(
    server: EmbeddedServer, operator: asyncpg.Connection, refuse: str, allow: str
) -> None:
    url = server.url(NAME)
    guest = Store(NAME, url.replace(f"//{urlsplit(url).username}@", "//guest@"), deadline=20)
    await operator.execute(refuse)
    try:
        await assert_unavailable(guest)
    finally:
        await operator.execute(allow)
    await asked(guest)
    assert await guest.state() is State.ANSWERS
    await guest.close()


async def _by_act(store: Store) -> None:
    await _written(store, WRITE)


async def _by_job(store: Store) -> None:
    async with transaction(store, 20) as connection:
        await connection.execute(WRITE)


async def _by_statement(store: Store) -> None:
    await store.fetch(Row, WRITE)


@pytest.mark.parametrize("write", [_by_act, _by_job, _by_statement])
async def test_a_server_that_takes_no_writes_is_left_for_the_one_that_does(
    store: Store, operator: asyncpg.Connection, write: Callable[[Store], Awaitable[None]]
) -> None:
    """The address leads to the new primary, and only connections that stood before lead to the old one."""
    await store.close()
    await store.execute("CREATE TABLE IF NOT EXISTS written (one int)")
    await store.close()
    await operator.execute(f"ALTER DATABASE {NAME} SET default_transaction_read_only = on")
    await asked(store)
    assert await store.state() is State.READS
    await operator.execute(f"ALTER DATABASE {NAME} RESET default_transaction_read_only")
    with pytest.raises(SourceUnavailable):
        await write(store)
    await write(store)
    assert await store.state() is State.ANSWERS
