"""A thousand sockets that listen, in a process of their own: says when each event has come to all of them."""

import asyncio
import base64
import json
import os
import sys
import time
from collections.abc import Sequence

TEXT, PING, PONG = 1, 9, 10
AT_ONCE = 50


class Listener(asyncio.Protocol):
    """One socket; `told` is called for each event."""

    def __init__(self, crowd: "Crowd", says: Sequence[str]) -> None:
        self._crowd = crowd
        self._says = says
        self._buffer = b""
        self._open = False
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a socket."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_connection makes
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take frames as they come."""
        self._buffer += data
        if not self._open:
            _, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._open, self._buffer = True, rest
            for text in self._says:
                self._say(TEXT, text.encode())
        while (taken := self._frame()) is not None:
            kind, payload = taken
            if kind == PING:
                self._say(PONG, payload)
            elif b'"next"' in payload:
                self._crowd.told(len(payload))
            elif b'"pong"' in payload:
                self.ready.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it was lost does not matter
        """A listener who is shown out spoils the measurement."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before it listened"))

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 15, buffer[start : start + size]

    def _say(self, kind: int, payload: bytes) -> None:
        # A mask of zeros is a mask, and leaves the payload as it is.
        size = len(payload)
        head = bytes([128 | kind, 128 | size]) if size < 126 else bytes([128 | kind, 254]) + size.to_bytes(2, "big")
        self._transport.write(head + bytes(4) + payload)


class Crowd:
    """Counts until an event has come to everybody."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._bytes = 0

    def told(self, size: int) -> None:
        """One event came to one listener."""
        self._left -= 1
        self._bytes += size
        if not self._left:
            print(time.monotonic(), self._bytes, flush=True)
            self._left, self._bytes = self._size, 0


async def listen(port: int, conversations: Sequence[Sequence[str]]) -> None:
    """Open a socket for each conversation, say that all listen, and go on until the input ends."""
    loop = asyncio.get_running_loop()
    crowd = Crowd(len(conversations))
    for start in range(0, len(conversations), AT_ONCE):
        part = conversations[start : start + AT_ONCE]
        made = await asyncio.gather(
            *(loop.create_connection(lambda says=says: Listener(crowd, says), "127.0.0.1", port) for says in part)  # type: ignore[misc]
        )
        await asyncio.gather(*(listener.ready for _, listener in made))
    print("all listen", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(listen(int(sys.argv[1]), json.loads(sys.stdin.readline())))
