"""Slots (талоны): times of a practitioner at which a patient can be booked; public once they are published."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Table,
    UniqueConstraint,
    and_,
    exists,
)

from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import AT, Entity, Order
from sources.postgres.store import Store
from sources.schedule.booking import booking
from sources.schedule.tables import metadata

# Slots of one practitioner never overlap: an exclusion constraint of the migration. What is booked keeps its times.
slot = Table(
    "slot",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("shift_id", BigInteger, ForeignKey("shift.id")),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("department_id", BigInteger),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    CheckConstraint("ends_at > starts_at", name="slot_term"),
    UniqueConstraint("id", "practitioner_id", "organization_id", "starts_at", "ends_at", name="slot_as_booked"),
    Index("slot_by_start", "starts_at", "id"),
    Index("slot_by_practitioner", "practitioner_id", "starts_at", "id"),
    Index("slot_by_organization", "organization_id", "starts_at", "id"),
    Index("slot_by_shift", "shift_id", "starts_at", "id"),
)


class SlotRecord(Row):
    """One time at which a patient can be booked.

    Attributes:
        published: whether everybody may know it.
        free: whether nobody is booked in it, and it has not begun.
    """

    id: int
    shift_id: int | None
    practitioner_id: int
    organization_id: int
    department_id: int | None
    starts_at: datetime
    ends_at: datetime
    published_at: datetime | None
    published: bool
    free: bool


_FREE = and_(
    slot.c.starts_at > AT,
    ~exists().where(booking.c.slot_id == slot.c.id, booking.c.cancelled_at.is_(None)).correlate(slot),
)
SLOT = Entity(
    SlotRecord,
    slot,
    computed={"published": slot.c.published_at.is_not(None), "free": _FREE},
    filters={
        "from": (DateTime(timezone=True), lambda value: slot.c.starts_at >= value),
        "before": (DateTime(timezone=True), lambda value: slot.c.starts_at < value),
        "organization": (BigInteger(), lambda value: slot.c.organization_id == value),
        "department": (BigInteger(), lambda value: slot.c.department_id == value),
        "practitioner": (BigInteger(), lambda value: slot.c.practitioner_id == value),
        "free": (Boolean(), lambda value: and_(_FREE, value)),
    },
)
BY_START: Order = (("starts_at", "asc"), ("id", "asc"))


async def slots(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, SlotRecord]:
    """Slots by id."""
    return await by_key(store, SLOT, keys, ask)


async def slots_of(
    store: Store, keys: Sequence[Any], ask: Ask, window: Window, filters: Filters, *, parent: str | None
) -> dict[Any, Slice[SlotRecord]]:
    """A slice of the slots of each parent, by their start; without a parent, one of all."""
    return await slices(store, SLOT, keys, ask, window, key=parent, order=BY_START, filters=filters)


async def slots_count(
    store: Store, keys: Sequence[Any], ask: Ask, filters: Filters, *, parent: str | None
) -> dict[Any, int]:
    """How many slots each parent has; without a parent, how many there are."""
    return await counts(store, SLOT, keys, ask, key=parent, filters=filters)
