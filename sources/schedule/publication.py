"""How slots are published and withdrawn: locked first, then looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_all_seen
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit
from sources.schedule.slot import SLOT

# In the order of their keys, so that of two who want some of the same one waits, and not each for the other.
_HELD = "SELECT * FROM slot WHERE {seen} ORDER BY id FOR UPDATE"
# Read once they are held: whoever was waited for may have booked one.
_TAKEN = "SELECT slot_id AS id FROM booking WHERE slot_id = ANY($1::bigint[]) AND cancelled_at IS NULL"
_N: Final = FIRST_OF_CHANGE
_PUBLISHED = f"""
published AS (UPDATE slot SET published_at = ${_N + 1}::timestamptz WHERE id = ANY(${_N}::bigint[]))
"""  # noqa: S608 - places alone


class _SlotRecord(Row):
    id: int
    practitioner_id: int
    organization_id: int
    department_id: int | None
    starts_at: datetime
    published_at: datetime | None


class _TakenRecord(Row):
    id: int


class HeldSlot:
    """A slot that nobody else books, publishes or withdraws until the transaction ends.

    Attributes:
        taken: whether somebody is booked in it.
    """

    __slots__ = ("department_id", "id", "organization_id", "published_at", "starts_at", "taken")

    def __init__(self, row: Any, *, taken: bool) -> None:
        self.id: int = row.id
        self.organization_id: int = row.organization_id
        self.department_id: int | None = row.department_id
        self.starts_at: datetime = row.starts_at
        self.published_at: datetime | None = row.published_at
        self.taken = taken


async def held(unit: Unit, wanted: Sequence[int], seen: Seen) -> dict[int, HeldSlot]:
    """Slots by key, held; those that may not be seen are not among them."""
    where, values = where_all_seen(SLOT, wanted, seen)
    rows = await unit.rows(_SlotRecord, _HELD.format(seen=where), *values)
    taken = {row.id for row in await unit.rows(_TakenRecord, _TAKEN, [row.id for row in rows])}
    return {row.id: HeldSlot(row, taken=row.id in taken) for row in rows}


def published(wanted: Sequence[int], at: datetime | None) -> Change:
    """Slots that are published since an instant; since none, they are not."""
    return Change(_PUBLISHED, ([*wanted], at))
