"""The application behind a real HTTP server in the loop of the test, its log within reach."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import uvicorn

from gateway.application import Application
from gateway.databases import stores_at
from gateway.identity import demo
from gateway.log import Log
from gateway.serving import PROTOCOLS
from gateway.settings import Settings
from tests.logged import written

PATIENCE = 240


@dataclass
class Running:
    """An application that is served, and whoever asks it."""

    application: Application
    client: httpx.AsyncClient
    sink: io.StringIO
    server: uvicorn.Server
    mint: Callable[[str], str]
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, persona: str) -> str:
        """A bearer token of one of the cast."""
        if persona not in self.tokens:
            self.tokens[persona] = self.mint(persona)
        return self.tokens[persona]

    async def send(
        self, persona: str, document: str, variables: Mapping[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """Ask as one of the cast, or as `anonymous`."""
        if persona != "anonymous":
            headers["authorization"] = f"Bearer {self.token(persona)}"
        content = {"query": document, "variables": dict(variables or {})}
        return await self.client.post("/graphql", json=content, headers=headers)

    async def ask(self, persona: str, document: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The body of an answer with status 200."""
        response = await self.send(persona, document, variables)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    async def ready(self) -> bool:
        """Whether the process wants requests."""
        return (await self.client.get("/health/ready")).status_code == 200

    async def log(self) -> list[dict[str, Any]]:
        """Every line of the log so far."""
        await written(self.application.log)
        return [json.loads(line) for line in self.sink.getvalue().splitlines()]


@asynccontextmanager
async def running(
    settings: Settings, urls: Mapping[str, str], mint: Callable[[str], str] | None = None
) -> AsyncIterator[Running]:
    """Serve an application over these stores; without a mint, tokens are of the demo's issuer."""

    def minted(persona: str) -> str:
        return demo.token(settings.data, persona, timedelta(hours=2), datetime.now(UTC))

    sink = io.StringIO()
    stores = stores_at(settings, urls, pool=settings.pool, deadline=settings.store_deadline)
    application = Application(settings, stores, Log(sink=sink))
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        **PROTOCOLS,
        lifespan="on",
        # A connection that the client keeps must not be closed just as it is used again.
        timeout_keep_alive=PATIENCE,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    try:
        while not server.started:
            assert not task.done(), "the application did not start"
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            yield Running(application, client, sink, server, mint or minted)
    finally:
        server.should_exit = True
        await task
