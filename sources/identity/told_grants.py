"""Grants as far as others ask: whom to tell of them, and which of an emergency wait for a review."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class ToldGrant(Row):
    """A grant as far as a message tells of it, and whom it concerns."""

    id: int
    kind: str
    module: str
    organization_id: int
    grantor_id: int
    grantee_id: int
    given_by: str
    giver_id: int | None
    given_at: datetime
    starts_at: datetime
    ends_at: datetime
    decision: str | None
    revoked_at: datetime | None
    revoked_by: str | None
    verdict: str | None


_TOLD = f"SELECT {', '.join(ToldGrant.__annotations__)} FROM access_grant"  # noqa: S608 - our own columns
_OF_EVENTS = f"{_TOLD} WHERE id = ANY($1::bigint[])"
_WAITING = f"""
{_TOLD} WHERE kind = 'EMERGENCY' AND id > $1 AND reviewed_at IS NULL AND given_at < $2 ORDER BY id LIMIT $3
"""


async def told_grants(connection: Any, ids: Sequence[int]) -> dict[int, ToldGrant]:
    """Those that events speak of."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ToldGrant)
    return {row.id: row for row in rows}


async def waiting_grants(store: Store, at: datetime, after: int, limit: int) -> list[ToldGrant]:
    """Those of an emergency that nobody has reviewed, by key, those after a key."""
    rows: list[Any] = await store.fetch(ToldGrant, _WAITING, after, at, limit)
    return rows
