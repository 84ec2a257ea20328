"""Which duties (дежурства) whoever copies them has to look at again, as they are at one instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, text

from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.schedule.tables import metadata

# One without a shift means all duties that are not over.
duty_change = Table(
    "duty_change",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("shift_id", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

# One statement, one snapshot: a change and the shift as it is now are of the same instant.
_WAITING: Final = """
SELECT c.id, c.shift_id, s.practitioner_id, s.organization_id, s.department_id, s.starts_at, s.ends_at
FROM (SELECT id, shift_id FROM duty_change ORDER BY id LIMIT $1) AS c
LEFT JOIN shift s ON s.id = c.shift_id AND s.kind = 'DUTY' AND s.department_id IS NOT NULL
ORDER BY c.id
"""
_COPIED: Final = "DELETE FROM duty_change WHERE id = ANY($1)"
_ANEW: Final = """
WITH again AS (
    INSERT INTO duty_change (shift_id)
    SELECT id FROM shift WHERE kind = 'DUTY' AND ends_at > now() - interval '1 day' ORDER BY id
)
DELETE FROM duty_change WHERE id = ANY($1)
"""


class ChangedDuty(Row):
    """A duty that was changed, as it is now; of one that is none only the key, without a key all of them."""

    outer = True

    id: int
    shift_id: int | None
    practitioner_id: int | None
    organization_id: int | None
    department_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None


async def waiting(store: Store, most: int) -> list[ChangedDuty]:
    """The changes that nobody has copied yet, the earliest first."""
    found: list[ChangedDuty] = await store.fetch(ChangedDuty, _WAITING, most)
    return found


async def copied(store: Store, changes: Sequence[int]) -> None:
    """Forget changes that have been copied."""
    await store.fetch(Row, _COPIED, list(changes))


async def all_anew(store: Store, changes: Sequence[int]) -> None:
    """Have every duty copied once more, instead of such changes."""
    await store.fetch(Row, _ANEW, list(changes))
