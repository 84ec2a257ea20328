"""Whatever goes wrong while an event is made reaches each who waits for it, with an id, and the log but once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from engine.executor import Executor
from resolvers.live import news
from resolvers.live.news import ApplicationNews
from sources.postgres.failure import SourceContradicts
from sources.stores import Stores
from tests.gateway.streams.speaking import (
    APPLICANT_APPLICATION,
    CHANGED,
    STANDING,
    Socket,
    events,
    listening,
    step,
    until,
)
from tests.served.running import Running

INTERNAL = "INTERNAL_SERVER_ERROR"


class Unexpected(Exception):
    """What nobody foresaw."""


async def faults(live: Running, kind: str = Unexpected.__name__) -> list[dict[str, Any]]:
    """The lines of the log that tell of it."""
    return [line for line in await live.log() if line["event"] == "fault" and line["kind"] == kind]


def failing(*_: Any, **__: Any) -> Any:
    raise Unexpected("a secret")


@pytest.fixture(autouse=True)
async def before(live: Running) -> AsyncIterator[int]:
    """How many lines there were; what was noted once is forgotten first, and other tests see none of it."""
    live.application.streams._faults._known.clear()
    yield len(await faults(live))
    await live.log()
    live.sink.seek(0)
    live.sink.truncate()


@asynccontextmanager
async def everybody(live: Running) -> Any:
    """Two viewers over sockets, one of them with two operations, and one over an event stream, who all listen."""
    async with (
        listening(live, "applicant") as one,
        listening(live, "regulator") as other,
        events(live, live.token("applicant"), CHANGED) as stream,
    ):
        await one.subscribe("a", CHANGED)
        await other.subscribe("a", CHANGED, id="app_1")
        await other.subscribe("b", STANDING)
        yield one, other, stream


async def told(callers: tuple[Socket, Socket, Any]) -> list[dict[str, Any]]:
    """What each is told, as extensions of its error, at the end of its stream."""
    one, other, stream = callers
    found = []
    for caller in (one, other):
        heard = await caller.hear()
        assert (heard["id"], heard["type"]) == ("a", "error")
        found.append(heard["payload"][0]["extensions"])
    kind, content = await anext(stream)
    assert (kind, set(content)) == ("next", {"errors", "extensions"})
    found.append({**content["errors"][0]["extensions"], **content["extensions"]})
    assert await anext(stream) == ("complete", None)
    return found


async def assert_each_is_told(live: Running, callers: tuple[Socket, Socket, Any], before: int) -> None:
    found = await told(callers)
    assert [one["code"] for one in found] == [INTERNAL] * 3
    assert all(one["requestId"] and one["occurredAt"].endswith("Z") for one in found)
    (line,) = (await faults(live))[before:]
    assert {one["errorId"] for one in found} == {line["errorId"]}
    assert "secret" not in str(line)


async def test_where_news_cannot_be_found_out(
    live: Running, own_stores: Stores, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    async with everybody(live) as callers:
        with monkeypatch.context() as patched:
            patched.setattr(ApplicationNews, "news", failing)
            await assert_each_is_told(live, callers, before)
        one, other, _ = callers
        # What it did not befall goes on, and what it befell can be asked for again.
        await other.settle()
        await one.subscribe("a", CHANGED)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        assert (await one.hear())["payload"]["data"]["applicationChanged"]["step"] == "UPDATED"


async def test_where_a_store_makes_no_sense_any_more(
    live: Running, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    async def nonsense(_: ApplicationNews) -> Any:
        raise SourceContradicts("accreditation") from Unexpected()

    monkeypatch.setattr("gateway.streams.feeds.NONSENSE", 0)
    async with everybody(live) as callers:
        monkeypatch.setattr(ApplicationNews, "news", nonsense)
        found = await told(callers)
    assert {(one["code"], one["store"], one["retryable"]) for one in found} == {
        ("SOURCE_CONTRADICTS", "accreditation", False)
    }
    (line,) = (await faults(live))[before:]
    assert {one["errorId"] for one in found} == {line["errorId"]}


async def test_where_an_event_cannot_be_executed(
    live: Running, own_stores: Stores, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    async with everybody(live) as callers:
        monkeypatch.setattr(Executor, "tell", failing)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        await assert_each_is_told(live, callers, before)
        one, *_ = callers
        for _ in range(3):
            await one.subscribe("a", CHANGED)
            await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
            assert (await one.hear())["type"] == "error"
    assert len(await faults(live)) == before + 1


async def test_where_rights_cannot_be_looked_at(live: Running, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    async with everybody(live) as callers:
        monkeypatch.setattr("gateway.streams.stream.Stream.stands_otherwise", failing)
        live.application.streams.heard(rights=True)
        await assert_each_is_told(live, callers, before)
        await until(live.application, 0)


async def test_where_it_is_nobodys_in_particular(live: Running, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    async with everybody(live) as callers:
        monkeypatch.setattr("gateway.streams.feeds.Feeds.news", failing)
        await assert_each_is_told(live, callers, before)
        await until(live.application, 0)


async def test_where_one_place_of_each_event_is_lost(
    live: Running, own_stores: Stores, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """The rest is told, and the stream goes on; the log has one line for all events."""
    monkeypatch.setattr(news, "whole", failing)
    ids = set()
    async with listening(live, "applicant") as caller:
        await caller.subscribe("a", CHANGED)
        for name in ("UPDATED", "COMMENTED", "UPDATED"):
            await step(own_stores, APPLICANT_APPLICATION, name)
            payload = (await caller.hear())["payload"]
            assert payload["data"]["applicationChanged"]["step"] == name
            (error,) = payload["errors"]
            assert (error["extensions"]["code"], error["path"]) == (INTERNAL, ["applicationChanged", "application"])
            ids.add(error["extensions"]["errorId"])
    (line,) = (await faults(live))[before:]
    assert ids == {line["errorId"]}


async def test_an_answer_that_cannot_be_written_is_told_of_through_every_door(
    live: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "{ specialties { code } }"
    execute = Executor.execute

    async def unwritable(self: Executor, *asked: Any) -> Any:
        answer = await execute(self, *asked)
        answer.data = {"specialties": {1, 2}}
        return answer

    monkeypatch.setattr(Executor, "execute", unwritable)
    found = [(await live.send("applicant", query)).json()["errors"][0]["extensions"]]
    async with listening(live, "applicant") as caller:
        await caller.say("subscribe", id="a", payload={"query": query})
        heard = await caller.hear()
        assert (heard["id"], heard["type"]) == ("a", "error")
        found.append(heard["payload"][0]["extensions"])
        await caller.settle()
    noted = {line["errorId"] for line in await live.log() if line["event"] == "fault"}
    assert [one["code"] for one in found] == [INTERNAL] * 2
    assert {one["errorId"] for one in found} <= noted
