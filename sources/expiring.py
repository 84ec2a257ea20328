"""Which terms of accreditation end soon, and of which it was told already."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sources.row import Row
from sources.store import Store

LOCK = 7_220_123  # any number, the same in every process


class EndingRecord(Row):
    """A record in force whose term ends, with its holder."""

    id: int
    registry_number: str
    kind: str
    practitioner_id: int | None
    holder_organization_id: int | None
    valid_to: datetime


# A record that another one of the same kind and specialty outlives has nothing to warn of.
_ENDING = """
SELECT a.id, a.registry_number, a.kind, a.practitioner_id, a.holder_organization_id, a.valid_to
FROM accreditation a
WHERE a.state IN ('ACTIVE', 'UNDER_REVIEW') AND a.valid_to > $1 AND a.valid_to <= $2 AND a.id > $3
  AND NOT EXISTS (
    SELECT FROM accreditation b
    WHERE b.practitioner_id IS NOT DISTINCT FROM a.practitioner_id
      AND b.holder_organization_id IS NOT DISTINCT FROM a.holder_organization_id
      AND b.kind = a.kind AND b.specialty_code IS NOT DISTINCT FROM a.specialty_code
      AND b.state IN ('ACTIVE', 'UNDER_REVIEW') AND (b.valid_to IS NULL OR b.valid_to > a.valid_to)
  )
ORDER BY a.id LIMIT $4
"""
_TURN = "SELECT pg_try_advisory_xact_lock($1)"
_MARK = """
INSERT INTO scan_mark (accreditation_id, valid_to, days, at)
SELECT id, valid_to, days, $4 FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[]) AS come(id, valid_to, days)
ON CONFLICT DO NOTHING RETURNING accreditation_id, valid_to, days
"""


async def ending(store: Store, since: datetime, until: datetime, after: int, limit: int) -> list[EndingRecord]:
    """Records whose term ends after one instant and not after another, by key, those after a key."""
    rows: list[Any] = await store.fetch(EndingRecord, _ENDING, since, until, after, limit)
    return rows


async def turn(connection: Any) -> bool:
    """Whether this transaction of the journal is the one that scans."""
    mine: bool = await connection.fetchval(_TURN, LOCK)
    return mine


async def mark(
    connection: Any, told: Sequence[tuple[int, datetime, int]], at: datetime
) -> set[tuple[int, datetime, int]]:
    """Note of which record, of which end and how many days before it is told; those that nobody told before."""
    columns = ([one[i] for one in told] for i in range(3))
    return {tuple(row) for row in await connection.fetch(_MARK, *columns, at)}


async def day_is_done(connection: Any, day: date) -> bool:
    """Whether the scan of a legal day has come to its end."""
    done: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM scan_day WHERE day = $1)", day)
    return done


async def day_done(connection: Any, day: date, at: datetime) -> None:
    """Note that the scan of a legal day has come to its end, and drop notes that nobody needs any more."""
    await connection.execute("INSERT INTO scan_day (day, done_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", day, at)
    await connection.execute("DELETE FROM scan_day WHERE day < $1::date - 30", day)
    await connection.execute("DELETE FROM scan_mark WHERE valid_to < $1::timestamptz - interval '90 days'", at)
