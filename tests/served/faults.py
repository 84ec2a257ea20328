"""A store behind a proxy of the test's own, so that it can go away and come back while it is asked."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import Enum
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

CHUNK = 65_536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Mode(Enum):
    """How the store is to be met."""

    PASS = "passes everything"
    REFUSE = "nobody listens, and connections are cut"
    BLACKHOLE = "connections stand, nothing comes back"
    RESET = "connections are reset at the first byte"
    SLOW = "what comes back is held up"


class Proxy:
    """From a TCP port to the socket of the server, in one mode at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._user, self._database = parts.username, parts.path
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        # Bound for as long as the proxy is there, and never listening: else the port could become anybody's meanwhile.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self._port: int = self._held.getsockname()[1]
        self.mode = Mode.PASS
        self.delay = 0.0

    @property
    def url(self) -> str:
        """The store's address by way of this proxy."""
        return f"postgresql://{self._user}@127.0.0.1:{self._port}{self._database}?sslmode=disable"

    async def open(self) -> None:
        """Listen, always on the same port."""
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", self._port, reuse_address=True)

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for writer in self._writers:
            self._cut(writer)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def leave(self) -> None:
        """Close, and let go of the port."""
        await self.close()
        self._held.close()

    async def become(self, mode: Mode, delay: float = 0.0) -> None:
        """Change the mode; `delay` is for SLOW, the seconds by which each piece of an answer is held up."""
        self.mode, self.delay = mode, delay
        if mode is Mode.REFUSE:
            await self.close()
        elif self._listener is None:
            await self.open()

    def passing(self) -> Callable[[bytes], bytes]:
        """What becomes of the answers of one connection, piece by piece."""
        return _as_it_is

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            back, forth = await asyncio.open_unix_connection(self._socket)
            self._writers.add(forth)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pass(reader, forth, writer, answers=False))
                    both.create_task(self._pass(back, writer, writer, answers=True))
            finally:
                self._writers.discard(forth)
                forth.close()
        except (asyncio.CancelledError, OSError, ExceptionGroup):
            # Whichever end went away, the connection is over.
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        passed = self.passing() if answers else _as_it_is
        while piece := await reader.read(CHUNK):
            if self.mode is Mode.RESET:
                self._cut(client)
                break
            if self.mode is Mode.BLACKHOLE:
                continue
            if self.mode is Mode.SLOW and answers:
                await asyncio.sleep(self.delay)
            writer.write(passed(piece))
            await writer.drain()
        if not (answers and self.mode is Mode.BLACKHOLE):
            writer.close()

    @staticmethod
    def _cut(writer: asyncio.StreamWriter) -> None:
        """Close with a reset rather than with a farewell."""
        with contextlib.suppress(OSError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        writer.transport.abort()


def _as_it_is(piece: bytes) -> bytes:
    return piece


P = TypeVar("P", bound=Proxy)


@asynccontextmanager
async def proxied(urls: Mapping[str, str]) -> AsyncIterator[dict[str, Proxy]]:
    """A proxy before each store, by its name."""
    async with opened({name: Proxy(url) for name, url in urls.items()}) as proxies:
        yield proxies


@asynccontextmanager
async def opened(proxies: dict[str, P]) -> AsyncIterator[dict[str, P]]:
    """Proxies, as long as they are needed."""
    for proxy in proxies.values():
        await proxy.open()
    try:
        yield proxies
    finally:
        for proxy in proxies.values():
            await proxy.leave()
