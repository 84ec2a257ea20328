"""The door over WebSocket: who is let in, and with which code everybody else is shown out."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from gateway.http.heading import bearer_of
from gateway.settings import Settings
from gateway.streams import conversation
from tests.gateway.streams.speaking import CHANGED, STANDING, Socket, events, listening, socket, until
from tests.served.running import Running, running

FRIENDLY = "https://cabinet.example.org"


@pytest.fixture(scope="module")
async def strict(own_settings: Settings, own_urls: dict[str, str]) -> AsyncIterator[Running]:
    """A server with few places, that one origin may use."""
    settings = dataclasses.replace(own_settings, origins=(FRIENDLY,), streams=6, streams_per_viewer=3)
    async with running(settings, own_urls) as served:
        yield served


@asynccontextmanager
async def greeted(live: Running) -> AsyncIterator[Socket]:
    async with listening(live, "applicant") as opened:
        yield opened


@pytest.mark.parametrize("protocols", [["graphql-ws"], None, ["soap", "graphql-ws"]])
async def test_only_the_one_protocol_is_spoken(live: Running, protocols: list[str] | None) -> None:
    offered = None if protocols is None else [Subprotocol(one) for one in protocols]
    async with socket(live, subprotocols=offered) as caller:
        assert await caller.closed() == 4406


async def test_who_offers_both_protocols_gets_the_new_one(live: Running) -> None:
    offered = [Subprotocol("graphql-ws"), Subprotocol("graphql-transport-ws")]
    async with socket(live, subprotocols=offered) as caller:
        assert caller.connection.subprotocol == "graphql-transport-ws"


async def test_who_does_not_begin_is_shown_out(live: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "INIT_SECONDS", 0.05)
    async with socket(live) as caller:
        assert await caller.closed() == 4408


async def test_who_asks_before_he_began_is_shown_out(live: Running) -> None:
    async with socket(live) as caller:
        await caller.say("subscribe", id="a", payload={"query": "{ __typename }"})
        assert await caller.closed() == 4401


async def test_who_begins_twice_is_shown_out(live: Running) -> None:
    async with greeted(live) as caller:
        await caller.say("connection_init")
        assert await caller.closed() == 4429


@pytest.mark.parametrize("token", ["Bearer nonsense", "Bearer a.b.c", "Basic dXNlcg==", "Bearer é"])
async def test_who_cannot_be_believed_is_shown_out(live: Running, token: str) -> None:
    async with socket(live) as caller:
        await caller.say("connection_init", payload={"authorization": token})
        assert await caller.closed() == 4401


async def test_the_token_may_stand_in_the_header_but_not_twice_and_not_in_the_address(live: Running) -> None:
    header = {"authorization": f"Bearer {live.token('applicant')}"}
    async with socket(live, additional_headers=header) as caller:
        await caller.greet(None)
        await caller.subscribe("a", STANDING)
    async with socket(live, additional_headers=header) as caller:
        await caller.say("connection_init", payload={"authorization": f"Bearer {live.token('applicant')}"})
        assert await caller.closed() == 4400
    with pytest.raises(InvalidStatus) as refused:
        async with socket(live, additional_headers=header, path="/graphql?access_token=a"):
            pass
    assert refused.value.response.status_code == 400


@pytest.mark.parametrize("blank", [{"authorization": ""}, {"Authorization": " "}, {"authorization": None}])
async def test_who_is_signed_out_may_ask_as_nobody(live: Running, blank: dict[str, str | None]) -> None:
    async with socket(live, additional_headers={"authorization": ""}) as caller:
        await caller.say("connection_init", payload=blank)
        assert await caller.hear() == {"type": "connection_ack"}
        await caller.say("subscribe", id="a", payload={"query": "{ viewer { roles { name } } }"})
        assert "errors" not in (await caller.hear())["payload"]
    async with socket(live, additional_headers={"authorization": f"Bearer {live.token('applicant')}"}) as caller:
        await caller.say("connection_init", payload=blank)
        assert await caller.hear() == {"type": "connection_ack"}


@pytest.mark.parametrize("empty", ["Bearer", "Bearer "])
async def test_a_scheme_without_a_token_is_no_sign_in(live: Running, empty: str) -> None:
    async with socket(live) as caller:
        await caller.say("connection_init", payload={"authorization": empty})
        assert await caller.closed() == 4401


@pytest.mark.parametrize(("blank", "status"), [("", 200), ("Bearer", 401)])
async def test_a_blank_header_is_absent_and_a_scheme_alone_is_not(live: Running, blank: str, status: int) -> None:
    content = {"query": "{ viewer { roles { name } } }"}
    response = await live.client.post("/graphql", json=content, headers={"authorization": blank})
    assert response.status_code == status
    assert [bearer_of(one) for one in (b"", b" ", b"\t ", b"Bearer ")] == [None, None, None, ""]


@pytest.mark.parametrize(("accept", "status"), [("application/graphql-response+json", 400), ("application/json", 200)])
async def test_who_names_a_document_is_told_to_send_it(live: Running, accept: str, status: int) -> None:
    """Links for persisted documents look for this very message or this very code, and then send the document."""
    headers = {"accept": accept, "accept-language": "ru"}
    hashed = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a" * 64}}}
    params = {"extensions": json.dumps(hashed["extensions"])}
    for response in (
        await live.client.post("/graphql", json=hashed, headers=headers),
        await live.client.post("/graphql", json={"documentId": "sha256:ab"}, headers=headers),
        await live.client.get("/graphql", params=params, headers=headers),
    ):
        (error,) = response.json()["errors"]
        assert (response.status_code, error["message"]) == (status, "PersistedQueryNotSupported")
        assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_who_names_a_document_is_told_to_send_it_and_may(live: Running) -> None:
    hashed = {"persistedQuery": {"version": 1, "sha256Hash": "a" * 64}}
    async with listening(live, "applicant") as caller:
        await caller.say("subscribe", id="a", payload={"extensions": hashed})
        heard = await caller.hear()
        assert (heard["id"], heard["type"]) == ("a", "error")
        assert heard["payload"][0]["message"] == "PersistedQueryNotSupported"
        found = heard["payload"][0]["extensions"]
        assert (found["code"], found["requestId"] != "") == ("PERSISTED_QUERY_NOT_SUPPORTED", True)
        assert found["occurredAt"].endswith("Z")
        await caller.say("subscribe", id="a", payload={"query": "{ specialties { code } }", "extensions": hashed})
        assert (await caller.hear())["type"] == "next"


async def test_an_id_is_one_operation_at_a_time(live: Running) -> None:
    async with greeted(live) as caller:
        await caller.subscribe("a", CHANGED)
        await caller.say("complete", id="a")
        await caller.subscribe("a", CHANGED)
        await caller.say("subscribe", id="a", payload={"query": CHANGED})
        assert await caller.closed() == 4409
    await until(live.application, 0)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nonsense",
        "5",
        "null",
        "[]",
        "{}",
        '{"type": 5}',
        '{"type": "start", "id": "a"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": 5, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "a", "payload": null}',
        '{"type": "subscribe", "id": "a", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{ __typename }", "variables": []}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{ __typename }", "variables": ' + "[" * 99 + "]" * 99,
        '{"type": "ping", "type": "pong"}',
        '{"type": "ping", "payload": {"a": 1, "a": 2}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{ __typename }", "query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{__typename}", "variables": {"a": {"b": 1, "b": 1}}}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{ __typename }", "more": '
        + "[" * 32
        + "1"
        + "]" * 32
        + "}}",
        '{"type": "complete"}',
        "[" * 60_000,
        b"\x00\x01",
    ],
)
async def test_who_says_what_is_no_message_is_shown_out(live: Running, message: str | bytes) -> None:
    async with greeted(live) as caller:
        await caller.connection.send(message)
        assert await caller.closed() == 4400


async def test_who_says_too_much_at_once_is_shown_out(live: Running) -> None:
    async with greeted(live) as caller:
        await caller.say("subscribe", id="a", payload={"query": "#" * 70_000})
        assert await caller.closed() == 1009


async def test_a_socket_holds_a_hundred_operations_and_not_one_more(live: Running) -> None:
    async with greeted(live) as caller:
        for number in range(100):
            await caller.say("subscribe", id=str(number), payload={"query": CHANGED})
        await caller.settle()
        assert len(live.application.streams) == 100
        await caller.say("subscribe", id="one more", payload={"query": CHANGED})
        assert await caller.closed() == 4429
    await until(live.application, 0)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.net",
        "null",
        "https://cabinet.example.org.evil.net",
        "https://evilcabinet.example.org",
        "https://cabinet.example.org:8443",
        "http://cabinet.example.org",
        "https://cabinet.example.org/",
        "HTTPS://CABINET.EXAMPLE.ORG",
    ],
)
async def test_pages_of_other_origins_may_not_open_a_socket(strict: Running, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(strict, origin=Origin(origin)):
            pass
    assert refused.value.response.status_code == 403


async def test_pages_of_a_friendly_origin_may_and_so_may_those_of_the_demo(strict: Running) -> None:
    own = str(strict.client.base_url).rstrip("/")
    for origin in (FRIENDLY, own):
        async with socket(strict, origin=Origin(origin)) as caller:
            await caller.greet(None)


async def test_cookies_sign_nobody_in(live: Running) -> None:
    cookies = {"cookie": f"authorization=Bearer {live.token('applicant')}; access_token={live.token('applicant')}"}
    async with socket(live, additional_headers=cookies) as caller:
        await caller.greet(None)
        await caller.say("subscribe", id="a", payload={"query": "{ viewer { roles { name } } }"})
        assert (await caller.hear())["payload"] == {"data": {"viewer": None}}


async def test_a_viewer_has_so_many_streams_and_the_process_too(strict: Running) -> None:
    async def refused(caller: Socket) -> str:
        await caller.say("subscribe", id="last", payload={"query": CHANGED})
        heard = await caller.hear()
        assert (heard["id"], heard["type"]) == ("last", "error")
        code: str = heard["payload"][0]["extensions"]["code"]
        return code

    async with listening(strict, "applicant") as one, listening(strict, "applicant") as two:
        for caller, name in ((one, "a"), (two, "b"), (two, "c")):
            await caller.subscribe(name, CHANGED)
        assert await refused(one) == "TOO_MANY_STREAMS"
        async with listening(strict, "expert") as other, listening(strict, "regulator") as third:
            for name in ("a", "b", "c"):
                await other.subscribe(name, CHANGED)
            assert await refused(third) == "TOO_MANY_STREAMS"
            token = strict.token("regulator")
            async with events(strict, token, CHANGED, begun=False) as told:
                kind, content = await anext(told)
                assert (kind, content["errors"][0]["extensions"]["code"]) == ("next", "TOO_MANY_STREAMS")
    await until(strict.application, 0)


async def test_a_server_has_so_many_sockets(strict: Running) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(6):
            await stack.enter_async_context(socket(strict))
        with pytest.raises(InvalidStatus) as refused:
            async with socket(strict):
                pass
        assert refused.value.response.status_code == 503
        assert refused.value.response.headers["retry-after"]


async def test_a_leaving_process_ends_its_streams(own_settings: Settings, own_urls: dict[str, str]) -> None:
    async with (
        running(own_settings, own_urls) as leaving,
        listening(leaving, "applicant") as caller,
        socket(leaving) as idle,
        events(leaving, leaving.token("applicant"), CHANGED) as told,
    ):
        await caller.subscribe("a", CHANGED)
        leaving.application._drain()
        assert await caller.closed() == 1001
        assert await idle.closed() == 1001
        assert await anext(told) == ("complete", None)
        with pytest.raises(InvalidStatus):
            async with socket(leaving):
                pass


async def test_a_caller_who_leaves_leaves_nothing_behind(live: Running) -> None:
    async with listening(live, "applicant") as caller:
        await caller.subscribe("a", CHANGED)
        caller.connection.transport.abort()
        await until(live.application, 0)
    async with asyncio.timeout(60):
        while live.application._sockets._open or live.application.streams._telling is not None:
            await asyncio.sleep(0.01)


async def test_other_addresses_have_no_sockets(live: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(live, path="/elsewhere"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("accept", ["text/event-stream;q=0", "text/html", "text/event-stream;q=0, text/html"])
async def test_who_accepts_no_events_gets_none(live: Running, accept: str) -> None:
    answered = await live.send("applicant", CHANGED, accept=accept)
    assert answered.status_code == 406


async def test_a_bad_token_is_refused_before_any_event(live: Running) -> None:
    headers: dict[str, Any] = {"accept": "text/event-stream", "authorization": "Bearer nonsense"}
    answered = await live.client.post("/graphql", json={"query": CHANGED}, headers=headers)
    assert answered.status_code == 401
    assert answered.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
