"""A supergraph served as it is, over the network, by services that answer over it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from aiohttp import web
from graphql import OperationType
from typer.testing import CliRunner

from engine.joining.steps import Asked
from gateway.commands.main import app
from tests.engine.joining.people import clinic
from tests.engine.joining.services import Subgraph, sdl
from tests.served.process import KABINET, PATIENCE, free_port


@asynccontextmanager
async def answering(services: dict[str, Subgraph]) -> AsyncIterator[str]:
    """The services over HTTP, each below its name; gives the address."""

    async def answer(request: web.Request) -> web.Response:
        asked: Any = await request.json()
        service = services[request.match_info["name"]]
        reply = await service.ask(Asked(asked["query"], None, OperationType.QUERY), asked["variables"], run=None)
        return web.json_response({"data": reply.data, "errors": list(reply.errors)})

    application = web.Application()
    application.router.add_post("/{name}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_a_supergraph_is_served_as_it_is(tmp_path: Path) -> None:
    services, port = clinic(), free_port()
    async with answering(services) as address:
        file = tmp_path / "supergraph.graphql"
        file.write_text(sdl("supergraph").replace("http://127.0.0.1", address), "utf-8")
        command = [str(KABINET), "join", "try", str(file), "--port", str(port)]
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "KABINET_PROFILE": "demo"})
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
                await _there(client)

                async def ask(**body: Any) -> Any:
                    return (await client.post("/graphql", json=body)).json()

                document = "query A { wards { load } } query B($id: ID!) { person(id: $id) { name shifts } }"
                assert await ask(query=document, operationName="A") == {"data": {"wards": [{"load": 50}, {"load": 60}]}}
                assert await ask(query=document, operationName="B", variables={"id": "3"}) == {
                    "data": {"person": {"name": "Eve", "shifts": 13}}
                }
                del services["rota"]
                lost = await ask(query=document, operationName="B", variables={"id": "3"})
                assert lost["data"] == {"person": {"name": "Eve", "shifts": None}}
                assert [(one["path"], one["extensions"]["code"]) for one in lost["errors"]] == [
                    (["person", "shifts"], "SOURCE_UNAVAILABLE")
                ]
                codes = [
                    (await client.post("/graphql", content=body)).json()["errors"][0]["extensions"]["code"]
                    for body in (
                        b"{",
                        b"[]",
                        b'{"query": 1}',
                        b'{"query": "{ nobody }"}',
                        b" " * 1_048_577,
                    )
                ]
                assert codes == ["BAD_REQUEST"] * 3 + ["GRAPHQL_VALIDATION_FAILED", "REQUEST_TOO_LARGE"]
            (planner,) = psutil.Process(process.pid).children()
            process.send_signal(signal.SIGKILL)
            # Whoever dies without a word takes the planner along.
            with suppress(psutil.NoSuchProcess):
                planner.wait(PATIENCE)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@pytest.mark.parametrize(
    ("profile", "text", "said"),
    [
        ("demo", "type Query {", "supergraph.graphql: "),
        ("demo", "type Query { a: Int }", "supergraph.graphql: "),
        ("demo", None, "supergraph.graphql: it cannot be read"),
        ("production", "", "only the demo"),
    ],
)
def test_what_cannot_be_served(tmp_path: Path, profile: str, text: str | None, said: str) -> None:
    file = tmp_path / "supergraph.graphql"
    if text is not None:
        file.write_text(text, "utf-8")
    command = ["join", "try", str(file), "--port", str(free_port())]
    told = CliRunner().invoke(app, command, env={"KABINET_PROFILE": profile})
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert said in line


async def _there(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/graphql")).status_code == 200:
                    return
            await asyncio.sleep(0.05)
