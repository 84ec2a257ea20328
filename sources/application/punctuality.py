"""What the terms of applications are measured by, over the whole store and page by page."""

from datetime import date, datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store

AT_ONCE = 1_000
QUEUES = ("CLAIMED", "UNCLAIMED")

_COLUMNS = """
a.kind, a.procedure_version, a.submitted_at, a.latest_on, a.stage, a.outcome, a.changed_at, checked.checked_at
"""
# The least of none is a row too: so it is looked up for each application, and never sought in the history of all.
_CHECKED = """
CROSS JOIN LATERAL (
    SELECT min(s.at) AS checked_at FROM application_event s WHERE s.application_id = a.id AND s.kind = 'SUBMITTED'
) checked
"""
_DECIDED = f"""
SELECT e.at, e.id, {_COLUMNS} FROM application_event e JOIN application a ON a.id = e.application_id {_CHECKED}
WHERE e.kind IN ('DECIDED', 'LAPSED') AND (e.at, e.id) > ($1, $2) AND e.at < $3
ORDER BY e.at, e.id LIMIT {AT_ONCE}
"""  # noqa: S608 - our own columns
# What is due today may be late already where the authority is further east.
_MAYBE_LATE = f"""
SELECT a.created_at AS at, a.id, {_COLUMNS} FROM application a {_CHECKED}
WHERE a.queue = $3 AND (a.created_at, a.id) > ($1, $2) AND (a.latest_on <= $4 OR checked.checked_at IS NULL)
ORDER BY a.created_at, a.id LIMIT {AT_ONCE}
"""  # noqa: S608 - our own columns

# An instant and a key: where in its order a row stands.
Place = tuple[datetime, int]


class TermsRecord(Row):
    """An application as far as its terms go.

    Attributes:
        at, id: its place: of its decision in the history of all, or of itself in its queue.
        checked_at: the step SUBMITTED of its history.
    """

    at: datetime
    id: int
    kind: str
    procedure_version: str | None
    submitted_at: datetime | None
    latest_on: date | None
    stage: str
    outcome: str | None
    changed_at: datetime
    checked_at: datetime | None


async def decided(store: Store, after: Place, until: datetime) -> list[TermsRecord]:
    """At most 1,000 applications decided after a place and before an instant."""
    rows: list[Any] = await store.fetch(TermsRecord, _DECIDED, *after, until)
    return rows


async def maybe_late(store: Store, after: Place, queue: str, today: date) -> list[TermsRecord]:
    """At most 1,000 applications of a queue, those after a place, that lack what was due until today."""
    rows: list[Any] = await store.fetch(TermsRecord, _MAYBE_LATE, *after, queue, today)
    return rows
