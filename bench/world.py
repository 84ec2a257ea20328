"""The city that every contender is asked about, kept in a folder of the bench's own."""

import asyncio
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.databases import databases, stores_at
from gateway.identity import demo
from gateway.settings import STORES, Settings
from gateway.world.cast import census_subject
from gateway.world.charts import LONG
from gateway.world.loading import load
from sources.embedded import EmbeddedServer
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.stores import NAMES

FOLDER = Path(__file__).resolve().parents[1] / ".kabinet" / "bench"
SCALE = "city"
PEOPLE = 1_000
CONNECTIONS = 300
TOKENS_HOLD = timedelta(days=1)
# Whoever reads charts signed in this long ago: what takes a second factor of minutes ago is closed to him throughout.
SIGNED_IN = timedelta(hours=1)
# Long enough for the slowest contender at 32 connections: a bench measures answers, not refusals.
PATIENCE = "60"
ENVIRONMENT: Mapping[str, str] = {
    "KABINET_PROFILE": "demo",
    "KABINET_DATA": str(FOLDER),
    "KABINET_POOL": "5",
    "KABINET_WORKERS": "1",
    "KABINET_LOG": "json",
    "KABINET_DEADLINE": PATIENCE,
    "KABINET_STORE_DEADLINE": PATIENCE,
}


@dataclass(frozen=True, slots=True)
class City:
    """The loaded world.

    Attributes:
        environment: settings that every contender gets.
        executor: the executor that the product takes when nobody chooses.
        people: global ids of practitioners, in a fixed order.
        patients: global ids of those with long charts.
        folder: where the key is that signs tokens.
    """

    environment: Mapping[str, str]
    executor: str
    people: tuple[str, ...]
    patients: tuple[str, ...]
    folder: Path = FOLDER

    def token(self, viewer: int) -> str:
        """A bearer token of one of those who may read everything; they are numbered from 1."""
        return demo.token(self.folder, census_subject(viewer), TOKENS_HOLD, datetime.now(UTC))

    def token_of(self, persona: str) -> str:
        """A bearer token of one of the cast."""
        return demo.token(self.folder, persona, TOKENS_HOLD, datetime.now(UTC) - SIGNED_IN)


@contextmanager
def city() -> Iterator[City]:
    """The city in its databases, which run meanwhile; it is loaded when it is not there yet."""
    settings = Settings.from_environment(ENVIRONMENT)
    with _server(), asyncio.Runner() as runner:
        opened = databases(settings)
        urls = runner.run(opened.__aenter__())
        try:
            people, patients = runner.run(_loaded(urls, settings))
            addresses = {variable: urls[name] for name, variable in STORES.items()}
            yield City({**ENVIRONMENT, **addresses}, settings.executor, people, patients)
        finally:
            runner.run(opened.__aexit__(None, None, None))


@contextmanager
def fresh(*others: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A server of its own in a folder that goes with it: the folder, and the addresses of its databases, all empty.

    The databases are those of the stores and the others that are named.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedServer(folder / "postgres")
        server.start()
        try:
            server.ensure_databases([*NAMES, *others])
            yield folder, {database: server.url(database) for database in (*NAMES, *others)}
        finally:
            server.stop()
            server.discard()


def environment(folder: Path, urls: Mapping[str, str], **more: str) -> dict[str, str]:
    """Settings of a demo over these databases."""
    addresses = {variable: urls[name] for name, variable in STORES.items()}
    return {"KABINET_PROFILE": "demo", "KABINET_DATA": str(folder), **addresses, **more}


@contextmanager
def _server() -> Iterator[None]:
    """The server of the databases, with room for the connections of all contenders."""
    server = EmbeddedServer(FOLDER / "postgres", connections=CONNECTIONS)
    server.start()
    try:
        yield
    finally:
        server.stop()


async def _loaded(urls: dict[str, str], settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    stores = stores_at(settings, urls, pool=2, deadline=60)
    try:
        await load(stores, SCALE)
        return await _people(stores.registry), await _patients(stores.clinical)
    finally:
        await stores.close()


async def _people(registry: Store) -> tuple[str, ...]:
    rows = await registry.fetch(Row, "SELECT id FROM practitioner ORDER BY id")
    drawn = random.Random(1).sample([row[0] for row in rows], PEOPLE)
    return tuple(f"prac_{key}" for key in drawn)


async def _patients(clinical: Store) -> tuple[str, ...]:
    many = "SELECT patient_id FROM encounter GROUP BY patient_id HAVING count(*) >= $1 ORDER BY patient_id"
    return tuple(f"pat_{row[0]}" for row in await clinical.fetch(Row, many, LONG["encounters"]))
