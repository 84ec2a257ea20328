"""Instants at which nobody is expected yet: the world's hours stand in the day, and tests run at any."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sources.stores import Stores

QUARTER = timedelta(minutes=15)
FREE = """
SELECT g AS at FROM generate_series($1::timestamptz, $1::timestamptz + interval '9 days', interval '15 minutes') g
WHERE NOT EXISTS (
    SELECT FROM slot WHERE practitioner_id = ANY($2::bigint[]) AND starts_at < g + $4::interval AND ends_at > g
) AND NOT EXISTS (
    SELECT FROM booking WHERE patient_id = ANY($3::bigint[]) AND starts_at < g + $4::interval AND ends_at > g
) ORDER BY g LIMIT 1
"""


async def vacant(
    stores: Stores,
    practitioners: Collection[int],
    patients: Collection[int] = (),
    *,
    ahead: timedelta,
    span: timedelta = QUARTER,
) -> datetime:
    """The first instant, so far from now or later, from which for the span none of them has anything."""
    since = datetime.now(UTC) + ahead
    async with stores.schedule.connection() as connection:
        found: datetime = await connection.fetchval(FREE, since, list(practitioners), list(patients), span)
    return found
