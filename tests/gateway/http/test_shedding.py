"""Reads that are sent away at the connection, and what is looked at all the same."""

import io
import json
from collections.abc import Iterator

import pytest

from gateway.admission import MOST_WAITING, Admission, Rank
from gateway.http.negotiation import StatusProfile
from gateway.http.shedding import Shedding
from gateway.log import Log
from tests.gateway.http.wire import Asked, Connection, connected

READ = b'{"query":"{ viewer { id } }"}'
ACT = b'{"query":"mutation { markMessagesRead(input: {ids: []}) { marked } }"}'


def request(body: bytes, name: str, *more: str, path: str = "/graphql", method: str = "POST") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: a", f"X-Request-Id: {name}", "Content-Type: application/json", *more]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


class Crowd(Admission):
    """There are always as many waiting as may."""

    def crowded(self, rank: Rank, now: float) -> bool:  # noqa: ARG002 - at any time
        return rank is not Rank.ACT


@pytest.fixture
def log() -> Iterator[Log]:
    made = Log("json", io.StringIO())
    yield made
    made.close()


@pytest.fixture
async def app() -> Asked:
    return Asked()


@pytest.fixture
async def crowd(app: Asked, log: Log) -> Connection:
    connection = connected(app, log)
    connection.protocol.app_state["shedding"] = Shedding(Crowd(log, most=1, deadline=1), StatusProfile.CLASSIC)
    return connection


async def sent(connection: Connection, *pieces: bytes) -> tuple[int, ...]:
    for piece in pieces:
        connection.wire.protocol.data_received(piece)
    await connection.rest()
    return connection.statuses()


async def test_a_read_is_sent_away_and_the_connection_goes_on(crowd: Connection, app: Asked) -> None:
    assert await sent(crowd, request(READ, "one", "Accept: application/graphql-response+json")) == (503,)
    head, _, body = crowd.wire.written.partition(b"\r\n\r\n")
    said = json.loads(body)
    assert said["errors"][0]["extensions"] == {"code": "SERVICE_OVERLOADED", "retryable": True}
    assert said["extensions"]["requestId"] == "one"
    lines = head.lower().split(b"\r\n")
    assert {b"retry-after: 1", b"x-request-id: one", b"cache-control: no-store"} <= set(lines)
    assert b"content-type: application/graphql-response+json; charset=utf-8" in lines
    assert not crowd.wire.closed
    assert await sent(crowd, request(ACT, "two")) == (503, 200)
    assert app.requests == [("two", ACT)]
    shedding = crowd.protocol.app_state["shedding"]
    assert shedding._admission.counted() == {"act": 0, "read": 1, "list": 0}


@pytest.mark.parametrize(
    "asked",
    [
        request(ACT, "asked"),
        request(READ, "asked", "Origin: https://cabinet.example.org"),
        request(READ, "asked", "Accept: text/event-stream"),
        request(READ, "asked", path="/health/ready"),
        request(b"", "asked", method="GET", path="/graphql?query=x"),
    ],
    ids=["an act", "another origin", "event stream", "health", "get"],
)
async def test_what_needs_a_closer_look_goes_the_whole_way(crowd: Connection, app: Asked, asked: bytes) -> None:
    assert await sent(crowd, asked) == (200,)
    assert [name for name, _ in app.requests] == ["asked"]


async def test_an_offer_that_is_passed_over_is_sent_away_like_others(crowd: Connection, app: Asked) -> None:
    assert await sent(crowd, request(READ, "one", "Connection: upgrade", "Upgrade: h2c")) == (503,)
    assert app.requests == []


@pytest.mark.parametrize("cut", [1, 60, len(request(READ, "one")) - 1])
async def test_a_request_in_pieces_is_waited_for_by_the_application(crowd: Connection, app: Asked, cut: int) -> None:
    asked = request(READ, "one")
    statuses = await sent(crowd, asked[:cut], asked[cut:])
    # The piece that ends the head decides: when the body came with it, nobody has to wait.
    whole = cut < asked.index(b"\r\n\r\n") + 4
    assert (statuses, app.requests) == (((503,), []) if whole else ((200,), [("one", READ)]))


async def test_requests_sent_together_are_each_answered_in_their_order(crowd: Connection, app: Asked) -> None:
    together = request(READ, "one") + request(ACT, "two") + request(READ, "three") + request(READ, "four")
    assert await sent(crowd, together) == (503, 200, 200, 200)
    # Behind an act that is under way nothing is looked at before its turn.
    assert [name for name, _ in app.requests] == ["two", "three", "four"]


async def test_nothing_is_sent_away_while_there_is_room(app: Asked, log: Log) -> None:
    connection = connected(app, log)
    admission = Admission(log, most=1, deadline=1)
    connection.protocol.app_state["shedding"] = Shedding(admission, StatusProfile.CLASSIC)
    assert await sent(connection, request(READ, "one")) == (200,)
    assert MOST_WAITING > 1
    assert admission.counted()["read"] == 0


async def test_a_body_that_is_broken_is_refused_as_ever(crowd: Connection, app: Asked) -> None:
    head = b"POST /graphql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert await sent(crowd, head + b"5\r\nabcde\r\nXX\r\n") == (400,)
    assert crowd.wire.closed
    assert app.requests == []
