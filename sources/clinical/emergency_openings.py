"""Emergency openings as far as others ask: whom to tell of them, which wait for a review, which a doctor has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class ToldOpening(Row):
    """An opening as far as a message tells of it, and whom it concerns; `accounts` are those of the patient."""

    id: int
    organization_id: int
    department_id: int | None
    practitioner_id: int
    opened_at: datetime
    ends_at: datetime
    verdict: str | None
    accounts: list[str]


class _Opening(Row):
    id: int
    patient_id: int


_TOLD = """
SELECT o.id, o.organization_id, o.department_id, o.practitioner_id, o.opened_at, o.ends_at, o.verdict, ARRAY(
    SELECT DISTINCT a.subject FROM account a
    WHERE a.patient_id = o.patient_id AND a.starts_at <= $2 AND (a.ends_at IS NULL OR a.ends_at > $2)
) AS accounts
FROM emergency_opening o WHERE {which}
"""
_OF_EVENTS = _TOLD.format(which="o.id = ANY($1::bigint[])")
_WAITING = _TOLD.format(which="o.id > $1 AND o.reviewed_at IS NULL AND o.opened_at < $2 ORDER BY o.id LIMIT $3")

_OF_A_DOCTOR = """
SELECT DISTINCT ON (patient_id) patient_id, id FROM emergency_opening
WHERE practitioner_id = $1 AND organization_id = $2 AND opened_at <= $3 AND ends_at > $4
ORDER BY patient_id, ends_at > $3 DESC, id DESC
"""


_WHOSE = "SELECT id, patient_id FROM emergency_opening WHERE id = $1"


async def openings_of(
    store: Store, practitioner_id: int, organization_id: int, at: datetime, since: datetime
) -> dict[int, int]:
    """By patient the last opening of a doctor at an organisation that was in force between two instants."""
    rows: list[Any] = await store.fetch(_Opening, _OF_A_DOCTOR, practitioner_id, organization_id, at, since)
    return {row.patient_id: row.id for row in rows}


async def patient_of(store: Store, key: int) -> int | None:
    """Whose history an opening opened; None where there is no such opening."""
    rows: list[Any] = await store.fetch(_Opening, _WHOSE, key)
    return rows[0].patient_id if rows else None


async def told_openings(connection: Any, ids: Sequence[int], at: datetime) -> dict[int, ToldOpening]:
    """Openings that events speak of."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), at, record_class=ToldOpening)
    return {row.id: row for row in rows}


async def waiting_openings(store: Store, at: datetime, after: int, limit: int) -> list[ToldOpening]:
    """Openings that nobody has reviewed, by key, those after a key."""
    rows: list[Any] = await store.fetch(ToldOpening, _WAITING, after, at, limit)
    return rows
