from collections.abc import AsyncIterator

import pytest

from gateway.settings import Settings
from tests.gateway.http.clients.desk import Desk, desk_over, registered


@pytest.fixture(scope="package")
async def desk(
    settings: Settings, urls: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Desk]:
    """The demo over the village, with two apps and two machines."""
    async with desk_over(settings, urls, registered(tmp_path_factory.mktemp("clients"))) as made:
        yield made
