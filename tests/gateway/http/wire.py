"""A connection whose other side is the test: what arrives is given, what is written is kept."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from gateway.http.headers import Receive, Scope, Send, answer
from gateway.http.protocol import StrictProtocol
from gateway.log import Log
from gateway.serving import PROTOCOLS

STATUS = re.compile(rb"HTTP/1\.1 (\d\d\d) ")


class Wire(asyncio.Transport):
    """The connection's other side, which is not there: what is written is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = self.paused = False
        self.protocol: Any = None

    def get_protocol(self) -> Any:
        return self.protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: Any) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    @property
    def written(self) -> bytes:
        return b"".join(self.writes)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


@dataclass
class Asked:
    """An application that remembers what it was asked: which request, with which body, or for which socket."""

    requests: list[tuple[str, bytes]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = [value.decode() for name, value in scope["headers"] if name == b"x-request-id"]
        if scope["type"] == "websocket":
            self.requests.append(("socket", b""))
            await send({"type": "websocket.close"})
            return
        body, message = b"", await receive()
        while message["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
            message = await receive()
        if message["type"] == "http.request":
            self.requests.append((",".join(named), body))
        await answer(send, 200, b"text/plain", b"answered")


@dataclass
class Connection:
    """One connection to an application."""

    wire: Wire
    protocol: StrictProtocol
    state: ServerState

    async def rest(self) -> None:
        """Wait until every application is done."""
        while self.state.tasks:
            await asyncio.sleep(0)

    def statuses(self) -> tuple[int, ...]:
        return tuple(int(status) for status in STATUS.findall(self.wire.written))

    def end(self) -> None:
        """The other side is gone."""
        self.wire.protocol.connection_lost(None)
        self.wire.protocol = None


def connected(app: Any, log: Log | None = None) -> Connection:
    config = uvicorn.Config(app, log_config=None, **PROTOCOLS)
    config.load()
    state, wire = ServerState(), Wire()
    protocol = StrictProtocol(config, state, {"log": log}, asyncio.get_running_loop())
    wire.protocol = protocol
    protocol.connection_made(wire)
    return Connection(wire, protocol, state)
