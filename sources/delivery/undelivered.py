"""What the relay cannot move for a reason of its own: tried again later and later, then given up and kept in sight."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sources.postgres.failure import SourceContradicts, SourceFailure
from sources.postgres.row import Row
from sources.postgres.store import UNREACHABLE, Store

# With pauses from one second, twice as long each time, that is about a quarter of an hour: longer than a store's
# schema is behind while a new version is rolled out.
MOST_ATTEMPTS: Final = 10
LONGEST_PAUSE: Final = 600
TABLES: Final = ("event", "audit_entry")


class Stuck(Exception):
    """These rows could not be moved, and not because a store is lost; the code says why, without values."""

    def __init__(self, rows: Sequence[Any], code: str) -> None:
        super().__init__(code)
        self.rows = rows
        self.code = code


class UndeliveredRecord(Row):
    """An event or an audit entry that was given up."""

    table: str
    id: object
    what: str
    at: datetime
    attempts: int
    last_error: str
    dead_at: datetime


class AttemptRecord(Row):
    """Whether that was the last attempt."""

    dead: bool


_FAILED = f"""
UPDATE {{table}} SET attempts = attempts + 1, last_error = $3,
    retry_at = now() + least(2 ^ attempts, {LONGEST_PAUSE}) * interval '1 second',
    dead_at = CASE WHEN attempts + 1 >= {MOST_ATTEMPTS} THEN now() END
WHERE id = $1 AND attempts = $2 AND relayed_at IS NULL RETURNING dead_at IS NOT NULL AS dead
"""  # noqa: S608 - our own statement
_DEAD = """
SELECT '{table}' AS table, id, {what} AS what, at, attempts, last_error, dead_at
FROM {table} WHERE relayed_at IS NULL AND attempts > 0 AND dead_at IS NOT NULL
"""
_LISTED = f"{_DEAD.format(table='event', what='kind')} UNION ALL {_DEAD.format(table='audit_entry', what='act')}"
_COUNTED = f"SELECT count(*) FROM ({_LISTED}) AS dead"  # noqa: S608 - our own statement
_AGAIN = """
UPDATE {table} SET attempts = 0, retry_at = NULL, dead_at = NULL, last_error = NULL
WHERE relayed_at IS NULL AND attempts > 0 AND dead_at IS NOT NULL AND ($1::uuid[] IS NULL OR id = ANY($1)) RETURNING id
"""


@contextmanager
def sticking(rows: Sequence[Any]) -> Iterator[None]:
    """Tells what comes of the rows themselves from what comes of a lost store.

    Raises:
        Stuck: the rows cannot be moved as they are.
        SourceFailure: a store is lost; the rows may be as good as any.
    """
    try:
        yield
    except (TimeoutError, *UNREACHABLE):
        raise
    except Exception as failed:
        if isinstance(failed, SourceFailure) and not isinstance(failed, SourceContradicts):
            raise
        raise Stuck(rows, _code(failed)) from failed


async def failed(store: Store, table: str, row: Any, code: str) -> bool:
    """Note that one was tried in vain; whether it is given up with that."""
    noted: list[Any] = await store.fetch(AttemptRecord, _FAILED.format(table=table), row.id, row.attempts, code)
    return any(one.dead for one in noted)


async def given_up_count(connection: Any) -> int:
    """How many are given up."""
    count: int = await connection.fetchval(_COUNTED)
    return count


async def given_up(store: Store) -> list[UndeliveredRecord]:
    """What was given up, the oldest first."""
    rows: list[Any] = await store.fetch(UndeliveredRecord, f"{_LISTED} ORDER BY at, id")
    return rows


async def again(store: Store, ids: Sequence[str] | None) -> int:
    """Let the relay try once more what was given up: these, or all of it; how many."""
    found = [await store.fetch(Row, _AGAIN.format(table=table), ids and list(ids)) for table in TABLES]
    return sum(map(len, found))


def _code(failed: Exception) -> str:
    cause = failed.__cause__ or failed
    state = getattr(cause, "sqlstate", None)
    return f"SQLSTATE_{state}" if state else type(cause).__name__
