"""Streams while a store is down: nobody is told what he may not see, and what was missed is told when it is back."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from gateway.settings import Settings
from sources.stores import Stores
from tests.gateway.streams.cabinet import Section, change, told
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, CHANGED, listening, socket, step, until
from tests.served.faults import Mode, Proxy, proxied
from tests.served.running import Running, running

Served = tuple[Running, dict[str, Proxy]]


@pytest.fixture
async def fragile(own_settings: Settings, own_urls: dict[str, str]) -> AsyncIterator[Served]:
    """A server whose stores can go away."""
    settings = dataclasses.replace(own_settings, store_deadline=30, deadline=60)
    async with AsyncExitStack() as stack:
        proxies = await stack.enter_async_context(proxied(own_urls))
        urls = {name: proxy.url for name, proxy in proxies.items()}
        yield await stack.enter_async_context(running(settings, urls)), proxies


async def test_what_happens_while_the_store_is_away_is_told_when_it_is_back(
    fragile: Served, own_stores: Stores
) -> None:
    served, proxies = fragile
    async with listening(served, "regulator") as caller:
        await caller.subscribe("a", CHANGED)
        await proxies["accreditation"].become(Mode.REFUSE)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        await caller.settle()
        await proxies["accreditation"].become(Mode.PASS)
        told = await caller.hear()
        assert told["payload"]["data"]["applicationChanged"]["step"] == "UPDATED"
        await caller.settle()


async def test_who_cannot_be_told_apart_is_told_so_and_not_shown_out(fragile: Served, own_stores: Stores) -> None:
    """Without the journal nobody knows who is an expert; that is no reason to say that he is none."""
    served, proxies = fragile
    async with listening(served, "expert") as caller:
        await caller.subscribe("a", CHANGED)
        await proxies["journal"].become(Mode.REFUSE)
        heard = await caller.hear()
        assert (heard["id"], heard["type"]) == ("a", "error")
        found = heard["payload"][0]["extensions"]
        assert (found["code"], found["store"], found["retryable"]) == ("SOURCE_UNAVAILABLE", "journal", True)
        await proxies["journal"].become(Mode.PASS)
        async with asyncio.timeout(60):
            while not served.application._listeners["journal"].alive:
                await asyncio.sleep(0.01)
        await caller.subscribe("a", CHANGED)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        assert (await caller.hear())["type"] == "next"


async def test_a_stream_cannot_begin_without_its_store(fragile: Served) -> None:
    served, proxies = fragile
    await proxies["accreditation"].become(Mode.REFUSE)
    async with socket(served) as caller:
        await caller.greet(served.token("mis"))
        await caller.say("subscribe", id="a", payload={"query": "subscription { notificationReceived { id } }"})
        await caller.say("subscribe", id="b", payload={"query": CHANGED})
        heard = await caller.hear()
        assert (heard["id"], heard["payload"][0]["extensions"]["code"]) == ("b", "SOURCE_UNAVAILABLE")
        await until(served.application, 1)


async def test_rights_are_looked_at_though_nobody_hears_the_stores(fragile: Served, own_stores: Stores) -> None:
    """The listening connections are gone, the others stand: the look twice in a second finds it all the same."""
    served, _ = fragile
    for listener in served.application._listeners.values():
        await listener.stop()
    async with listening(served, "expert") as caller, listening(served, "regulator") as other:
        for one in (caller, other):
            await one.subscribe("a", CHANGED)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        for one in (caller, other):
            assert (await one.hear())["type"] == "next"
        text = "UPDATE appointment SET function = $2 WHERE subject = $1"
        await own_stores.journal.execute(text, "1000000013", "AUD")
        try:
            assert await caller.closed() == 4403
        finally:
            await own_stores.journal.execute(text, "1000000013", "EXP")


@pytest.mark.parametrize("store", ["registry", "documents", "schedule"])
async def test_a_change_is_told_though_its_word_was_lost(
    fragile: Served, own_stores: Stores, sections: dict[str, Section], store: str
) -> None:
    served, _ = fragile
    async with listening(served, "therapist") as caller:
        await caller.subscribe("a", sections[store].query)
        for listener in served.application._listeners.values():
            await listener.stop()
        await change(own_stores, sections[store])
        assert await told(caller) is not None
        await caller.settle()


@pytest.mark.parametrize("store", ["documents", "schedule"])
async def test_what_changed_while_its_store_was_away_is_told_when_it_is_back(
    fragile: Served, own_stores: Stores, sections: dict[str, Section], store: str
) -> None:
    served, proxies = fragile
    async with listening(served, "therapist") as caller:
        await caller.subscribe("a", sections[store].query)
        await proxies[store].become(Mode.REFUSE)
        await change(own_stores, sections[store])
        await caller.settle()
        await proxies[store].become(Mode.PASS)
        assert await told(caller) is not None
        await caller.settle()


async def test_a_store_that_fell_silent_holds_up_no_news_of_the_others(
    own_settings: Settings, own_urls: dict[str, str], own_stores: Stores, sections: dict[str, Section]
) -> None:
    """It is waited for longer than anybody listens here."""
    settings = dataclasses.replace(own_settings, store_deadline=600, deadline=600)
    async with AsyncExitStack() as stack:
        proxies = await stack.enter_async_context(proxied(own_urls))
        urls = {name: proxy.url for name, proxy in proxies.items()}
        served = await stack.enter_async_context(running(settings, urls))
        caller = await stack.enter_async_context(listening(served, "therapist"))
        for section in sections.values():
            await caller.subscribe(section.store, section.query)
        await proxies["documents"].become(Mode.BLACKHOLE)
        for store in ("registry", "schedule"):
            await change(own_stores, sections[store])
            assert (await caller.hear())["id"] == store
        await proxies["documents"].become(Mode.REFUSE)
        await proxies["documents"].become(Mode.PASS)
        await change(own_stores, sections["documents"])
        assert (await caller.hear())["id"] == "documents"
