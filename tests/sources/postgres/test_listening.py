"""Listening to a store: words come at once, and a lost connection loses none for good."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sources.postgres.listening import Listener
from sources.postgres.store import Store
from sources.stores import Stores
from tests.served.faults import Mode, Proxy

WAIT = 60


class Hearer:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []
        self._more = asyncio.Event()

    def __call__(self, store: str, channel: str) -> None:
        self.words.append((store, channel))
        self._more.set()

    async def until(self, number: int) -> None:
        async with asyncio.timeout(WAIT):
            while len(self.words) < number:
                self._more.clear()
                await self._more.wait()


@pytest.fixture
async def journal(urls: dict[str, str]) -> AsyncIterator[Store]:
    stores = Stores.from_urls(urls, deadline=10)
    yield stores.journal
    await stores.close()


async def spoken(store: Store) -> None:
    await store.execute("INSERT INTO fact_change (subject) VALUES ('nobody at all')")


async def test_a_word_comes_with_the_commit_and_none_without(journal: Store) -> None:
    hearer = Hearer()
    listener = Listener(journal, ["fact_change"], hearer)
    listener.start()
    try:
        await hearer.until(1)  # whoever begins to listen asks once himself
        async with journal.connection() as connection:
            undone = connection.transaction()
            await undone.start()
            await connection.execute("INSERT INTO fact_change (subject) VALUES ('nobody at all')")
            await undone.rollback()
        await spoken(journal)
        await hearer.until(2)
        assert hearer.words == [("journal", "fact_change")] * 2
    finally:
        await listener.stop()


async def test_a_lost_connection_is_made_anew_and_taken_for_a_word(journal: Store) -> None:
    proxy, hearer = Proxy(journal.url), Hearer()
    await proxy.open()
    behind = Store("journal", proxy.url)
    listener = Listener(behind, ["fact_change"], hearer)
    listener.start()
    try:
        await hearer.until(1)
        await proxy.become(Mode.REFUSE)
        async with asyncio.timeout(WAIT):
            while listener.alive:
                await asyncio.sleep(0.005)
        await spoken(journal)
        await proxy.become(Mode.PASS)
        await hearer.until(2)
        await spoken(journal)
        await hearer.until(3)
    finally:
        await listener.stop()
        await proxy.leave()


async def test_a_connection_that_fell_silent_is_given_up(journal: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.postgres.listening.KEEPALIVE_SECONDS", 0.05)
    proxy, hearer = Proxy(journal.url), Hearer()
    await proxy.open()
    listener = Listener(Store("journal", proxy.url), ["fact_change"], hearer)
    listener.start()
    try:
        await hearer.until(1)
        await proxy.become(Mode.BLACKHOLE)
        async with asyncio.timeout(WAIT):
            while listener.alive:
                await asyncio.sleep(0.005)
    finally:
        await listener.stop()
        await proxy.leave()


@pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.BLACKHOLE, Mode.RESET])
async def test_a_store_that_is_down_hurts_neither_start_nor_stop(journal: Store, mode: Mode) -> None:
    proxy, hearer = Proxy(journal.url), Hearer()
    await proxy.open()
    url = proxy.url
    await proxy.become(mode)
    listener = Listener(Store("journal", url), ["fact_change"], hearer)
    try:
        listener.start()
        await asyncio.sleep(0.05)
        async with asyncio.timeout(WAIT):
            await listener.stop()
        assert hearer.words == []
    finally:
        await proxy.leave()
