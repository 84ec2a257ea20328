"""A store that makes no sense for a while: acts are told so, streams miss nothing, and the log stays short."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from gateway.settings import Settings
from sources.stores import Stores
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, CHANGED, listening, step
from tests.served.faults import opened
from tests.served.mangling import MANGLINGS, Mangler
from tests.served.running import Running, running

Served = tuple[Running, dict[str, Mangler]]
CODES = {"SOURCE_CONTRADICTS", "SOURCE_UNAVAILABLE", "SOURCE_TIMED_OUT"}
ACT = """mutation { createApplication(input: {kind: PERMANENT}) {
    application { id number } problems { code } } }"""
# Of each kind one: bytes, values, nulls, descriptions, ends.
CHOSEN = (
    "an unknown kind of message",
    "a row that is cut off",
    "text that is no text",
    "nulls everywhere",
    "other names of columns",
    "types that nobody knows",
    "an error that says nothing",
    "no row at all",
    "documents of no shape",
)


@pytest.fixture(scope="module")
async def fragile(own_settings: Settings, own_urls: dict[str, str]) -> AsyncIterator[Served]:
    """A server whose stores can cease to make sense."""
    settings = dataclasses.replace(own_settings, store_deadline=5, deadline=30)
    async with (
        opened({name: Mangler(url) for name, url in own_urls.items()}) as proxies,
        running(settings, {name: one.url for name, one in proxies.items()}) as served,
    ):
        yield served, proxies


def faults(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What nobody expected, but for what jobs met."""
    return [line for line in lines if line["event"] == "fault" and not line["errorId"].startswith("job-")]


@pytest.mark.parametrize("mangling", CHOSEN)
async def test_an_act_is_told_of_it_and_can_be_done_afterwards(fragile: Served, mangling: str) -> None:
    served, proxies = fragile
    store = proxies["accreditation"]
    assert "errors" not in await served.ask("therapist", ACT)
    await served.application.operating.stores.accreditation.close()
    store.mangling, store.random = MANGLINGS[mangling], Random(mangling)
    try:
        answer = await served.ask("therapist", ACT)
    finally:
        store.mangling = None
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] in CODES, error
        assert error["extensions"]["store"] == "accreditation"
    assert faults(await served.log()) == []
    served.application.operating.facts._known.clear()
    async with asyncio.timeout(30):
        while "errors" in await served.ask("therapist", ACT):
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("mangling", CHOSEN)
async def test_what_happens_meanwhile_is_told_once_it_makes_sense_again(
    fragile: Served, own_stores: Stores, mangling: str
) -> None:
    served, proxies = fragile
    async with listening(served, "regulator") as caller:
        await caller.subscribe("a", CHANGED, id=f"app_{APPLICANT_APPLICATION}")
        store = proxies["accreditation"]
        store.mangling, store.random = MANGLINGS[mangling], Random(mangling)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        await asyncio.sleep(0)
        before = store.spoilt
        async with asyncio.timeout(30):
            while store.spoilt < before + 3:
                await asyncio.sleep(0.01)
        store.mangling = None
        heard = await caller.hear()
        if heard["type"] == "next" and (told := heard["payload"]["data"]["applicationChanged"]) is not None:
            assert told["step"] == "UPDATED"
        else:
            # The store did not say any more whether he may hear of it, or what it is.
            errors = heard["payload"] if heard["type"] == "error" else heard["payload"]["errors"]
            assert {error["extensions"]["code"] for error in errors} <= CODES
    assert faults(await served.log()) == []
