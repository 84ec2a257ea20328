"""Clients of others: graphql-ws, graphql-sse and gql hear what our own sockets hear."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from websockets.typing import Subprotocol

from gateway.world.cast import CAST
from sources.stores import Stores
from tests.gateway.streams.speaking import APPLICANT_APPLICATION, PATIENCE, step, until
from tests.served.running import Running

pytestmark = pytest.mark.clients

SCRIPT = Path(__file__).parent / "listen.mjs"
QUERY = "subscription { applicationChanged { step application { id } } }"
EXPERT = CAST["expert"].subject


class Listening:
    """A program that prints what it hears."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def program(live: Running, kind: str, persona: str, number: int) -> AsyncIterator[Listening]:
    """One of the clients of JavaScript, once it is told what happens."""
    address = f"{str(live.client.base_url).rstrip('/')}/graphql"
    process = await asyncio.create_subprocess_exec(
        "node", str(SCRIPT), kind, address, live.token(persona), QUERY, str(number), stdout=asyncio.subprocess.PIPE
    )
    try:
        listening = Listening(process)
        assert await listening.line() == "connected"
        await until(live.application, 1)
        yield listening
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    await until(live.application, 0)


@pytest.mark.parametrize("kind", ["graphql-ws", "graphql-sse"])
async def test_a_client_of_javascript_is_told_until_it_has_enough(live: Running, own_stores: Stores, kind: str) -> None:
    async with program(live, kind, "applicant", 2) as client:
        for name in ("UPDATED", "COMMENTED"):
            await step(own_stores, APPLICANT_APPLICATION, name)
            told = {"applicationChanged": {"step": name, "application": {"id": "app_1"}}}
            assert await client.line() == {"data": told}
        assert await client.line() == "complete"


@pytest.mark.parametrize("kind", ["graphql-ws", "graphql-sse"])
async def test_a_client_of_javascript_learns_that_its_right_is_gone(
    live: Running, own_stores: Stores, kind: str
) -> None:
    text = "UPDATE appointment SET function = $2 WHERE subject = $1"
    async with program(live, kind, "expert", 9) as client:
        await own_stores.journal.execute(text, EXPERT, "AUD")
        try:
            first, second = await client.line(), await client.line()
        finally:
            await own_stores.journal.execute(text, EXPERT, "EXP")
    if kind == "graphql-ws":
        assert {"closed": 4403} in (first, second)
        assert {"failed": 4403} in (first, second)
    else:
        assert first["errors"][0]["extensions"]["code"] == "UNAUTHORIZED_FIELD_OR_TYPE"
        assert second == "complete"


async def test_the_client_of_python_is_told(live: Running, own_stores: Stores) -> None:
    address = f"{str(live.client.base_url).replace('http', 'ws').rstrip('/')}/graphql"
    transport = WebsocketsTransport(
        url=address,
        init_payload={"authorization": f"Bearer {live.token('applicant')}"},
        subprotocols=[Subprotocol("graphql-transport-ws")],
    )
    async with Client(transport=transport) as session:
        told = session.subscribe(gql(QUERY))
        first = asyncio.ensure_future(anext(told))
        await until(live.application, 1)
        await step(own_stores, APPLICANT_APPLICATION, "UPDATED")
        async with asyncio.timeout(PATIENCE):
            assert (await first)["applicationChanged"]["step"] == "UPDATED"
        await told.aclose()
    await until(live.application, 0)
