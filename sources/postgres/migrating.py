"""Brings a store's database to the newest schema."""

import asyncio
import threading
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from sources.postgres.failure import SourceUnavailable
from sources.postgres.store import UNREACHABLE

SCRIPTS = Path(__file__).parents[1] / "migrations"
# What a server says of an address that is wrong: to come back later does not help.
UNFIT = (
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.ReadOnlySQLTransactionError,
)
LOCK = 7_220_114  # any number, the same in every process

# Alembic keeps the migration under way in its own modules, so a process runs one at a time.
_one_at_a_time = threading.Lock()


async def migrate(url: str, store: str) -> None:
    """Apply every migration of the store that the database does not have yet, all or none.

    Several processes may ask at once: the first migrates, the others wait and find nothing to do.

    Raises:
        SourceUnavailable: the database cannot be reached.
        DBAPIError: the server answers, and refuses for good.
        CommandError: the database has migrations that are not known here.
    """
    try:
        await asyncio.to_thread(_migrate, url, store)
    except UNREACHABLE:
        raise SourceUnavailable(store) from None
    except DBAPIError as refused:
        cause = cause_of(refused)
        if isinstance(cause, UNREACHABLE) and not isinstance(cause, UNFIT):
            raise SourceUnavailable(store) from None
        raise


def cause_of(refused: DBAPIError) -> BaseException | None:
    """What the driver raised when the server answered and refused."""
    return refused.orig.__cause__ if refused.orig is not None and refused.orig.__cause__ else refused.orig


async def current(url: str, store: str) -> bool:
    """Whether the database has every migration of the store."""
    engine = engine_of(url)
    try:
        async with engine.connect() as connection:
            return not await connection.run_sync(missing, store)
    finally:
        await engine.dispose()


def missing(connection: Connection, store: str) -> list[str]:
    """The migrations of the store that a database does not have yet, the first of them first.

    Raises:
        CommandError: the database has migrations that are not known here.
    """
    script = ScriptDirectory.from_config(_config(store))
    applied = MigrationContext.configure(connection).get_current_heads()
    known = {one.revision for one in script.iterate_revisions(applied, "base")} if applied else set()
    return [one.revision for one in script.walk_revisions() if one.revision not in known][::-1]


def _migrate(url: str, store: str) -> None:
    with _one_at_a_time:
        asyncio.run(_upgraded(url, store))


async def _upgraded(url: str, store: str) -> None:
    engine = engine_of(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_upgrade, store)
    finally:
        await engine.dispose()


def engine_of(url: str) -> AsyncEngine:
    """Connections to a database for Alembic, none of them kept."""
    # The driver reads the address itself, so that it means here exactly what it means to a store.
    return create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool)


def _config(store: str) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(SCRIPTS))
    config.set_main_option("version_locations", _escaped(SCRIPTS / store / "versions"))
    config.set_main_option("path_separator", "newline")
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _upgrade(connection: Connection, store: str) -> None:
    config = _config(store)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
