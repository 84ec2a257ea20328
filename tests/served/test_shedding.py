"""Too much at once: those for whom there is no place are told so at the door, and nobody is asked anything for them."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gateway.settings import Settings
from sources.postgres.store import Store
from tests.gateway.streams.speaking import STANDING, socket
from tests.served.running import Running, running
from tests.served.test_crowd import SHIFTS, connected, held, letter, waiting

PLACES = 8
CARD = '{ practitioner(by: {id: "prac_1"}) { fullName } }'
LISTS = "{ practitioners(first: 100) { nodes { organization { name } accreditations { kind } } } }"
MARK = "mutation { markMessagesRead(input: {ids: []}) { marked } }"


@pytest.fixture(scope="module")
async def narrow(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Running]:
    """A process with few places, and time enough for a busy machine; nobody waits long for a place but acts."""
    few = dataclasses.replace(settings, operations=PLACES, pool=PLACES + 1, store_deadline=60, deadline=60)
    async with running(few, urls) as served:
        served.application.operating.admission._patience[1:] = [0.1, 0.1]
        yield served


@pytest.fixture(scope="module")
async def schedule(urls: dict[str, str]) -> AsyncIterator[Store]:
    """The store of the schedule, as somebody who looks in from outside."""
    store = Store("schedule", urls["schedule"], pool=3, deadline=30)
    yield store
    await store.close()


@pytest.fixture
async def full(narrow: Running, schedule: Store) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """Callers whose statements wait for a lock, one for each place."""
    assert "errors" not in await narrow.ask("census", SHIFTS)
    async with AsyncExitStack() as stack, held(schedule):
        callers = [(await connected(narrow))[1] for _ in range(PLACES)]
        for writer in callers:
            stack.callback(writer.close)
            writer.write(letter(narrow, "census", SHIFTS))
        await waiting(schedule, PLACES)
        yield callers


class Asked:
    """Notes the subjects whose facts were asked for."""

    def __init__(self, served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        self.subjects: list[str] = []
        of = served.application.operating.facts.of

        async def noted(subject: str, *more: Any) -> Any:
            self.subjects.append(subject)
            return await of(subject, *more)

        monkeypatch.setattr(served.application.operating.facts, "of", noted)


@pytest.mark.parametrize("document", [CARD, LISTS])
async def test_who_finds_no_place_is_refused_before_any_store_is_asked(
    narrow: Running, full: list[asyncio.StreamWriter], monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    asked = Asked(narrow, monkeypatch)
    response = await narrow.send("therapist", document)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "SERVICE_OVERLOADED", "retryable": True}
    assert "data" not in response.json()
    assert asked.subjects == []
    assert len(full) == PLACES


async def test_acts_are_done_meanwhile(narrow: Running, full: list[asyncio.StreamWriter]) -> None:
    assert await narrow.ask("therapist", MARK) == {"data": {"markMessagesRead": {"marked": 0}}}
    assert len(full) == PLACES


async def test_a_caller_who_leaves_frees_his_place(narrow: Running, full: list[asyncio.StreamWriter]) -> None:
    narrow.application.operating.admission._patience[1] = 30.0
    try:
        next_one = asyncio.create_task(narrow.ask("census", CARD))
        await asyncio.sleep(0)
        full[0].close()
        assert "errors" not in await next_one
    finally:
        narrow.application.operating.admission._patience[1] = 0.1


async def test_over_sockets_and_as_events_it_is_the_same(narrow: Running, full: list[asyncio.StreamWriter]) -> None:
    async with socket(narrow) as opened:
        await opened.greet(narrow.token("therapist"))
        for document in (CARD, STANDING):
            await opened.say("subscribe", id="a", payload={"query": document})
            said = await opened.hear()
            assert (said["type"], said["id"]) == ("error", "a")
            assert [error["extensions"]["code"] for error in said["payload"]] == ["SERVICE_OVERLOADED"]
        await opened.say("subscribe", id="b", payload={"query": MARK})
        assert (await opened.hear())["payload"] == {"data": {"markMessagesRead": {"marked": 0}}}
    events = await narrow.send("therapist", STANDING, accept="text/event-stream")
    assert "SERVICE_OVERLOADED" in events.text
    assert len(full) == PLACES


async def test_an_unknown_document_is_not_made_ready_when_nobody_has_a_turn(
    narrow: Running, full: list[asyncio.StreamWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = narrow.application.operating.executor
    monkeypatch.setattr(narrow.application.operating.admission, "crowded", lambda *_: True)
    unknown = '{ practitioner(by: {id: "prac_2"}) { id } }'
    assert (await narrow.send("therapist", unknown)).status_code == 503
    assert unknown not in executor.operations._known
    assert (await narrow.send("therapist", MARK + " # once more")).status_code == 200
    assert len(full) == PLACES


async def test_the_log_tells_of_those_sent_away_in_two_lines(narrow: Running, full: list[asyncio.StreamWriter]) -> None:
    before = len(await narrow.log())
    refused = [(await narrow.send("therapist", CARD)).status_code for _ in range(3)]
    for writer in full:
        writer.close()
    async with asyncio.timeout(30):
        while (told := [line for line in await narrow.log() if "overload" in line["event"]])[-1]["event"] != (
            "overload over"
        ):
            await asyncio.sleep(0.05)
    assert refused == [503] * 3
    assert told[-2]["event"] == "overloaded"
    assert told[-1]["refused"]["read"] >= 3
    # None of the refused has a line of his own.
    assert not [line for line in (await narrow.log())[before:] if "SERVICE_OVERLOADED" in line.get("codes", ())]
