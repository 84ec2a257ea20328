"""Entries of reads (журнал доступа): who read what of whom, in the one chain with acts, a partition for each month."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sources.postgres.row import Row
from sources.postgres.store import Store

ACT: Final = "read"
STORE: Final = "journal"
# Months for which there is a partition ahead of the one that is under way.
AHEAD: Final = 3


class NewRead(NamedTuple):
    """An entry to be written; the grounds are JSON."""

    at: datetime
    subject: str
    object: str | None
    grounds: str


_KEEP = f"""
INSERT INTO read_entry (store, at, subject, act, object, grounds)
SELECT '{STORE}', at, subject, '{ACT}', object, grounds::jsonb
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[])
    WITH ORDINALITY AS come(at, subject, object, grounds, place)
ORDER BY place
"""  # noqa: S608 - words of this module
_MONTHS = """
SELECT read_entry_month((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date) AS made
FROM generate_series(0, $1::int) AS ahead
"""


async def keep(store: Store, entries: Sequence[NewRead]) -> None:
    """Write entries in their order, all or none, by one statement.

    Raises:
        SourceFailure: they are not written, or nobody knows.
    """
    await store.fetch(Row, _KEEP, *map(list, zip(*entries, strict=True)))


async def make_months(store: Store) -> int:
    """Make the partitions of the months to come; how many were made.

    Raises:
        SourceFailure: the journal did not answer; what arrives meanwhile has its place all the same.
    """
    return sum(row["made"] for row in await store.fetch(Row, _MONTHS, AHEAD))
