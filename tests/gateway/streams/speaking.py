"""What callers and acts do in the tests of streams: sockets, event streams, changes of the stores."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from gateway.application import Application
from sources.stores import Stores
from tests.served.running import Running

PROTOCOL = "graphql-transport-ws"
PATIENCE = 60
CHANGED = "subscription Changed($id: ID) { applicationChanged(id: $id) { step at application { id number stage } } }"
STANDING = "subscription { standingChanged { at viewer { roles { name } } } }"
APPLICANT_APPLICATION = 1


class Socket:
    """A socket that speaks the protocol message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, kind: str, **members: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, **members}))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def greet(self, token: str | None) -> None:
        await self.say("connection_init", payload={"authorization": f"Bearer {token}"} if token else {})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, name: str, query: str, **variables: Any) -> None:
        """Subscribe, and come back when it is told what happens from now on."""
        await self.say("subscribe", id=name, payload={"query": query, "variables": variables})
        await self.settle()

    async def settle(self) -> None:
        """What was said before has been taken, and nothing else was told."""
        await self.say("ping")
        assert await self.hear() == {"type": "pong"}

    async def heard_or_closed(self) -> dict[str, Any] | int:
        """What is said next, or the code with which the server closes."""
        try:
            return await self.hear()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def closed(self) -> int:
        """The code with which the server closes, whatever it says before."""
        while not isinstance(heard := await self.heard_or_closed(), int):
            pass
        return heard


@asynccontextmanager
async def socket(served: Running | str, path: str = "/graphql", **options: Any) -> AsyncIterator[Socket]:
    """A socket to the graph of a server, or at its address."""
    address = served if isinstance(served, str) else str(served.client.base_url).rstrip("/")
    options.setdefault("subprotocols", [Subprotocol(PROTOCOL)])
    url = address.replace("http", "ws", 1) + path
    async with connect(url, compression=None, open_timeout=PATIENCE, close_timeout=PATIENCE, **options) as connection:
        yield Socket(connection)


@asynccontextmanager
async def listening(live: Running, persona: str) -> AsyncIterator[Socket]:
    """A socket of one of the cast."""
    async with socket(live) as opened:
        await opened.greet(live.token(persona))
        yield opened


Told = AsyncIterator[tuple[str, Any]]


@asynccontextmanager
async def events(
    live: Running, token: str | None, query: str, variables: dict[str, Any] | None = None, *, begun: bool = True
) -> AsyncIterator[Told]:
    """The events of a stream, once it is begun."""
    headers = {"accept": "text/event-stream"} | ({"authorization": f"Bearer {token}"} if token else {})
    content = {"query": query, "variables": variables or {}}
    async with live.client.stream("POST", "/graphql", json=content, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = response.aiter_lines()
        if begun:
            assert await anext(lines) == ":"
        yield _parsed(lines)


async def _parsed(lines: AsyncIterator[str]) -> Told:
    kind = ""
    async for line in lines:
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.strip()
        elif name == "data":
            yield kind, json.loads(value) if value.strip() else None


async def step(stores: Stores, application_id: int, name: str, **columns: Any) -> None:
    """Change an application and say so, in one transaction, as an act does."""
    payload = json.dumps({"applicationId": application_id, "step": name})
    async with stores.accreditation.connection() as connection, connection.transaction():
        for column, value in columns.items():
            await connection.execute(f"UPDATE application SET {column} = $2 WHERE id = $1", application_id, value)  # noqa: S608
        await connection.execute(
            "INSERT INTO event (at, kind, payload) VALUES (now(), 'APPLICATION_CHANGED', $1)", payload
        )


async def until(application: Application, streams: int) -> None:
    """Wait until so many streams are open."""
    async with asyncio.timeout(PATIENCE):
        while len(application.streams) != streams:
            await asyncio.sleep(0.005)
