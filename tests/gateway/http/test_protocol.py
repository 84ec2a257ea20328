"""Where a request ends, whatever it claims, and however its bytes arrive."""

import asyncio
import gc
import io
import json
import weakref
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from gateway.http.headers import Receive, Scope, Send
from gateway.http.protocol import MOST_PIPELINED
from gateway.log import Log
from tests.gateway.http.wire import Asked, connected
from tests.served.smuggling import FOLLOWER, MAIN, OFFERS, Case, asking, drawn, names


@dataclass(frozen=True)
class Outcome:
    """What came of a case."""

    asked: tuple[tuple[str, bytes], ...]
    statuses: tuple[int, ...]
    closed: bool


async def outcome(pieces: list[bytes]) -> Outcome:
    """Have the pieces arrive one by one."""
    app = Asked()
    connection = connected(app)
    wire = connection.wire
    for piece in pieces:
        while wire.paused and not wire.closed:
            await asyncio.sleep(0)
        if not wire.closed:
            wire.protocol.data_received(piece)
    await connection.rest()
    closed = wire.closed
    connection.end()
    return Outcome(tuple(app.requests), connection.statuses(), closed)


SPLITS: dict[str, Callable[[bytes, bytes, bytes], list[bytes]]] = {
    "whole": lambda head, body, follower: [head + body + follower],
    "head, rest": lambda head, body, follower: [head, body + follower],
    "head with a byte, rest": lambda head, body, follower: [head + body[:1], body[1:] + follower],
    "head, body, follower": lambda head, body, follower: [head, body, follower],
    "halves": lambda *parts: halves(b"".join(parts)),
}


def halves(whole: bytes) -> list[bytes]:
    return [whole[: len(whole) // 2], whole[len(whole) // 2 :]]


def in_order(case: Case, found: Outcome) -> bool:
    """Whether what was asked is what was sent, in its order, and nothing else."""
    if case.handshake:
        return found.asked == (() if case.follows and found.statuses == (400,) else (("socket", b""),)) and found.closed
    sent = [] if case.refused else [(MAIN, case.content())]
    if sent and case.follows and case.version == "1.1":
        sent.append((FOLLOWER, b'{"query":"{ viewer { practitioner { id } } }"}'))
    return list(found.asked) == sent


@pytest.mark.parametrize("offer", OFFERS)
async def test_a_request_ends_where_it_says_or_is_the_last_of_its_connection(offer: str) -> None:
    for case in drawn(150, 20_261_128, offer):
        found = {name: await outcome(split(*case.parts())) for name, split in SPLITS.items()}
        for name, one in found.items():
            told = (names(case), name, one)
            assert in_order(case, one), told
            assert case.handshake or one.statuses == found["whole"].statuses, told
            assert one.closed == (case.refused or case.handshake or case.version != "1.1"), told
            if case.refused:
                assert one.statuses in {(400,), (505,)}, told


@pytest.mark.parametrize("offer", OFFERS)
async def test_where_it_ends_does_not_depend_on_how_its_bytes_arrive(offer: str) -> None:
    for case in (Case("POST", "1.1", offer, framing, "small", True) for framing in ("length", "chunked", "trailers")):
        whole = b"".join(case.parts())
        expected = await outcome([whole])
        assert len(expected.asked) == 2
        assert await outcome([bytes([byte]) for byte in whole]) == expected
        for cut in range(1, len(whole), 7):
            assert await outcome([whole[:cut], whole[cut:]]) == expected


GOOD = asking(MAIN, "")
BROKEN = b"POST /graphql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n"


async def test_a_refusal_waits_for_the_answers_before_it_and_is_a_line_of_the_log() -> None:
    sink, app = io.StringIO(), Asked()
    connection = connected(app, Log(sink=sink))
    connection.protocol.data_received(GOOD + GOOD + b"nonsense\r\n\r\n" + GOOD)
    await connection.rest()
    assert (connection.statuses(), connection.wire.closed, len(app.requests)) == ((200, 200, 400), True, 2)
    head, _, body = connection.wire.written.rpartition(b"\r\n\r\n")
    assert head.endswith(b"connection: close")
    told = json.loads(body)
    connection.protocol.app_state["log"].close()
    line = json.loads(sink.getvalue())
    assert (line["status"], line["codes"]) == (400, ["BAD_REQUEST"])
    assert told["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert told["extensions"]["requestId"] == line["requestId"]
    connection.end()


async def test_who_breaks_off_in_a_body_is_told_and_nothing_is_answered_to_half_a_request() -> None:
    app = Asked()
    connection = connected(app)
    connection.protocol.data_received(BROKEN[:-20])
    await asyncio.sleep(0)
    connection.protocol.data_received(BROKEN[-20:] + GOOD)
    await connection.rest()
    assert (connection.statuses(), connection.wire.closed, app.requests) == ((400,), True, [])
    connection.end()


async def test_who_breaks_off_behind_others_is_told_after_them() -> None:
    app = Asked()
    connection = connected(app)
    connection.protocol.data_received(GOOD + BROKEN + GOOD)
    await connection.rest()
    assert (connection.statuses(), connection.wire.closed, len(app.requests)) == ((200, 400), True, 1)
    connection.end()


async def test_so_many_requests_may_wait_and_not_one_more() -> None:
    app = Asked()
    connection = connected(app)
    connection.protocol.data_received(GOOD * (MOST_PIPELINED + 5))
    await connection.rest()
    assert connection.statuses() == (*[200] * (MOST_PIPELINED + 1), 400)
    connection.end()


async def test_a_head_without_end_is_refused_and_one_of_some_length_is_not() -> None:
    for size, expected in ((40_000, (200,)), (70_000, (431,))):
        connection = connected(Asked())
        head, _, body = GOOD.partition(b"\r\n\r\n")
        long = head + b"\r\nX-Long: " + b"a" * size
        for start in range(0, len(long), 1_000):
            connection.protocol.data_received(long[start : start + 1_000])
        if expected == (200,):
            connection.protocol.data_received(b"\r\n\r\n" + body)
        await connection.rest()
        assert connection.statuses() == expected
        connection.end()


@pytest.mark.parametrize(
    "header", [(b"x-a", b"a\r\nx-b: c"), (b"x-a", b"a\nb"), (b"x-a: c\r\nx-b", b"a"), (b"x a", b"b"), (b"x-a", b"\0")]
)
async def test_no_header_makes_two_answers_of_one(header: tuple[bytes, bytes]) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [header]})

    connection = connected(app)
    connection.protocol.data_received(GOOD)
    await connection.rest()
    assert connection.wire.closed
    assert header[0] not in connection.wire.written
    connection.end()


async def test_head_and_body_are_one_write() -> None:
    connection = connected(Asked())
    connection.protocol.data_received(GOOD)
    await connection.rest()
    (written,) = connection.wire.writes
    assert written.endswith(b"\r\n\r\nanswered")
    connection.end()


async def test_a_caller_who_leaves_is_told_of_though_more_was_waiting_and_nothing_is_left() -> None:
    told = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        told.append((await receive())["type"])

    connection = connected(app)
    connection.protocol.data_received(GOOD * 3)
    await asyncio.sleep(0)
    connection.end()
    await connection.rest()
    assert told == ["http.disconnect"]
    gone = weakref.ref(connection.protocol)
    gc.disable()
    try:
        del connection
        await asyncio.sleep(0)
        assert gone() is None
    finally:
        gc.enable()


async def test_an_idle_connection_is_closed_and_one_in_use_is_not() -> None:
    connection = connected(Asked())
    connection.protocol.timeout_keep_alive = 0.6  # type: ignore[assignment]
    for _ in range(8):
        connection.protocol.data_received(GOOD)
        await connection.rest()
        await asyncio.sleep(0.1)
        assert not connection.wire.closed
    async with asyncio.timeout(20):
        while not connection.wire.closed:
            await asyncio.sleep(0.01)
    connection.end()


async def test_a_handshake_that_a_leaving_server_does_not_answer_may_be_tried_again() -> None:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await asyncio.sleep(0.01)
        await send({"type": "websocket.accept"})

    connection = connected(app)
    connection.protocol.data_received(Case("GET", "1.1", "handshake", "none", "small", follows=False).parts()[0])
    await asyncio.sleep(0)
    connection.wire.protocol.shutdown()
    await connection.rest()
    assert connection.statuses() == (503,)
    assert b"Retry-After: 5" in connection.wire.written
    connection.end()


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"CONNECT a.test:1 HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\n\r\n",
        b"GET http://a.test HTTP/1.1\r\n\r\n",
        BROKEN,
        Case("POST", "1.1", "foo", "length", "small", follows=True).parts()[0],
    ],
)
async def test_what_is_refused_or_broken_off_leaves_nothing_for_the_collector(sent: bytes) -> None:
    connection = connected(Asked())
    gc.disable()
    try:
        connection.protocol.data_received(sent)
        await asyncio.sleep(0)
        connection.end()
        await connection.rest()
        gone = weakref.ref(connection.protocol)
        del connection
        await asyncio.sleep(0)
        assert gone() is None
    finally:
        gc.enable()
