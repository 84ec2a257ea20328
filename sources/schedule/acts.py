"""How slots are booked and bookings called off: locked first, then looked at."""

from datetime import datetime
from typing import Final

from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit
from sources.schedule.booking import BOOKING, BookingRecord
from sources.schedule.slot import SLOT, SlotRecord

# Any number that nobody else has, the same in every process.
PATIENT_LOCK: Final = 7_220_131

_SLOT = "SELECT * FROM slot WHERE {seen} FOR UPDATE"
_BOOKING = "SELECT * FROM booking WHERE {seen} FOR UPDATE"
# Two bookings of one patient wait for each other, in whichever slots.
_ALONE = f"SELECT pg_advisory_xact_lock({PATIENT_LOCK}, hashint8($1::bigint))"
_STANDS = """
SELECT nextval(pg_get_serial_sequence('booking', 'id')) AS id,
    EXISTS (SELECT FROM booking WHERE slot_id = $1 AND cancelled_at IS NULL) AS taken,
    EXISTS (
        SELECT FROM booking
        WHERE patient_id = $2 AND cancelled_at IS NULL AND tstzrange(starts_at, ends_at) && tstzrange($3, $4)
    ) AS busy
"""
_N: Final = FIRST_OF_CHANGE
_MADE = f"""
made AS (
    INSERT INTO booking (id, slot_id, patient_id, practitioner_id, organization_id, department_id, starts_at, ends_at,
        made_at, made_by, booker_id, changed_at)
    VALUES (${_N}, ${_N + 1}, ${_N + 2}, ${_N + 3}, ${_N + 4}, ${_N + 5}, ${_N + 6}, ${_N + 7}, ${_N + 8}, ${_N + 9},
        ${_N + 10}, ${_N + 8})
)
"""  # noqa: S608 - places alone
_CANCELLED = f"""
cancelled AS (
    UPDATE booking SET cancelled_at = ${_N + 1}, cancelled_by = ${_N + 2}, changed_at = ${_N + 1}, version = version + 1
    WHERE id = ${_N}
)
"""  # noqa: S608 - places alone


class StandsRecord(Row):
    """What stands in the way of a booking, and the key that it would have."""

    id: int
    taken: bool
    busy: bool


async def held_slot(unit: Unit, key: int, seen: Seen) -> SlotRecord | None:
    """A slot that nobody else books until the transaction ends; none where it may not be seen."""
    where, values = where_seen(SLOT, key, seen)
    return await unit.row(SlotRecord, _SLOT.format(seen=where), *values)


async def held_booking(unit: Unit, key: int, seen: Seen) -> BookingRecord | None:
    """A booking that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(BOOKING, key, seen)
    return await unit.row(BookingRecord, _BOOKING.format(seen=where), *values)


async def stands(unit: Unit, slot: SlotRecord, patient_id: int) -> StandsRecord:
    """What stands in the way; nobody else books for the patient until the transaction ends."""
    await unit.run(_ALONE, patient_id)
    found: StandsRecord | None = await unit.row(
        StandsRecord, _STANDS, slot.id, patient_id, slot.starts_at, slot.ends_at
    )
    if found is None:
        raise LookupError("a row without a table is always there")
    return found


def made(key: int, slot: SlotRecord, patient_id: int, at: datetime, by: str, booker_id: int | None) -> Change:
    """A booking."""
    place = (slot.practitioner_id, slot.organization_id, slot.department_id, slot.starts_at, slot.ends_at)
    return Change(_MADE, (key, slot.id, patient_id, *place, at, by, booker_id))


def cancelled(key: int, at: datetime, by: str) -> Change:
    """A booking called off."""
    return Change(_CANCELLED, (key, at, by))
