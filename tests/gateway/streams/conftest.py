"""A world of the streams' own, which their tests may change."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from gateway.settings import Settings
from gateway.world.loading import Loaded
from sources.embedded import EmbeddedServer
from sources.stores import Stores
from tests.gateway.streams.cabinet import Section, cabinet
from tests.gateway.streams.charts import carried_over
from tests.gateway.streams.speaking import until
from tests.served.running import Running, running
from tests.villages import copied


@pytest.fixture(scope="package")
def own_urls(server: EmbeddedServer, pristine: Loaded) -> dict[str, str]:
    """The addresses of that world."""
    return copied(server, "streams_")


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
async def open_live(own_settings: Settings, own_urls: dict[str, str], own_stores: Stores) -> AsyncIterator[Running]:
    """The demo over that village, behind real HTTP in the loop of the tests."""
    async with running(own_settings, own_urls) as served:
        await carried_over(own_stores)
        yield served


@pytest.fixture
async def live(open_live: Running) -> Running:
    """The same, with nobody listening any more to what was told before, and what was put back known as it is."""
    await until(open_live.application, 0)
    open_live.application.operating.facts.heard()
    return open_live


@pytest.fixture
async def sections(own_stores: Stores) -> AsyncIterator[dict[str, Section]]:
    """The sections of the therapist's cabinet by their stores."""
    async with cabinet(own_stores) as found:
        yield found


@pytest.fixture
async def unattended(live: Running) -> AsyncIterator[None]:
    """No job does anything meanwhile: none carries bookings to the clinical store, and none makes papers of acts."""
    background = live.application.background
    await background.stop()
    yield
    background.start()
