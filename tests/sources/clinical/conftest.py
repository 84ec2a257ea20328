"""The clinical store of a village of its own, and its rows as they lie there."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from gateway.world.loading import load
from sources.embedded import EmbeddedServer
from sources.postgres.ask import Ask
from sources.postgres.migrating import migrate
from sources.sealed_store import SealedStore
from sources.stores import NAMES, Stores
from tests.gateway.world.worlds import TODAY, World, made
from tests.keys import KEYRING

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="session")
def own_urls(server: EmbeddedServer) -> dict[str, str]:
    """The addresses of a village whose clinical store these tests may change."""
    server.ensure_databases([f"ward_{name}" for name in NAMES])
    urls = {name: server.url(f"ward_{name}") for name in NAMES}

    async def fill() -> None:
        await asyncio.gather(*(migrate(url, name) for name, url in urls.items()))
        stores = Stores.from_urls(urls, keyring=KEYRING, deadline=60)
        await load(stores, "village", today=TODAY, console=Console(file=StringIO()))
        await stores.close()

    asyncio.run(fill())
    return urls


@pytest.fixture(scope="session")
def village() -> World:
    """The same village as it was made: nothing of it is sealed."""
    return made("village")


@pytest.fixture
async def store(own_urls: dict[str, str]) -> AsyncIterator[SealedStore]:
    """The store with the right keys."""
    opened = SealedStore("clinical", own_urls["clinical"], keyring=KEYRING, deadline=10)
    yield opened
    await opened.close()


@pytest.fixture
async def connection(own_urls: dict[str, str]) -> AsyncIterator[Any]:
    """A transaction in the store, undone afterwards."""
    opened = SealedStore("clinical", own_urls["clinical"], pool=1, deadline=10)
    async with opened.connection() as one:
        await one.execute("BEGIN")
        yield one
        await one.execute("ROLLBACK")
    await opened.close()


def ask(*columns: str) -> Ask:
    return Ask(NOW, frozenset(columns) if columns else None)
