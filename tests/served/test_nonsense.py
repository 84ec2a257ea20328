"""A store whose bytes make no sense contradicts: it is named, the others answer, and nobody is told of our own fault."""

import dataclasses
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from gateway.settings import Settings
from sources.stores import NAMES
from tests.served.faults import opened
from tests.served.mangling import MANGLINGS, Mangler
from tests.served.running import Running, running
from tests.served.test_outage import LOST, QUESTION, forget, kept, places

Setting = tuple[Running, dict[str, Mangler]]
CODES = {"SOURCE_CONTRADICTS", "SOURCE_UNAVAILABLE", "SOURCE_TIMED_OUT"}


@pytest.fixture(scope="module")
async def setting(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Setting]:
    """An application with a mangler before each store."""
    mine = dataclasses.replace(settings, pool=3, store_deadline=1.0, deadline=10.0)
    async with (
        opened({name: Mangler(url) for name, url in urls.items()}) as proxies,
        running(mine, {name: one.url for name, one in proxies.items()}) as served,
    ):
        yield served, proxies


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mangling", MANGLINGS)
async def test_a_store_that_makes_no_sense_is_named_and_the_others_answer(
    setting: Setting, name: str, mangling: str
) -> None:
    served, proxies = setting
    whole = await served.ask("census", QUESTION)
    assert "errors" not in whole
    proxy = proxies[name]
    proxy.mangling, proxy.random, spoilt = MANGLINGS[mangling], Random(len(mangling)), proxy.spoilt
    forget(served)
    await getattr(served.application.operating.stores, name).close()
    try:
        response = await served.send("census", QUESTION)
    finally:
        proxy.mangling = None
        forget(served)
    body: Any = response.json()
    print(mangling, name, response.status_code, [e["extensions"] for e in body.get("errors", ())])
    assert response.status_code == 200
