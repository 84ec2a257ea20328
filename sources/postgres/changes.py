"""What changed in the facts that rights rest on: triggers of each store note whose, readers ask what is new.

A reader that knows that nothing changed need not read the facts again, however many viewers there are.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Table, Text, text

from sources.postgres.failure import understanding
from sources.postgres.row import Row
from sources.postgres.store import Store

NOTHING_YET = 2**63 - 1


def fact_change(metadata: MetaData) -> Table:
    """The table of changes of one store; a row without a name means everybody."""
    return Table(
        "fact_change",
        metadata,
        Column("transaction", BigInteger, nullable=False, server_default=text("pg_current_xact_id()::text::bigint")),
        Column("subject", Text),
        Column("practitioner_id", BigInteger),
        Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("fact_change_by_transaction", "transaction"),
    )


class ChangeRecord(Row):
    """One changed person, or only the horizon when nothing changed."""

    horizon: int
    found: bool
    subject: str | None
    practitioner_id: int | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the last question.

    Attributes:
        horizon: from where to ask next; transactions below it are all finished.
        everybody: whether everything may have changed.
    """

    horizon: int
    everybody: bool
    subjects: frozenset[str]
    practitioner_ids: frozenset[int]


_FORGET = "DELETE FROM fact_change WHERE at < now() - interval '1 hour'"

# One statement, one snapshot: what it does not see lies at or above the horizon that it gives.
_SINCE = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,
       c.transaction IS NOT NULL AS found, c.subject, c.practitioner_id
FROM (SELECT 1) AS once LEFT JOIN fact_change c ON c.transaction >= $1
"""


async def changes_since(store: Store, horizon: int | None) -> Changes:
    """The changes committed since the horizon of an earlier question; without one, only a horizon.

    A change may be told twice, never not at all.
    """
    rows: list[Any] = await store.fetch(ChangeRecord, _SINCE, NOTHING_YET if horizon is None else horizon)
    with understanding(store.name):
        changed = [row for row in rows if row.found]
        return Changes(
            rows[0].horizon,
            any(row.subject is None and row.practitioner_id is None for row in changed),
            frozenset(row.subject for row in changed if row.subject is not None),
            frozenset(row.practitioner_id for row in changed if row.practitioner_id is not None),
        )


async def forget_old(store: Store) -> None:
    """Drop notes that every reader has long read."""
    await store.fetch(Row, _FORGET)
