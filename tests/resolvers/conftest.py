"""The stores of the village, and the facts of viewers as they are had from them."""

from collections.abc import AsyncIterator

import pytest

from resolvers.facts import ViewerFacts
from sources.stores import Stores


@pytest.fixture(scope="module")
async def stores(urls: dict[str, str]) -> AsyncIterator[Stores]:
    """The stores of the village."""
    made = Stores.from_urls(urls, deadline=10)
    yield made
    await made.close()


@pytest.fixture
def facts(stores: Stores) -> ViewerFacts:
    """Facts of viewers, none of them known yet."""
    return ViewerFacts(stores)
