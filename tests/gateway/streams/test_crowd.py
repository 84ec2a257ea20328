"""Many streams at once: facts come in one batch, executions are shared, and slow readers are dropped."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.request.request import Request
from gateway.identity import demo
from gateway.identity.presented import Presented
from gateway.log import Exchange
from gateway.settings import Settings
from gateway.streams import outbox
from gateway.streams.stream import Ending, Stream
from gateway.world.cast import census_subject
from sources.postgres.store import statements
from sources.stores import Stores
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, CHANGED, listening, socket, step, until
from tests.served.running import Running, running

VIEWERS, EACH = 200, 5
LONG = "subscription { applicationChanged { " + " ".join(f"{'a' * 90}{n}: step" for n in range(150)) + " } }"


class Ear:
    """An outlet that counts."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.ended: list[Ending] = []

    def next(self, payload: str) -> None:
        self.heard.append(payload)

    def end(self, ending: Ending, content: Mapping[str, Any]) -> None:  # noqa: ARG002 - only that it ended matters
        self.ended.append(ending)


@asynccontextmanager
async def census(stores: Stores, number: int) -> AsyncIterator[list[str]]:
    """So many accounts that may read everything."""
    subjects = [census_subject(one) for one in range(1, number + 1)]
    insert = (
        "INSERT INTO appointment (subject, function, valid_from) SELECT one, 'ALL', '2020-01-01' FROM "
        "unnest($1::text[]) AS one WHERE NOT EXISTS (SELECT FROM appointment WHERE subject = one)"
    )
    await stores.journal.execute(insert, subjects)
    yield subjects


async def test_a_thousand_streams_of_two_hundred_viewers_take_one_batch_of_facts(
    own_settings: Settings, own_urls: dict[str, str], own_stores: Stores
) -> None:
    counted: dict[str, int] = {}
    statements.set(counted)
    try:
        async with census(own_stores, VIEWERS) as subjects, running(own_settings, own_urls) as served:
            streams, now = served.application.streams, datetime.now(UTC)
            tokens = [demo.token(own_settings.data, one, timedelta(hours=1), now) for one in subjects]
            ears = [Ear() for _ in range(VIEWERS * EACH)]
            for number, ear in enumerate(ears):
                opened = await streams.open(
                    Request(CHANGED), Presented(tokens[number % VIEWERS]), Exchange(str(number), "WS", "ru"), ear
                )
                assert isinstance(opened, Stream)
            # Everybody's facts are forgotten, and asked for anew when the event comes.
            served.application.operating.facts._known.clear()
            counted.clear()
            executions = streams.executions
            await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
            async with asyncio.timeout(60):
                while not all(ear.heard for ear in ears):
                    await asyncio.sleep(0.01)
    finally:
        statements.set(None)
    assert {len(ear.heard) for ear in ears} == {1}
    assert streams.executions - executions == VIEWERS
    # Facts: a load and a check each half second, a handful of statements of each store; the application: one for all.
    assert sum(counted.values()) < VIEWERS / 2


@asynccontextmanager
async def silent_socket(live: Running) -> AsyncIterator[None]:
    """A socket whose caller subscribes and then reads nothing."""
    async with socket(live, max_queue=1) as caller:
        await caller.greet(live.token("applicant"))
        await caller.subscribe("a", LONG)
        yield
        caller.connection.transport.abort()


@asynccontextmanager
async def silent_events(live: Running) -> AsyncIterator[None]:
    """An event stream whose caller reads nothing."""
    base, content = live.client.base_url, json.dumps({"query": LONG}).encode()
    head = (
        b"POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n"
        b"authorization: Bearer %b\r\ncontent-length: %d\r\n\r\n" % (live.token("applicant").encode(), len(content))
    )
    with sockets.create_connection((base.host, base.port)) as caller:
        caller.sendall(head + content)
        yield


@pytest.mark.parametrize("silent", [silent_socket, silent_events])
async def test_a_reader_who_does_not_read_is_dropped_and_the_others_are_told(
    live: Running, own_stores: Stores, monkeypatch: pytest.MonkeyPatch, silent: Any
) -> None:
    monkeypatch.setattr(outbox, "MOST_WAITING", 4)
    streams, dropped = live.application.streams, live.application.streams.dropped
    async with listening(live, "applicant") as reader:
        await reader.subscribe("a", "subscription { applicationChanged { step } }")
        async with silent(live):
            await until(live.application, 2)
            async with asyncio.timeout(120):
                while streams.dropped == dropped:
                    await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
                    assert (await reader.hear())["type"] == "next"
        await until(live.application, 1)
    await until(live.application, 0)
    assert [line["ending"] for line in await live.log() if line["event"] == "stream"][-2:] == ["slow", "left"]
