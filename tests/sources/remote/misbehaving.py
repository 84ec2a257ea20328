"""A server that does to whoever asks what servers should not."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

# What stands in the answers, and must not stand anywhere else.
SECRET = "Соколова, диагноз F20"


@dataclass
class Misbehaving:
    """What a server saw and did.

    Attributes:
        heads: of the requests, in the order in which they came; `bodies`, of the same.
        connections: how many there were.
        sent: how many bytes of bodies were taken from it.
        left: set when a caller has closed his connection.
    """

    behaviour: "Behaviour"
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    sent: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of a connection until either side closes it."""
        self.connections += 1
        first = await reader.read(1)
        while first and not writer.is_closing():
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(one[15:]) for one in head.lower().split("\r\n") if one.startswith("content-length:")), 0)
            self.heads.append(head)
            self.bodies.append(await reader.readexactly(length))
            answering, following = (
                asyncio.ensure_future(self.behaviour(self, writer)),
                asyncio.ensure_future(reader.read(1)),
            )
            await asyncio.wait({answering, following}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                answering.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await answering
            with suppress(OSError):
                first = await following if not writer.is_closing() else b""
        self.left.set()
        writer.close()


Behaviour = Callable[[Misbehaving, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def misbehaving(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[Misbehaving]:
    """A server with this behaviour, until the block ends."""
    made, serving = Misbehaving(behaviour), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.serve(reader, writer))
        serving.add(task)
        await asyncio.wait({task})
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    made.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/base"
    try:
        yield made
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def says(text: str | bytes, *, status: str = "200 OK", more: str = "", length: int | None = None) -> Behaviour:
    """A behaviour: answer with this, of which the head may tell another length."""
    body = text.encode() if isinstance(text, str) else text

    async def behave(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        announced = len(body) if length is None else length
        head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {announced}\r\n{more}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        if length is not None:
            writer.close()

    return behave


async def never(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
    """Take the question, and say nothing."""
    await asyncio.Event().wait()


async def hangs_up(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
    """Take the question, and close the connection."""
    writer.close()


async def speaks_no_http(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
    """Answer, but not as HTTP does."""
    writer.write(f"{SECRET}\r\n\r\n".encode())
    writer.close()


def dripping(head: bytes, drop: bytes) -> Behaviour:
    """A behaviour: begin, go on with the same drop for ever, and never come to an end."""

    async def behave(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return behave


drips = dripping(b'HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\n"', b"x")
drips_chunks = dripping(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n")
drips_its_head = dripping(b"HTTP/1.1 200 OK\r\nx-more: ", b"x")
# Says for ever that there will be an answer.
informs = dripping(b"", b"HTTP/1.1 103 Early Hints\r\nx-more: x\r\n\r\n")


def raw(text: bytes) -> Behaviour:
    """A behaviour: send these bytes, whatever they are, and leave the connection as it is."""

    async def behave(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return behave


async def floods(server: Misbehaving, writer: asyncio.StreamWriter) -> None:
    """Answer with 50 MB, and do not say so beforehand."""
    piece = b"x" * 65_536
    writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(800):
        writer.write(b"10000\r\n" + piece + b"\r\n")
        await writer.drain()
        server.sent += len(piece)
    writer.write(b"0\r\n\r\n")
