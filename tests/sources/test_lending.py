"""Connections come back as they were lent, whatever happened to whoever had them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sources.lending import FOREVER, Connections
from sources.store import Store

SESSION = "SELECT pg_backend_pid()"
ATTEMPTS = 20


@pytest.fixture
async def store(urls: dict[str, str]) -> AsyncIterator[Store]:
    """A store with one connection, which is open."""
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
    lent, now = await connections.lend(), asyncio.get_running_loop().time()
    waiting = [asyncio.create_task(connections.lend(ends)) for ends in (now + 0.2, FOREVER, now + 0.05, now + 60)]
    over, _ = await asyncio.wait([waiting[0], waiting[2]], timeout=10)
    assert [type(task.exception()) for task in over] == [TimeoutError] * 2
    assert not waiting[1].done()
    assert not waiting[3].done()
    connections.give_back(lent)
    for task in (waiting[1], waiting[3]):
        assert await asyncio.wait_for(task, 10) is lent
        connections.give_back(lent)
    await connections.close()
