"""The schedule: shifts of people in organisations; slots of time, and bookings of them, in modules of their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Table,
    Text,
)

from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.schedule import booking, duty, slot
from sources.schedule.tables import NAME, metadata

__all__ = ["NAME", "booking", "duty", "metadata", "shift", "slot"]

KINDS = "'DAY','NIGHT','DUTY','ON_CALL','TELEMEDICINE'"

# Shifts of one person never overlap: an exclusion constraint of the first migration.
shift = Table(
    "shift",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("department_id", BigInteger),
    Column("room", Text),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    CheckConstraint("ends_at > starts_at", name="shift_term"),
    Index("shift_by_practitioner", "practitioner_id", "starts_at", "id"),
)


class ShiftRecord(Row):
    """One shift of one person in one organisation."""

    id: int
    practitioner_id: int
    organization_id: int
    department_id: int | None
    room: str | None
    starts_at: datetime
    ends_at: datetime
    kind: str


SHIFT = Entity(
    ShiftRecord,
    shift,
    filters={
        "ends_after": (DateTime(timezone=True), lambda value: shift.c.ends_at > value),
        "starts_before": (DateTime(timezone=True), lambda value: shift.c.starts_at < value),
    },
)
BY_START: Order = (("starts_at", "asc"), ("id", "asc"))


async def shifts(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, ShiftRecord]:
    """Shifts by id."""
    return await by_key(store, SHIFT, keys, ask)


async def shifts_of(
    store: Store, keys: Sequence[int], ask: Ask, window: Window, filters: Filters
) -> dict[int, Slice[ShiftRecord]]:
    """A slice of the shifts of each person, by their start."""
    return await slices(store, SHIFT, keys, ask, window, key="practitioner_id", order=BY_START, filters=filters)


async def shifts_count(store: Store, keys: Sequence[int], ask: Ask, filters: Filters) -> dict[int, int]:
    """How many shifts each person has."""
    return await counts(store, SHIFT, keys, ask, key="practitioner_id", filters=filters)


_WORKING = """
SELECT EXISTS (
    SELECT FROM shift WHERE practitioner_id = $1 AND organization_id = $2 AND starts_at <= $3 AND ends_at > $3
) AS working
"""


async def working_at(store: Store, practitioner_id: int, organization_id: int, ask: Ask) -> bool:
    """Whether somebody is on shift at an organisation at an instant."""
    (found,) = await store.fetch(Row, _WORKING, practitioner_id, organization_id, ask.at)
    return bool(found["working"])
