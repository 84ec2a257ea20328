"""What events of requests to the register and of links speak of, and which links have ended with their post."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class ToldRequest(Row):
    """A request as far as a message tells of it, and whom it concerns."""

    id: int
    kind: str
    subject: str
    practitioner_id: int | None
    organization_id: int
    state: str


class ToldLink(Row):
    """A link as far as a message tells of it, and whom it concerns."""

    id: int
    subject: str
    practitioner_id: int
    organization_id: int
    state: str


class EndedLink(Row):
    """A link that ended with its post or its organisation; `last_on` is the last day of it."""

    id: int
    subject: str
    practitioner_id: int
    organization_id: int
    last_on: date
    reachable: bool


_REQUESTS = """
SELECT id, kind, subject, practitioner_id, organization_id, state FROM registry_request WHERE id = ANY($1::bigint[])
"""
_LINKS = """
SELECT id, subject, practitioner_id, organization_id, state FROM organization_link WHERE id = ANY($1::bigint[])
"""
_ENDED = """
SELECT * FROM (
    SELECT l.id, p.subject, l.practitioner_id, l.organization_id, least(e.ends_on, o.closed_on) AS last_on,
        p.email_verified_at IS NOT NULL AS reachable
    FROM organization_link l JOIN employment e ON e.id = l.employment_id
        JOIN organization o ON o.id = l.organization_id JOIN practitioner p ON p.id = l.practitioner_id
    WHERE l.state = 'CONFIRMED' AND l.id > $1 AND p.subject IS NOT NULL
) AS ended WHERE last_on >= $2 AND last_on < $3 ORDER BY id LIMIT $4
"""


async def told_requests(connection: Any, ids: Sequence[int]) -> dict[int, ToldRequest]:
    """Requests that events speak of."""
    rows = await connection.fetch(_REQUESTS, list(ids), record_class=ToldRequest)
    return {row.id: row for row in rows}


async def told_links(connection: Any, ids: Sequence[int]) -> dict[int, ToldLink]:
    """Links that events speak of."""
    rows = await connection.fetch(_LINKS, list(ids), record_class=ToldLink)
    return {row.id: row for row in rows}


async def ended_links(store: Store, since: date, today: date, after: int, limit: int) -> list[EndedLink]:
    """Links whose last day is over since a day, by key, those after a key."""
    rows: list[Any] = await store.fetch(EndedLink, _ENDED, after, since, today, limit)
    return rows
