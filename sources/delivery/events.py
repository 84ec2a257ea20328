"""Events of a store as they happen: readers on the spot ask what is new, each event is told once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from sources.postgres.changes import NOTHING_YET
from sources.postgres.failure import understanding
from sources.postgres.row import Row
from sources.postgres.store import Store


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as ids without values."""

    id: UUID
    at: datetime
    kind: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Since:
    """How far a reader has read.

    Attributes:
        horizon: from where to ask next; transactions below it are all finished.
        told: ids of what stands at or above the horizon and was told already.
    """

    horizon: int
    told: frozenset[Any]


class EventRecord(Row):
    """One event, or only the horizon when there is none."""

    horizon: int
    id: UUID | None
    transaction: int | None
    at: datetime | None
    kind: str | None
    payload: str | None


# One statement, one snapshot: what it does not see lies at or above the horizon that it gives. A first question finds
# what is committed above it already, for that is not to be told.
HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
SINCE = f">= least($1, {HORIZON})"
_SINCE = f"""
SELECT {HORIZON} AS horizon, e.id, e.transaction, e.at, e.kind, e.payload
FROM (SELECT 1) AS once LEFT JOIN event e ON e.transaction {SINCE}
ORDER BY e.transaction, e.at, e.id
"""  # noqa: S608 - ours


async def events_since(store: Store, since: Since | None) -> tuple[Since, list[Event]]:
    """The events committed since an earlier question, in the order of their transactions; without one, none."""
    since, rows = await rows_since(store, EventRecord, _SINCE, since)
    with understanding(store.name):
        return since, [Event(row.id, row.at, row.kind, orjson.loads(row.payload)) for row in rows]


async def rows_since(store: Store, record: type[Row], text: str, since: Since | None) -> tuple[Since, list[Any]]:
    """The rows of such a statement that were not told before, and how far that was; without a `since`, none."""
    rows: list[Any] = await store.fetch(record, text, NOTHING_YET if since is None else since.horizon)
    with understanding(store.name):
        horizon = rows[0].horizon
        found = [row for row in rows if row.id is not None]
        again = frozenset(row.id for row in found if row.transaction >= horizon)
        return Since(horizon, again), [] if since is None else [row for row in found if row.id not in since.told]
