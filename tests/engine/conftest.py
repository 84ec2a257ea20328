"""The village behind a memory, and both executors over it."""

from datetime import UTC, datetime

import pytest

from auth.viewer import Viewer
from gateway.world.cast import CAST
from sources.stores import Stores
from tests.authorization import world as worlds
from tests.authorization.world import World
from tests.conftest import Gateway
from tests.engine.faults import told_apart  # noqa: F401 - a fixture of the tests here
from tests.engine.pairing import viewers_of
from tests.engine.remembering import remembering


@pytest.fixture(scope="session")
async def village(gateway: Gateway, lent: None) -> World:
    """The village as it is at the start of these tests."""
    subjects = {name: persona.subject for name, persona in CAST.items()}
    return await worlds.read(gateway.application.stores, datetime.now(UTC), subjects)


@pytest.fixture(scope="session")
def remembered(gateway: Gateway) -> Stores:
    """The stores behind a memory: nothing changes under the hands of two executors."""
    return remembering(gateway.application.stores)


@pytest.fixture(scope="session")
async def viewers(gateway: Gateway, village: World) -> dict[str, Viewer]:
    """Every viewer of the cast, and nobody."""
    return await viewers_of(gateway.application.stores, village)
