"""Grants in an emergency as far as others ask: whom to tell of them, and which wait for a review."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class ToldGrant(Row):
    """A grant in an emergency as far as a message tells of it, and whom it concerns."""

    id: int
    organization_id: int
    grantor_id: int
    grantee_id: int
    given_by: str
    giver_id: int | None
    given_at: datetime
    ends_at: datetime
    verdict: str | None


_TOLD = """
SELECT id, organization_id, grantor_id, grantee_id, given_by, giver_id, given_at, ends_at, verdict
FROM access_grant WHERE kind = 'EMERGENCY' AND {which}
"""
_OF_EVENTS = _TOLD.format(which="id = ANY($1::bigint[])")
_WAITING = _TOLD.format(which="id > $1 AND reviewed_at IS NULL AND given_at < $2 ORDER BY id LIMIT $3")


async def told_grants(connection: Any, ids: Sequence[int]) -> dict[int, ToldGrant]:
    """Those of them that events speak of."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ToldGrant)
    return {row.id: row for row in rows}


async def waiting_grants(store: Store, at: datetime, after: int, limit: int) -> list[ToldGrant]:
    """Those that nobody has reviewed, by key, those after a key."""
    rows: list[Any] = await store.fetch(ToldGrant, _WAITING, after, at, limit)
    return rows
