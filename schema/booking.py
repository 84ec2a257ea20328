"""Slots and bookings as the graph shows them."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Connection, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers import schedule as schedules
from resolvers.acts import keys
from resolvers.clinical import patient as patients
from resolvers.clinical import record as records
from resolvers.live.bookings import BookingChange as BookingChangeRow
from resolvers.live.bookings import BookingStep
from resolvers.schedule import appointing, publication
from resolvers.schedule import booking as bookings
from resolvers.schedule import slot as slots
from resolvers.schedule.booking import BookingsOf
from schema.enums import enum
from schema.payload import DONE, Problem
from sources.schedule.booking import BookingRecord
from sources.schedule.slot import SlotRecord

if TYPE_CHECKING:
    from schema.clinical.care import Encounter
    from schema.clinical.patient import Patient
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner
    from schema.schedule import Shift

WANTED_SLOTS = {"filter": "Which slots are wanted."}
WANTED_BOOKINGS = {"filter": "Which bookings are wanted."}
BY_START = "by their start"

enum(
    BookingsOf,
    "Whose bookings are the viewer's.",
    MINE="They are with him, at his workplace (записи ко мне).",
    DESK="They are at the organisation at whose registration desk he works (записи регистратуры).",
    GRANTED="They were handed on to him, at his workplace (записи по переданному доступу).",
    PATIENT="They are of patients who he is, or for whom he stands by law (мои записи).",
)
enum(
    BookingStep,
    "What happened to a booking (шаг).",
    BOOKED="It was made (записан).",
    CANCELLED="It was called off (отменена).",
)


@shows(SlotRecord, prefix=slots.PREFIX, node=slots.by_id, gate=P.SCHEDULE_SLOT_READ, keys=keys.SLOT)
class Slot(Node):
    """A time at which a patient can be booked (талон); once it is published, everybody may know it."""

    id: strawberry.ID = derived(Ids(slots.PREFIX), NODE_DESCRIPTION, needs=("id",))
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "With whom.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(organizations.department, "In which department.", by="department_id")
    shift: "Shift | None" = edge(schedules.by_id, "The shift that it is a part of.", by="shift_id")
    starts_at: datetime = public("Start.")
    ends_at: datetime = public("End, exclusive.")
    published_at: datetime | None = public("Since when everybody may know it; null while it is not published.")
    free: bool = public("Whether somebody can be booked in it still (свободно).")
    booking: "Booking | None" = edge(
        bookings.of_slot,
        "Who is booked in it, for whoever may see that.",
        by="id",
        permission=P.SCHEDULE_BOOKING_READ,
    )


@shows(
    BookingRecord,
    prefix=bookings.PREFIX,
    node=bookings.by_id,
    gate=P.SCHEDULE_BOOKING_READ,
    keys=keys.BOOKING,
    traces=("patient_id", "granted"),
)
class Booking(Node):
    """That a patient is expected in a slot, or was (запись на приём)."""

    id: strawberry.ID = derived(Ids(bookings.PREFIX), NODE_DESCRIPTION, needs=("id",))
    slot: "Slot | None" = edge(slots.by_id, "When and with whom.", by="slot_id")
    patient: "Patient | None" = edge(
        patients.by_id, "Who is expected; null where he may not be known.", by="patient_id"
    )
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "With whom.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(organizations.department, "In which department.", by="department_id")
    starts_at: datetime = public("Start.")
    ends_at: datetime = public("End, exclusive.")
    made_at: datetime = public("When it was made.")
    booker: "Practitioner | None" = edge(
        practitioners.by_id,
        "The practitioner who made it, or on whose behalf it was made; null where a patient did.",
        by="booker_id",
    )
    cancelled_at: datetime | None = public("When it was called off; null while it stands.")
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")
    encounters: "Connection[Encounter] | None" = edge(
        records.of_booking,
        "What became of it: the encounter (посещение), once there is one.",
        by="id",
        permission=P.CLINICAL_HISTORY_MASKED,
    )


@shows(appointing.BookingPayload)
class BookingPayload:
    """What came of an act on a booking."""

    booking: "Booking | None" = edge(bookings.by_id, "The booking after the act.", by="booking_id")
    problems: list[Problem] = public(DONE)


@shows(publication.SlotsPayload)
class SlotsPayload:
    """What came of publishing or withdrawing slots."""

    slots: "list[Slot | None]" = edge(slots.by_id, "The slots after the act, for whoever may see them.", by="slot_ids")
    problems: list[Problem] = public(DONE)


@shows(BookingChangeRow, gate=P.SCHEDULE_BOOKING_READ, keys=keys.BOOKING)
class BookingChange:
    """Something happened to a booking (изменение записи на приём)."""

    booking_id: strawberry.ID = derived(Ids(bookings.PREFIX), "Which booking it is.", needs=("booking_id",))
    booking: "Booking | None" = edge(bookings.by_id, "The booking as it is now.", by="booking_id")
    step: BookingStep = public("What happened.")
    at: datetime = public("When it happened.")
