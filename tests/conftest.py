"""A real server with the village in it, the gateway in process, and the cast who ask it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.application import Application
from gateway.databases import stores_at
from gateway.identity import demo
from gateway.jobs.garbage import begin
from gateway.settings import Settings
from gateway.world.cast import CAST
from gateway.world.loading import Loaded
from sources.embedded import EmbeddedServer
from sources.postgres.store import Store
from tests.acted import acted
from tests.answer import Answer
from tests.authorization import lending
from tests.clearing import cleared
from tests.keys import (
    DOCUMENTS_KEYS,
    DOCUMENTS_VARIABLE,
    IDENTITY_KEYS,
    IDENTITY_VARIABLE,
    KEYS,
    VARIABLE,
)
from tests.villages import copied, loaded


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is compared by the differential test."""
    parser.addoption("--pairs", type=int, default=5_000, help="pairs of answers that the two executors have to give")
    parser.addoption("--pairs-seed", type=int, default=20_260_101, help="where the questions of these pairs begin")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder outside the tree, for what the server and the demo keep."""
    with cleared("kabinet-") as made:
        made.chmod(0o755)
        yield made


@pytest.fixture(scope="session")
def server(folder: Path) -> EmbeddedServer:
    """A PostgreSQL server of this test run."""
    # Many gateways ask it, each with a pool for each store.
    made = EmbeddedServer(folder / "postgres", durable=False, connections=300)
    made.start()
    return made


@pytest.fixture(scope="session")
def pristine(server: EmbeddedServer) -> Loaded:
    """The village that is there to be copied, by `tests.villages.copied`."""
    return loaded(server)


@pytest.fixture(scope="session")
def urls(server: EmbeddedServer, pristine: Loaded) -> dict[str, str]:
    """The addresses of the seven stores, with the village in them and a few acts in the journal."""
    found = copied(server, keyed=True)

    async def fill() -> None:
        store = Store("journal", found["journal"], deadline=60)
        await acted(store)
        await store.close()

    asyncio.run(fill())
    return found


@pytest.fixture(scope="session")
def anchored_on(pristine: Loaded) -> date:
    """The day on which the village stands: that of the authority, not of the machine."""
    return pristine.anchored_on


@pytest.fixture(scope="session")
def settings(folder: Path, urls: dict[str, str]) -> Settings:
    """Settings of the demo over the village."""
    variables = {VARIABLE: KEYS, IDENTITY_VARIABLE: IDENTITY_KEYS, DOCUMENTS_VARIABLE: DOCUMENTS_KEYS}
    variables |= {f"KABINET_{name.upper()}_URL": url for name, url in urls.items()}
    return Settings.from_environment(
        {"KABINET_PROFILE": "demo", "KABINET_DATA": str(folder / "data"), "KABINET_DEADLINE": "30", **variables}
    )


# A second factor counts for fifteen minutes, and all tests take longer.
COUNTS = timedelta(minutes=5)


@dataclass
class Answered(Answer):
    """An answer as a client sees it, with the statements that it took."""

    statements: dict[str, int]
    headers: httpx.Headers


@dataclass
class Gateway:
    """The gateway in process, asked over its HTTP door."""

    application: Application
    client: httpx.AsyncClient
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def token(self, persona: str, *, second_factor: bool = True) -> str:
        """A bearer token of one of the cast, whose second factor counts for a while yet."""
        known, now = f"{persona}{second_factor}", datetime.now(UTC)
        text, made = self.tokens.get(known, ("", now - COUNTS))
        if now - made >= COUNTS:
            data = self.application.settings.data
            text = demo.token(data, persona, timedelta(hours=2), now, second_factor=second_factor)
            self.tokens[known] = text, now
        return text

    async def ask(
        self,
        persona: str,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        second_factor: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Answered:
        """Ask one operation as one of the cast, or as `anonymous`."""
        sent = dict(headers or {})
        if persona != "anonymous":
            sent["authorization"] = f"Bearer {self.token(persona, second_factor=second_factor)}"
        asked: list[dict[str, int]] = []
        operating = self.application.operating
        inner = operating.operate

        async def observed(request: Any, shown: Any, exchange: Any) -> Any:
            answer = await inner(request, shown, exchange)
            asked.append(dict(exchange.statements))
            return answer

        operating.operate = observed  # type: ignore[method-assign]
        try:
            response = await self.client.post(
                "/graphql", json={"query": document, "variables": variables or {}}, headers=sent
            )
        finally:
            operating.operate = inner  # type: ignore[method-assign]
        statements = asked[0] if asked else {}
        return Answered(response.status_code, response.json(), response.content, statements, response.headers)


@asynccontextmanager
async def opened(settings: Settings, urls: Mapping[str, str]) -> AsyncIterator[Gateway]:
    """The demo's gateway over these stores."""
    stores = stores_at(settings, urls, pool=settings.pool, deadline=10)
    application = Application(settings, stores)
    await application.keys.open()
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://kabinet.test") as client:
        yield Gateway(application, client)
    await application.keys.close()
    await stores.close()
    application.log.close()


@pytest.fixture(scope="session")
async def gateway(settings: Settings, urls: dict[str, str]) -> AsyncIterator[Gateway]:
    """The demo's gateway over the village."""
    async with opened(settings, urls) as made:
        yield made


@pytest.fixture(scope="session")
async def lent(gateway: Gateway) -> AsyncIterator[None]:
    """What the village has none of."""
    subjects = {name: persona.subject for name, persona in CAST.items()}
    async with lending.lent(gateway.application.stores.documents, datetime.now(UTC), subjects):
        yield


@pytest.fixture
def collected_as_served() -> Iterator[None]:
    """The garbage collector as a server process has it."""
    thresholds, callbacks = gc.get_threshold(), list(gc.callbacks)
    begin()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.callbacks[:] = callbacks


Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(gateway: Gateway) -> Ask:
    """Ask one operation as one of the cast: `await ask("therapist", "{ viewer { … } }")`."""
    return gateway.ask
