"""Instants as PostgreSQL sends them (timestamptz): microseconds since the year 2000, in eight bytes.

The driver's own decoder makes two objects for each and adds them up. Stores tell the same instants again and again:
shifts begin on the hour, terms on a day.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# What stands for the end and the beginning of time is the last and the first instant there is.
LAST, FIRST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
ENDLESS = {2**63 - 1: LAST, -(2**63): FIRST}
MAX_KNOWN = 16_384


@lru_cache(maxsize=MAX_KNOWN)
def decoded(data: bytes) -> datetime:
    """An instant, in UTC.

    Raises:
        OverflowError: before the year 1 or after the year 9999.
    """
    microseconds = int.from_bytes(data, "big", signed=True)
    return ENDLESS.get(microseconds) or EPOCH + timedelta(0, 0, microseconds)


def encoded(instant: datetime) -> bytes:
    """The same for the way there.

    Raises:
        TypeError: the instant has no zone.
    """
    microseconds = (instant - EPOCH) // MICROSECOND
    for number, end in ENDLESS.items():
        if instant == end:
            microseconds = number
    return microseconds.to_bytes(8, "big", signed=True)
