"""Which bookings whoever copies them has to look at again, as they are at one instant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sources.postgres.row import Row
from sources.postgres.store import Store

# One statement, one snapshot: a change and the booking as it is now are of the same instant.
_WAITING: Final = """
SELECT c.id, c.booking_id, b.patient_id, b.organization_id, b.practitioner_id, b.made_at, b.ends_at, b.cancelled_at
FROM (SELECT id, booking_id FROM booking_change ORDER BY id LIMIT $1) AS c LEFT JOIN booking b ON b.id = c.booking_id
ORDER BY c.id
"""
_COPIED: Final = "DELETE FROM booking_change WHERE id = ANY($1)"
_ANEW: Final = """
WITH again AS (INSERT INTO booking_change (booking_id) SELECT id FROM booking ORDER BY id)
DELETE FROM booking_change WHERE id = ANY($1)
"""


class ChangedBooking(Row):
    """A booking that was changed, as it is now; of one that is gone only the key, without a key all of them."""

    outer = True

    id: int
    booking_id: int | None
    patient_id: int | None
    organization_id: int | None
    practitioner_id: int | None
    made_at: datetime | None
    ends_at: datetime | None
    cancelled_at: datetime | None


async def waiting(store: Store, most: int) -> list[ChangedBooking]:
    """The changes that nobody has copied yet, the earliest first."""
    found: list[ChangedBooking] = await store.fetch(ChangedBooking, _WAITING, most)
    return found


async def copied(store: Store, changes: Sequence[int]) -> None:
    """Forget changes that have been copied."""
    await store.fetch(Row, _COPIED, list(changes))


async def all_anew(store: Store, changes: Sequence[int]) -> None:
    """Have every booking copied once more, instead of such changes."""
    await store.fetch(Row, _ANEW, list(changes))
