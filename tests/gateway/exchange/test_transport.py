"""A recipient that is slow, says too much or dies: whoever hands a package over is told so in time."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.exchange.partners import Partner
from gateway.exchange.transport import Answered, NotDelivered, posted
from resolvers.recipient import Recipient
from resolvers.rules.exchange import RecipientKind
from tests.acts.receiver import made

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SECONDS = 1.0
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n"
PIECE, PIECES = b"x" * 65_536, 800


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    made(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CA")
    made(
        folder, "req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out",
        "server.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
    )  # fmt: skip
    return folder


@asynccontextmanager
async def recipient(keys: Path, talk: Conversation) -> AsyncIterator[Partner]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "server.pem", keys / "server.key")

    talking: set[asyncio.Task[None]] = set()

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(talk(reader, writer))
        talking.add(task)
        await asyncio.wait([task])
        writer.transport.abort()

    server = await asyncio.start_server(answering, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    named = Recipient("slow", RecipientKind.INSURER, "Фонд", "Fund")
    try:
        yield Partner(named, f"https://localhost:{port}/packages", authority=keys / "ca.pem", private=True)
    finally:
        server.close()
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        await asyncio.sleep(0.05)  # what was let go is closed by the loop


async def content() -> AsyncIterator[bytes]:
    for _ in range(4):
        yield PIECE


async def hand_over(partner: Partner, pieces: AsyncIterator[bytes] | None = None, length: int = 4) -> Answered:
    return await posted(partner, pieces or content(), length * len(PIECE), {}, SECONDS)


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    while await reader.read(65_536):
        pass
    await asyncio.sleep(60)


async def deaf(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(HEAD)
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def dripping_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"a: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def dying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(HEAD + b"half of it")
    await writer.drain()
    await asyncio.sleep(0.1)


async def dead(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def talkative(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + PIECE + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (silent, "TIMED_OUT"),
        (deaf, "TIMED_OUT"),
        (dripping, "TIMED_OUT"),
        (dripping_head, "TIMED_OUT"),
        (dying, "UNREACHABLE"),
        (dead, "UNREACHABLE"),
        (talkative, "ANSWER_UNREADABLE"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
async def test_a_recipient_that_does_not_answer_is_let_go_in_time(keys: Path, talk: Conversation, code: str) -> None:
    async with recipient(keys, talk) as partner:
        began = time.monotonic()
        with pytest.raises(NotDelivered) as failed:
            await hand_over(partner)
        assert failed.value.code == code
        # Whatever it does, he waits no longer than he said, and a little for what is closed.
        assert time.monotonic() - began < SECONDS + 5


async def test_what_is_sent_is_made_no_faster_than_it_is_taken(keys: Path) -> None:
    ahead = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal ahead
        for _ in range(PIECES):
            ahead += 1
            yield PIECE

    async with recipient(keys, deaf) as partner:
        with pytest.raises(NotDelivered) as failed:
            await hand_over(partner, pieces(), PIECES)
    assert failed.value.code == "TIMED_OUT"
    # What lies in the sockets of both sides, and nothing beside them.
    assert ahead < PIECES / 2
