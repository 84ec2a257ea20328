"""Which terms end soon, of accreditations and of licences, and of what it was told already."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class EndingRecord(Row):
    """A record in force whose term ends, with its holder, and what tells who may see it."""

    id: int
    registry_number: str
    kind: str
    practitioner_id: int | None
    holder_organization_id: int | None
    valid_to: datetime
    application_id: int | None
    organization_ids: list[int]
    department_ids: list[int]


class EndingLicence(Row):
    """A licence in force that ends; `ends_on` is the first day without it."""

    id: int
    organization_id: int
    number: str
    ends_on: date


class ChangedLicence(Row):
    """A licence whose status became another; whether others in force cover its activity."""

    id: int
    organization_id: int
    number: str
    status: str
    status_at: datetime
    covered: bool


# A record that another one of the same kind and specialty outlives has nothing to warn of.
_ENDING = """
SELECT a.id, a.registry_number, a.kind, a.practitioner_id, a.holder_organization_id, a.valid_to,
       a.application_id, a.organization_ids, a.department_ids
FROM accreditation a
WHERE a.state IN ('ACTIVE', 'UNDER_REVIEW') AND a.valid_to > $1 AND a.valid_to <= $2 AND a.id > $3
  AND NOT EXISTS (
    SELECT FROM accreditation b
    WHERE (b.practitioner_id = a.practitioner_id OR b.holder_organization_id = a.holder_organization_id)
      AND b.kind = a.kind AND b.specialty_code IS NOT DISTINCT FROM a.specialty_code
      AND b.state IN ('ACTIVE', 'UNDER_REVIEW') AND (b.valid_to IS NULL OR b.valid_to > a.valid_to)
  )
ORDER BY a.id LIMIT $4
"""
_TURN = "SELECT pg_try_advisory_xact_lock($1)"
_MARK = """
INSERT INTO scan_mark (thing, subject, ends_at, days, at)
SELECT DISTINCT thing, subject, ends_at, days, $5::timestamptz
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::integer[]) AS come(thing, subject, ends_at, days)
ON CONFLICT DO NOTHING RETURNING thing, subject, ends_at, days
"""
# A licence that another one for the same activity outlives has nothing to warn of.
_LICENCES = """
SELECT l.id, l.organization_id, l.number, l.ends_on FROM licence l
WHERE l.status = 'ACTIVE' AND l.ends_on > $1 AND l.ends_on <= $2 AND l.id > $3
  AND NOT EXISTS (
    SELECT FROM licence m
    WHERE m.organization_id = l.organization_id AND m.activity = l.activity AND m.id <> l.id AND m.status = 'ACTIVE'
      AND (m.ends_on IS NULL OR m.ends_on > l.ends_on)
  )
ORDER BY l.id LIMIT $4
"""
_CHANGED_LICENCE = """
SELECT l.id, l.organization_id, l.number, l.status, l.status_at, EXISTS (
    SELECT FROM licence m
    WHERE m.organization_id = l.organization_id AND m.activity = l.activity AND m.id <> l.id AND m.status = 'ACTIVE'
      AND m.starts_on <= $3::date AND (m.ends_on IS NULL OR m.ends_on > $3::date)
  ) AS covered
FROM licence l WHERE l.id >= $1 AND l.status_at > $2 ORDER BY l.id LIMIT 1
"""
_FORGET = "DELETE FROM scan_mark WHERE greatest(at, ends_at) < $1::timestamptz - interval '90 days'"

# What was told: of what, to whom, of which instant, how many days before.
Mark = tuple[str, str, datetime, int]


async def ending(store: Store, since: datetime, until: datetime, after: int, limit: int) -> list[EndingRecord]:
    """Records whose term ends after one instant and not after another, by key, those after a key."""
    rows: list[Any] = await store.fetch(EndingRecord, _ENDING, since, until, after, limit)
    return rows


async def ending_licences(store: Store, since: date, until: date, after: int, limit: int) -> list[EndingLicence]:
    """Licences that end after one day and not after another, by key, those after a key."""
    rows: list[Any] = await store.fetch(EndingLicence, _LICENCES, since, until, after, limit)
    return rows


async def next_changed_licence(store: Store, key: int, since: datetime, day: date) -> ChangedLicence | None:
    """The first from a key on of the licences whose status became another after an instant; covered on a day or not."""
    rows: list[Any] = await store.fetch(ChangedLicence, _CHANGED_LICENCE, key, since, day)
    return rows[0] if rows else None


async def turn(connection: Any, lock: int) -> bool:
    """Whether this transaction of the journal is the one that scans under a lock."""
    mine: bool = await connection.fetchval(_TURN, lock)
    return mine


async def mark(connection: Any, told: Sequence[Mark], at: datetime) -> set[Mark]:
    """Note what is told; that which nobody told before."""
    columns = ([one[i] for one in told] for i in range(4))
    return {tuple(row) for row in await connection.fetch(_MARK, *columns, at)}


async def day_is_done(connection: Any, day: date) -> bool:
    """Whether the scan of a legal day has come to its end."""
    done: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM scan_day WHERE day = $1)", day)
    return done


async def again(connection: Any) -> None:
    """Let the scan of the day begin anew: there is something that it has not seen."""
    await connection.execute("DELETE FROM scan_day WHERE done_at > now() - interval '2 days'")


async def day_done(connection: Any, day: date, at: datetime) -> None:
    """Note that the scan of a legal day has come to its end, and drop notes that nobody needs any more."""
    await connection.execute("INSERT INTO scan_day (day, done_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", day, at)
    await connection.execute("DELETE FROM scan_day WHERE day < $1::date - 30", day)
    await connection.execute(_FORGET, at)
