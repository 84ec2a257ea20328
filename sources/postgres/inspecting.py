"""What an operator wants to know of a database before it is served from: that it is there, and what it lacks."""

import asyncio
from typing import Any, NamedTuple

import asyncpg
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sources.postgres.migrating import cause_of, engine_of, missing

_ASKED = text("""
SELECT split_part(current_setting('server_version'), ' ', 1) AS version, pg_is_in_recovery() AS standby,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create
""")


class Inspected(NamedTuple):
    """One database: the server's version, the migrations that it has not yet, and in words what else is wrong."""

    version: str | None
    missing: tuple[str, ...]
    faults: tuple[str, ...]


async def inspected(url: str, store: str, deadline: float) -> Inspected:
    """Look at the database of a store, for so many seconds at most; nothing is changed."""
    engine = engine_of(url)
    try:
        async with asyncio.timeout(deadline), engine.connect() as connection:
            found = (await connection.execute(_ASKED)).one()
            revisions = await connection.run_sync(missing, store)
    except Exception as failed:
        said = fault(failed)
        if said is None:
            raise
        return Inspected(None, (), (said,))
    finally:
        await engine.dispose()
    faults = []
    if revisions and not found.may_create:
        faults.append("its user may not create tables")
    if found.standby:
        faults.append("takes no writes, for it is a standby")
    return Inspected(f"PostgreSQL {found.version}", tuple(revisions), tuple(faults))


def fault(failed: Exception) -> str | None:
    """In words and without values, what is wrong with a database by what was raised; none for what it cannot raise."""
    cause: Any = cause_of(failed) if isinstance(failed, DBAPIError) else failed
    match cause:
        case TimeoutError():
            return "does not answer in time"
        case OSError():
            return "cannot be reached"
        case asyncpg.InvalidCatalogNameError():
            return "there is no such database"
        case asyncpg.InvalidAuthorizationSpecificationError():
            return "does not accept the user or the password"
        case asyncpg.InsufficientPrivilegeError():
            return "its user lacks a privilege"
        case asyncpg.ReadOnlySQLTransactionError():
            return "takes no writes"
        case CommandError() | RevisionError():
            return "has migrations that this version of the program does not know"
        case asyncpg.PostgresError():
            return f"refuses (SQLSTATE {cause.sqlstate})"
        case asyncpg.InterfaceError() | DBAPIError():
            return "breaks the connection off"
    return None
