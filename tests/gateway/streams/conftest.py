"""A world of the streams' own, which their tests may change."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from gateway.settings import Settings
from gateway.world.loading import load
from sources.embedded import EmbeddedServer
from sources.postgres.migrating import migrate
from sources.stores import NAMES, Stores
from tests.gateway.streams.cabinet import Section, cabinet
from tests.keys import KEYRING
from tests.served.running import Running, running


def village(server: EmbeddedServer, prefix: str) -> dict[str, str]:
    """Seven databases of this prefix, with a village."""
    server.ensure_databases([f"{prefix}_{name}" for name in NAMES])
    found = {name: server.url(f"{prefix}_{name}") for name in NAMES}

    async def fill() -> None:
        await asyncio.gather(*(migrate(url, name) for name, url in found.items()))
        stores = Stores.from_urls(found, keyring=KEYRING, deadline=60)
        await load(stores, "village")
        await stores.close()

    asyncio.run(fill())
    return found


@pytest.fixture(scope="package")
def own_urls(server: EmbeddedServer) -> dict[str, str]:
    """The addresses of that world."""
    return village(server, "streams")


@pytest.fixture(scope="package")
async def own_stores(own_urls: dict[str, str]) -> AsyncIterator[Stores]:
    """The same, for whoever acts in them."""
    stores = Stores.from_urls(own_urls, deadline=30)
    yield stores
    await stores.close()


@pytest.fixture(scope="package")
def own_settings(settings: Settings) -> Settings:
    """The demo, with time enough for a busy machine."""
    return dataclasses.replace(settings, pool=3, store_deadline=30, deadline=60, get=True)


@pytest.fixture(scope="package")
async def live(own_settings: Settings, own_urls: dict[str, str]) -> AsyncIterator[Running]:
    """The demo over that village, behind real HTTP in the loop of the tests."""
    async with running(own_settings, own_urls) as served:
        yield served


@pytest.fixture
async def sections(own_stores: Stores) -> AsyncIterator[dict[str, Section]]:
    """The sections of the therapist's cabinet by their stores."""
    async with cabinet(own_stores) as found:
        yield found


@pytest.fixture
async def uncopied(live: Running) -> AsyncIterator[None]:
    """Nobody carries bookings to the clinical store meanwhile, and so nobody says that what was carried is right."""
    background = live.application.background
    await background.stop()
    yield
    background.start()
