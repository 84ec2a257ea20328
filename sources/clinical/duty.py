"""Duties (дежурства) as they were copied from the schedule: whoever has one cares for those who lie in the unit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Index, Table, text

from sources.clinical.tables import metadata

# A duty makes relations a day before it begins; from then on triggers keep them as the stays in the unit are.
duty = Table(
    "duty",
    metadata,
    Column("shift_id", BigInteger, primary_key=True, autoincrement=False),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("department_id", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("related", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("ends_at > starts_at", name="duty_term"),
    Index("duty_by_department", "department_id", "starts_at"),
    Index("duty_to_relate", "starts_at", postgresql_where=text("NOT related")),
)

AHEAD: Final = timedelta(days=1)
_HOLD: Final = """
SELECT hold_departments(ARRAY(
    SELECT department_id FROM duty WHERE shift_id = ANY($1) UNION SELECT unnest($2::bigint[])
))
"""
_GONE: Final = "DELETE FROM duty WHERE shift_id = ANY($1)"
_OVER: Final = "DELETE FROM duty WHERE ends_at < $1"
_STANDS: Final = """
INSERT INTO duty (shift_id, practitioner_id, organization_id, department_id, starts_at, ends_at, related)
SELECT *, come.starts_at < $7
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
    AS come(shift_id, practitioner_id, organization_id, department_id, starts_at, ends_at)
ON CONFLICT (shift_id) DO UPDATE SET practitioner_id = excluded.practitioner_id,
    organization_id = excluded.organization_id, department_id = excluded.department_id,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, related = excluded.related
"""
# Whatever was changed is related anew: of what is gone, or is far ahead now, nothing is left.
_RELATED: Final = "SELECT relate_duties($1::bigint[], NULL)"
_SOON: Final = "SELECT array_agg(shift_id) FROM duty WHERE NOT related AND starts_at < $1"
_RELATE: Final = "UPDATE duty SET related = true WHERE shift_id = ANY($1)"
_ALL: Final = """
WITH duties AS (DELETE FROM duty)
DELETE FROM care_relation WHERE basis = 'DUTY' AND practitioner_id IS NOT NULL AND copied_from = 'schedule'
"""


class Duty(NamedTuple):
    """A duty that is not over."""

    key: int
    practitioner_id: int
    organization_id: int
    department_id: int
    starts_at: datetime
    ends_at: datetime


async def take(connection: Any, ended: Sequence[int], standing: Sequence[Duty], at: datetime) -> None:
    """Have duties as the schedule has them, and the relations of those that begin within a day; however often told."""
    keys = [*ended, *(one.key for one in standing)]
    if keys:
        await connection.execute(_HOLD, keys, [one.department_id for one in standing])
        await connection.execute(_GONE, [*ended])
        await connection.execute(_OVER, at - AHEAD)
        if standing:
            await connection.execute(_STANDS, *map(list, zip(*standing, strict=True)), at + AHEAD)
        await connection.execute(_RELATED, keys)
    coming = await connection.fetchval(_SOON, at + AHEAD)
    if coming:
        await connection.execute(_HOLD, coming, [])
        await connection.execute(_RELATE, coming)
        await connection.execute(_RELATED, coming)


async def forget_all(connection: Any) -> None:
    """Drop all that was copied, and what rests on it."""
    await connection.execute(_ALL)
