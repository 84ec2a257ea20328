"""The demo's gateway in process: with its portal beside it and browsers, and with apps and machines."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import pytest

from gateway.beside import portal
from gateway.settings import Settings
from gateway.world.citizens import citizens
from tests.conftest import Gateway, opened
from tests.contacts import contacts_kept
from tests.gateway.http.auth.desk import Desk, desk_over, registered
from tests.gateway.http.auth.surfing import Surfer, forgiven


@pytest.fixture(scope="module")
async def portal_port(settings: Settings, urls: dict[str, str], anchored_on: date) -> AsyncIterator[int]:
    """The portal, a process of its own, with the people of the village."""
    async with contacts_kept(urls["registry"]):
        with portal(settings.data, 0, settings.issuer or "", citizens(anchored_on)) as port:
            yield port


@pytest.fixture(scope="module")
async def signing(settings: Settings, urls: dict[str, str], portal_port: int) -> AsyncIterator[Gateway]:
    """The gateway by which people sign in through the portal."""
    async with opened(replace(settings, portal_port=portal_port), urls) as made:
        yield made


@pytest.fixture
async def surfer(signing: Gateway) -> AsyncIterator[Surfer]:
    """A browser without a past."""
    await forgiven(signing)
    async with httpx.AsyncClient(trust_env=False) as there:
        yield Surfer(signing.client, there)


@pytest.fixture(scope="package")
async def set_up_desk(
    settings: Settings, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """The demo over the village, with two apps and two machines."""
    async with desk_over(settings, urls, registered(tmp_path_factory.mktemp("clients"))) as made:
        yield made


@pytest.fixture
async def desk(set_up_desk: Desk) -> Desk:
    """The same, where nobody has failed at anything yet, with the keys that the store has now: other tests empty it."""
    await forgiven(set_up_desk.gateway)
    await set_up_desk.gateway.application.sessions.keys.look(datetime.now(UTC))
    return set_up_desk
