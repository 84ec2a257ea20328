"""Relations of care that rest on bookings: copied from the schedule, and up to when the copy is known to be right."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

# A process that falls silent must not keep the others from going on.
_BOUNDED: Final = "SET LOCAL idle_in_transaction_session_timeout = 3000"
# Whoever has the row has the turn. What it read of the schedule after that is no older than what was written before.
_TURN: Final = "SELECT trusted_until FROM copy_horizon WHERE store = 'schedule' FOR UPDATE SKIP LOCKED"
_FIRST: Final = "INSERT INTO copy_horizon (store, trusted_until) VALUES ('schedule', $1) ON CONFLICT DO NOTHING"
_MOVED: Final = "UPDATE copy_horizon SET trusted_until = $1 WHERE store = 'schedule'"
_ENDED: Final = """
DELETE FROM care_relation r USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS come(key, patient, practitioner)
WHERE r.basis = 'BOOKING' AND r.copied_from = 'schedule' AND r.basis_id = come.key
    AND (come.patient IS NULL OR r.patient_id <> come.patient OR r.practitioner_id <> come.practitioner)
"""
_STANDS: Final = """
INSERT INTO care_relation
    (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at, copied_from)
SELECT p.id, come.organization, 'BOOKING', come.key, come.practitioner, come.since, come.until, 'schedule'
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
    AS come(key, patient, practitioner, organization, since, until)
JOIN patient p ON p.id = come.patient
ORDER BY come.key
ON CONFLICT (basis, basis_id, patient_id, practitioner_id, department_id)
DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, organization_id = excluded.organization_id
    WHERE (care_relation.starts_at, care_relation.ends_at, care_relation.organization_id)
        IS DISTINCT FROM (excluded.starts_at, excluded.ends_at, excluded.organization_id)
"""
_ALL: Final = "DELETE FROM care_relation WHERE basis = 'BOOKING' AND copied_from = 'schedule'"


class Relation(NamedTuple):
    """A relation that a booking makes."""

    key: int
    patient_id: int
    practitioner_id: int
    organization_id: int
    starts_at: datetime
    ends_at: datetime


async def turn(connection: Any) -> datetime | None:
    """Up to when the copy is trusted, for whoever moves it until his transaction ends; none while others do."""
    await connection.execute(_BOUNDED)
    found: datetime | None = await connection.fetchval(_TURN)
    if found is None:
        await connection.execute(_FIRST, NEVER)
    return found


async def relate(connection: Any, ended: Sequence[int], standing: Sequence[Relation]) -> None:
    """Make relations as bookings are: none for those that ended, one for each that stands, however often told."""
    keys = [*ended, *(one.key for one in standing)]
    gone: list[None] = [None] * len(ended)
    patients = [*gone, *(one.patient_id for one in standing)]
    practitioners = [*gone, *(one.practitioner_id for one in standing)]
    if keys:
        await connection.execute(_ENDED, keys, patients, practitioners)
    if standing:
        await connection.execute(_STANDS, *map(list, zip(*standing, strict=True)))


async def forget_all(connection: Any) -> None:
    """Drop all that was copied."""
    await connection.execute(_ALL)


async def trust(connection: Any, until: datetime) -> None:
    """The copy is as it is there at an instant; at none, while it is copied anew."""
    await connection.execute(_MOVED, until)
