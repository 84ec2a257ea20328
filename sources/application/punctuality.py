"""What the terms of applications are measured by, over the whole store and page by page."""

from datetime import date, datetime
from typing import Any

from sources.row import Row
from sources.store import Store

AT_ONCE = 1_000

_COLUMNS = """
a.kind, a.procedure_version, a.submitted_at, a.latest_on, a.stage, a.outcome, a.changed_at,
(SELECT min(s.at) FROM application_event s WHERE s.application_id = a.id AND s.kind = 'SUBMITTED') AS checked_at
"""
_DECIDED = f"""
SELECT e.at, e.id, {_COLUMNS}
FROM application_event e JOIN application a ON a.id = e.application_id
WHERE e.kind IN ('DECIDED', 'LAPSED') AND (e.at, e.id) > ($1, $2) AND e.at < $3
ORDER BY e.at, e.id LIMIT {AT_ONCE}
"""  # noqa: S608 - our own columns
# What is due today may be late already where the authority is further east.
_MAYBE_LATE = f"""
SELECT a.id, {_COLUMNS}
FROM application a
WHERE a.queue IN ('UNCLAIMED', 'CLAIMED') AND a.id > $2 AND (
    a.latest_on <= $1
    OR NOT EXISTS (SELECT FROM application_event s WHERE s.application_id = a.id AND s.kind = 'SUBMITTED')
)
ORDER BY a.id LIMIT {AT_ONCE}
"""  # noqa: S608 - our own columns

# The instant and the key of a step in the history.
Place = tuple[datetime, int]


class TermsRecord(Row):
    """An application as far as its terms go; `checked_at` is its step SUBMITTED."""

    id: int
    kind: str
    procedure_version: str | None
    submitted_at: datetime | None
    latest_on: date | None
    stage: str
    outcome: str | None
    changed_at: datetime
    checked_at: datetime | None


class DecidedRecord(TermsRecord):
    """The same of a decided application, with the place of its decision in the history of all."""

    at: datetime


async def decided(store: Store, after: Place, until: datetime) -> tuple[list[DecidedRecord], Place | None]:
    """Applications decided after a place and before an instant, and from where to go on; None at the end."""
    rows: list[Any] = await store.fetch(DecidedRecord, _DECIDED, *after, until)
    return rows, (rows[-1].at, rows[-1].id) if len(rows) == AT_ONCE else None


async def maybe_late(store: Store, today: date, after: int) -> tuple[list[TermsRecord], int | None]:
    """Applications under way that lack what is due today or was before, by key; and from where to go on."""
    rows: list[Any] = await store.fetch(TermsRecord, _MAYBE_LATE, today, after)
    return rows, rows[-1].id if len(rows) == AT_ONCE else None
