"""The frames of a socket, whatever they are: everybody is closed with the right code, and nothing stumbles."""

import asyncio
import gc
import itertools
import logging
import random
import struct
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from gateway.http.protocol import StrictProtocol
from gateway.settings import Settings
from gateway.streams.closing import Close, Closed
from gateway.streams.socket_protocol import StrictSocket
from tests.gateway.streams.speaking import PATIENCE, Socket, listening, socket, until
from tests.served.running import Running, running


class Heard(logging.Handler):
    """What the server and the loop complain of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(self.format(record))


@pytest.fixture(autouse=True)
def complaints() -> Iterator[list[str]]:
    """Nobody complains: there is no traceback."""
    heard, loggers = Heard(), [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(heard)
        logger.setLevel(logging.WARNING)
    yield heard.records
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(heard)
        logger.setLevel(level)
    assert heard.records == []


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def closing(code: int = 1000) -> bytes:
    return frame(Opcode.CLOSE, struct.pack("!H", code))


def write(caller: Socket, *frames: bytes) -> None:
    """Write frames past the client's own notion of what may be said."""
    caller.connection.transport.write(b"".join(frames))


async def failures(live: Running) -> list[int]:
    return [line["code"] for line in await live.log() if line["event"] == "socket failed"]


PINGS = [frame(Opcode.PING, b"a" * 125)] * 3_000
PING, PONG = frame(Opcode.TEXT, b'{"type":"ping"}'), '{"type":"pong"}'


async def test_who_asks_for_many_signs_of_life_and_reads_them_stays(live: Running) -> None:
    async with listening(live, "applicant") as caller:
        write(caller, *itertools.repeat(PING, 3_000))
        async with asyncio.timeout(PATIENCE):
            assert {await caller.connection.recv() for _ in range(3_000)} == {PONG}
        await caller.settle()


async def test_who_pings_without_end_and_reads_stays(live: Running) -> None:
    async with listening(live, "applicant") as caller:
        write(caller, *PINGS)
        await caller.settle()


async def test_who_asks_for_much_at_once_and_reads_stays(live: Running) -> None:
    """Answers that are there at the same instant have not been left unread."""
    async with listening(live, "applicant") as caller:
        for number in range(100):
            asked = b'{"id":"%d","type":"subscribe","payload":{"query":"{ __typename }"}}' % number
            write(caller, frame(Opcode.TEXT, asked))
        told = [await caller.hear() for _ in range(200)]
        assert [one["type"] for one in told].count("complete") == 100
        await caller.settle()


async def silent(live: Running, caller: Socket) -> StrictSocket:
    """Have the only caller read no more, until the server cannot write to him; the socket as the server has it."""
    caller.connection.transport.pause_reading()
    (server,) = [one for one in live.server.server_state.connections if isinstance(one, StrictSocket)]
    async with asyncio.timeout(PATIENCE):
        while server.writable.is_set():
            write(caller, *PINGS)
            await asyncio.sleep(0.001)
    return server


async def test_pings_of_who_does_not_read_are_not_answered_into_memory(live: Running) -> None:
    async with listening(live, "applicant") as caller:
        server = await silent(live, caller)
        for _ in range(20):
            write(caller, *PINGS)
            await asyncio.sleep(0.001)
        assert server.transport.get_write_buffer_size() < 1_000_000
        caller.connection.transport.resume_reading()
        await caller.settle()


async def test_who_does_not_read_does_not_keep_a_connection_that_is_over(live: Running) -> None:
    async with listening(live, "applicant") as caller:
        server = await silent(live, caller)
        server.close_timeout = 0.1
        (one,) = live.application._sockets._open
        one.over(Closed(Close.FORBIDDEN, "Forbidden"))
        async with asyncio.timeout(PATIENCE):
            while server in live.server.server_state.connections:
                await asyncio.sleep(0.01)
        caller.connection.transport.resume_reading()


UNREADABLE = frame(Opcode.TEXT, b'{"type":"\xff\xfe"}')
FAILING = {
    "no UTF-8": (UNREADABLE, 1007),
    "no UTF-8, twice": (UNREADABLE * 2, 1007),
    "no UTF-8 in two parts": (
        frame(Opcode.TEXT, b"\xd0", fin=False) + frame(Opcode.CONT, b'"'),
        1007,
    ),
    "no UTF-8, then a ping and a farewell": (UNREADABLE + frame(Opcode.PING) + closing(), 1007),
    "no UTF-8 in a farewell": (frame(Opcode.CLOSE, b"\x03\xe8\xff"), 1007),
    "a frame that does not exist": (b"\x83\x80aaaa", 1002),
    "a frame without a mask": (b"\x81\x01a", 1002),
    "a part of nothing": (frame(Opcode.CONT, b"a"), 1002),
    "a ping that is too long": (b"\x89\xfe\x00\xff" + b"a" * 259, 1002),
    "a message that is too long": (frame(Opcode.TEXT, b"a" * 70_000), 1009),
}


@pytest.mark.parametrize("name", FAILING)
async def test_who_does_not_speak_websocket_is_shown_out_and_noted(live: Running, name: str) -> None:
    sent, code = FAILING[name]
    noted = len(await failures(live))
    async with listening(live, "applicant") as caller:
        write(caller, sent)
        # A farewell that came along was answered before the text was looked at.
        assert await caller.closed() == (1000 if name.endswith("then a ping and a farewell") else code)
    assert (await failures(live))[noted:] == [code]


PIECES = [
    PING,
    frame(Opcode.TEXT, b'{"type":"nonsense"}'),
    frame(Opcode.TEXT, b'{"type":"connection_init"}'),
    frame(Opcode.TEXT, b'{"id":"a","type":"subscribe","payload":{"query":"{ __typename }"}}'),
    frame(Opcode.PING, b"a"),
    frame(Opcode.PONG, b"a"),
    frame(Opcode.BINARY, b"a"),
    frame(Opcode.TEXT, b'{"type":', fin=False),
    closing(),
    closing(4000),
    closing(999),
    UNREADABLE,
    b"\xff",
]


async def test_no_order_of_frames_makes_the_server_stumble(live: Running) -> None:
    drawn = random.Random(20_261_128)

    async def say(pieces: list[bytes]) -> None:
        async with listening(live, "applicant") as caller:
            for piece in pieces:
                write(caller, piece)
                if drawn.random() < 0.3:
                    await asyncio.sleep(0)
            caller.connection.transport.write_eof()
            await caller.closed()

    for _ in range(20):
        await asyncio.gather(*(say(drawn.choices(PIECES, k=drawn.randint(1, 6))) for _ in range(10)))
    await until(live.application, 0)
    assert not [line for line in await live.log() if line["event"] == "fault"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/elsewhere", {}, 403),
        ("/graphql", {"origin": "https://evil.example.net"}, 403),
        ("/graphql?access_token=a", {}, 400),
        ("/graphql", {"authorization": "Basic dXNlcg=="}, 401),
        ("/graphql", {f"x-{number}": "a" for number in range(130)}, 431),
        ("/graphql", {"x-long": "a" * 10_000}, 431),
        ("/graphql?" + "a" * 10_000, {}, 431),
    ],
)
async def test_a_handshake_that_is_refused_is_a_line_of_the_log(
    live: Running, path: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(live, path, additional_headers=headers):
            pass
    response = refused.value.response
    assert response.status_code == status
    line = (await live.log())[-1]
    assert (line["event"], line["status"]) == ("request", status)
    assert line["codes"][0].encode() in (response.body or b"")
    assert line["requestId"] == response.headers["x-request-id"]


async def test_a_server_that_is_stopped_at_once_says_so_too(own_settings: Settings, own_urls: dict[str, str]) -> None:
    """Nobody drained it: a second signal, or Ctrl-C."""
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(running(own_settings, own_urls))
        async with listening(live, "applicant") as caller, socket(live) as idle, socket(live) as parting:
            write(parting, closing())
            stopping = asyncio.create_task(stack.aclose())
            assert [await one.closed() for one in (caller, idle)] == [1001, 1001]
            await stopping


async def test_who_lags_when_the_server_leaves_finds_the_same_farewell(
    own_settings: Settings, own_urls: dict[str, str]
) -> None:
    async with AsyncExitStack() as stack:
        live = await stack.enter_async_context(running(own_settings, own_urls))
        async with listening(live, "applicant") as caller:
            await silent(live, caller)
            live.application._drain()
            stopping = asyncio.create_task(stack.aclose())
            await asyncio.sleep(0.2)
            caller.connection.transport.resume_reading()
            assert await caller.closed() == 1001
            await stopping


async def test_a_socket_that_is_closed_leaves_nothing_for_the_collector(live: Running) -> None:
    """As cycles, its parts would stay until all of the process is looked through."""
    kinds = (StrictProtocol, StrictSocket, ServerProtocol)

    def left() -> int:
        return sum(type(one) in kinds for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = left()
        for _ in range(5):
            async with listening(live, "applicant") as caller:
                await caller.settle()
        async with asyncio.timeout(PATIENCE):
            while left() > before:
                await asyncio.sleep(0.02)
    finally:
        gc.enable()
