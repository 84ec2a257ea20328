"""Applications behind real HTTP, in the loop of the tests."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from gateway.settings import Settings
from tests.served.production import production
from tests.served.running import Running, running


@pytest.fixture(scope="module")
async def live(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Running]:
    """The demo, with time enough for a busy machine."""
    async with running(dataclasses.replace(settings, pool=3, store_deadline=30, deadline=60), urls) as served:
        yield served


@pytest.fixture(scope="module")
async def strict(tmp_path_factory: pytest.TempPathFactory, urls: dict[str, str]) -> AsyncIterator[Running]:
    """Production."""
    async with production(tmp_path_factory.mktemp("production"), urls) as served:
        yield served
