"""Bookings (записи на приём): which patient is expected in which slot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.schedule.tables import metadata

# No patient is expected at two places at the same time: an exclusion constraint of the migration.
booking = Table(
    "booking",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("slot_id", BigInteger, nullable=False),
    Column("patient_id", BigInteger, nullable=False),
    # As the slot has them.
    Column("practitioner_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("department_id", BigInteger),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),  # the account
    Column("booker_id", BigInteger),  # the practitioner who it is, or on whose behalf it asked
    Column("cancelled_at", DateTime(timezone=True)),
    Column("cancelled_by", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(
        ["slot_id", "practitioner_id", "organization_id", "starts_at", "ends_at"],
        ["slot.id", "slot.practitioner_id", "slot.organization_id", "slot.starts_at", "slot.ends_at"],
        name="booking_as_its_slot",
    ),
    CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="booking_cancelled"),
    CheckConstraint("cancelled_at >= made_at", name="booking_cancelled_after"),
    Index("one_booking_of_a_slot", "slot_id", unique=True, postgresql_where=text("cancelled_at IS NULL")),
    Index("booking_by_slot", "slot_id", "id"),
    Index("booking_by_patient", "patient_id", "starts_at", "id"),
    Index("booking_by_practitioner", "practitioner_id", "starts_at", "id"),
    Index("booking_by_organization", "organization_id", "starts_at", "id"),
)

# Which bookings are to be looked at again by whoever copies them; one without a booking means all of them.
booking_change = Table(
    "booking_change",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("booking_id", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)


class BookingRecord(Row):
    """That a patient is expected, or was.

    Attributes:
        carers: with whom it is and who made it, at which organisation, as texts.
        accounts: that of the reader, where he is the patient or stands for him.
        granted: what of it can be handed on, in each form in which a grant may name it.
    """

    id: int
    slot_id: int
    patient_id: int
    practitioner_id: int
    organization_id: int
    department_id: int | None
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    made_by: str
    booker_id: int | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    version: int
    changed_at: datetime
    carers: list[str]
    accounts: list[str]
    granted: list[str]


# The account of the reader, and for which patients it speaks: another store says that, and it comes with the question.
ACCOUNTS, PATIENTS = "own_accounts", "own_patients"
TEXTS, NUMBERS = ARRAY(Text), ARRAY(BigInteger)


def _at_organization(who: ColumnElement[Any]) -> ColumnElement[str]:
    return func.concat(who, literal("@"), booking.c.organization_id, type_=Text())


def _own_patients() -> ColumnElement[Any]:
    return bindparam(PATIENTS, type_=NUMBERS)


_CARERS: Final = func.array_remove(
    array(
        [
            _at_organization(booking.c.practitioner_id),
            case((booking.c.booker_id.is_not(None), _at_organization(booking.c.booker_id))),
        ]
    ),
    null(),
    type_=TEXTS,
)


def _handed() -> ColumnElement[Any]:
    """Whom it is with, who made it, its department, desk and organisation, in each form in which a grant names them.

    Each for all patients, for its own alone, and for its department alone; the texts are those of `auth/granting.py`.
    """
    row = booking.c
    names = (
        func.concat("c", _at_organization(row.practitioner_id), type_=Text()),
        case((row.booker_id.is_not(None), func.concat("c", _at_organization(row.booker_id), type_=Text()))),
        case((row.department_id.is_not(None), func.concat("w", row.department_id, type_=Text()))),
        func.concat("d", row.organization_id, type_=Text()),
        func.concat("o", row.organization_id, type_=Text()),
    )
    of_the_patient, of_the_unit = cast(row.patient_id, Text), cast(row.department_id, Text)
    forms = (literal("", Text()), literal(":", Text()) + of_the_patient, literal("/", Text()) + of_the_unit)
    return func.array_remove(array([name + form for name in names for form in forms]), null(), type_=TEXTS)


BOOKING = Entity(
    BookingRecord,
    booking,
    computed={
        "carers": _CARERS,
        "accounts": case(
            (booking.c.patient_id == any_(_own_patients()), bindparam(ACCOUNTS, type_=TEXTS)),
            else_=cast(array([], type_=Text()), TEXTS),
        ),
        "granted": _handed(),
    },
    filters={
        "from": (DateTime(timezone=True), lambda value: booking.c.starts_at >= value),
        "before": (DateTime(timezone=True), lambda value: booking.c.starts_at < value),
        "mine": (
            NUMBERS,
            lambda value: or_(booking.c.patient_id == any_(_own_patients()), booking.c.practitioner_id == any_(value)),
        ),
        "standing": (Boolean(), lambda value: and_(booking.c.cancelled_at.is_(None), value)),
    },
    # Whatever account is asked for, it is the reader's.
    narrows={"accounts": (TEXTS, lambda _: booking.c.patient_id == any_(_own_patients()))},
)
BY_START: Order = (("starts_at", "asc"), ("id", "asc"))


async def bookings(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, BookingRecord]:
    """Bookings by id."""
    return await by_key(store, BOOKING, keys, ask)


async def standing_in(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, BookingRecord]:
    """The booking of each slot that was not called off, by the key of the slot."""
    found = await children(store, BOOKING, keys, ask, key="slot_id", order=(("id", "asc"),), filters={"standing": True})
    return {key: rows[0] for key, rows in found.items() if rows}


async def bookings_of(
    store: Store, keys: Sequence[Any], ask: Ask, window: Window, filters: Filters, *, parent: str | None
) -> dict[Any, Slice[BookingRecord]]:
    """A slice of the bookings of each parent, by their start; without a parent, one of all."""
    return await slices(store, BOOKING, keys, ask, window, key=parent, order=BY_START, filters=filters)


async def bookings_count(
    store: Store, keys: Sequence[Any], ask: Ask, filters: Filters, *, parent: str | None
) -> dict[Any, int]:
    """How many bookings each parent has; without a parent, how many there are."""
    return await counts(store, BOOKING, keys, ask, key=parent, filters=filters)
