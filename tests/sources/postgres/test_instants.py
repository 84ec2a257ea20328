"""Instants mean on our connections what they mean to the driver."""

from datetime import UTC, datetime, timedelta, timezone

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.postgres.connecting import connect
from sources.postgres.instants import FIRST, LAST, decoded, encoded

TOLD = (
    "2026-11-22 09:30:00+00",
    "2026-11-22 09:30:00.000001+03",
    "1970-01-01 00:00:00+00",
    "1999-12-31 23:59:59.999999+00",
    "0001-01-01 00:00:00+00",
    "9999-12-31 23:59:59.999999+00",
    "infinity",
    "-infinity",
)
SAID = "SELECT instant FROM unnest($1::text[]) WITH ORDINALITY AS told (text, n), cast(text AS timestamptz) AS instant"


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=3)), timezone(-timedelta(hours=9))])))
def test_an_instant_comes_back_as_it_went(instant: datetime) -> None:
    assert decoded(encoded(instant)) == instant
    assert decoded(encoded(instant)).tzinfo is UTC


async def test_what_postgresql_says_is_what_the_driver_makes_of_it(urls: dict[str, str]) -> None:
    ours, drivers = await connect(urls["schedule"]), await asyncpg.connect(urls["schedule"])
    try:
        said = [row[0] for row in await ours.fetch(SAID, TOLD)]
        assert said[:-2] == [row[0] for row in await drivers.fetch(SAID, TOLD[:-2])]
        # To the driver these have no zone, and can be compared with no others.
        assert said[-2:] == [LAST, FIRST]
        assert all(instant.tzinfo is UTC for instant in said)
    finally:
        await ours.close()
        await drivers.close()


async def test_postgresql_understands_what_it_is_sent(urls: dict[str, str]) -> None:
    connection = await connect(urls["schedule"])
    try:
        instants = [
            datetime(2026, 11, 22, 9, 30, 0, 1, tzinfo=timezone(timedelta(hours=3))),
            datetime(1, 1, 1, tzinfo=UTC) + timedelta(days=1),
        ]
        told = await connection.fetchval("SELECT array_agg(one::text) FROM unnest($1::timestamptz[]) AS one", instants)
        assert told == ["2026-11-22 06:30:00.000001+00", "0001-01-02 00:00:00+00"]
        assert await connection.fetchval("SELECT isfinite($1::timestamptz)", LAST) is False
        assert await connection.fetchval("SELECT $1::timestamptz::text", FIRST) == "-infinity"
        with pytest.raises(asyncpg.DataError):
            await connection.fetchval("SELECT $1::timestamptz", datetime(2026, 1, 1))  # noqa: DTZ001 - it has no zone
    finally:
        await connection.close()
