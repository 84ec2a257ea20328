"""An issuer that publishes its keys."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.identity.issuing import KeyServer, key_server


@pytest.fixture
async def publisher() -> AsyncIterator[KeyServer]:
    """Where the keys are published."""
    async with key_server() as keys:
        yield keys
