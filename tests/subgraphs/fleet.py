"""Our parts, each answering to its router over real HTTP, and Hive Gateway before them, by both of its planners."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from gateway.identity.routers import Routers
from gateway.settings import BODY_LIMIT_OF_PARTS, Settings
from tests.served.process import free_port
from tests.served.running import PATIENCE, running
from tests.subgraphs.composing import composed

HIVE = Path(__file__).parents[2] / "node_modules" / ".bin" / "hive-gateway"
CONFIG = Path(__file__).with_name("hive.config.mjs")
SECRET = "of-this-fleet-alone-0123456789-abcdef"
GROUPS = (("registry", "identity", "journal"), ("accreditation",), ("documents", "schedule"), ("clinical",))
PLANNERS = {"javascript": (), "rust": ("--hive-router-runtime",)}


@dataclass(frozen=True)
class Fleet:
    """Where each router is, by its planner."""

    routers: Mapping[str, str]


@asynccontextmanager
async def fleet(folder: Path, settings: Settings, urls: Mapping[str, str]) -> AsyncIterator[Fleet]:
    """Serve all parts, in the loop of the tests, and both routers until the block ends; the machine may be busy."""
    ample = replace(settings, pool=2, store_deadline=30, deadline=60, body_limit=BODY_LIMIT_OF_PARTS)
    async with AsyncExitStack() as stack:
        described = []
        for names in GROUPS:
            alone = replace(ample, only=names, routers=Routers((SECRET.encode(),)))
            part = await stack.enter_async_context(running(alone, urls))
            url = str(part.client.base_url.join("/graphql"))
            described.append({"name": names[0], "url": url, "sdl": await _sdl(part.client)})
        found = await asyncio.to_thread(composed, described)
        supergraph = folder / "supergraph.graphql"
        supergraph.write_text(found["supergraph"])
        routers = {
            name: await stack.enter_async_context(_router(folder, supergraph, *words))
            for name, words in PLANNERS.items()
        }
        for address in routers.values():
            await _wait(address)
        yield Fleet(routers)


async def _sdl(part: httpx.AsyncClient) -> str:
    asked = {"query": "{ _service { sdl } }"}
    answer = await part.post("/graphql", json=asked, headers={"kabinet-router": SECRET})
    sdl: str = answer.json()["data"]["_service"]["sdl"]
    return sdl


@asynccontextmanager
async def _router(folder: Path, supergraph: Path, *words: str) -> AsyncIterator[str]:
    port = free_port()
    place = ("--host", "127.0.0.1", "--port", str(port))
    command = [str(HIVE), "supergraph", str(supergraph), "-c", str(CONFIG), *place, *words]
    with (folder / f"hive-{port}.log").open("wb") as log:
        environ = {**os.environ, "ROUTER_SECRET": SECRET}
        process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=log, stderr=log, cwd=folder)
        try:
            yield f"http://127.0.0.1:{port}/graphql"
        finally:
            process.terminate()
            async with asyncio.timeout(PATIENCE):
                await process.wait()


async def _wait(address: str) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.post(address, json={"query": "{ __typename }"})).status_code == 200:
                    return
            await asyncio.sleep(0.1)
