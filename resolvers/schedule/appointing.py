"""Acts on bookings: book a patient, and call that off."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auth.footing import carer
from auth.granting import scoped, text_of
from auth.permissions import Permission as P
from auth.role import RoleName
from auth.rules import Rule
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers.acts import keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.grounds import relied_on
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.schedule import booking as bookings
from resolvers.schedule import own
from resolvers.schedule import slot as slots
from sources.clinical import reading
from sources.clinical.shown import PATIENT
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.schedule import acts as source
from sources.schedule.booking import BookingRecord
from sources.schedule.slot import SlotRecord

PATIENT_PREFIX: Final = "pat"
STORE: Final = "schedule"
C = ProblemCode


@dataclass(kw_only=True)
class BookAppointmentInput(ActInput):
    """Whom, and when with whom."""

    slot_id: str
    patient_id: str


@dataclass(kw_only=True)
class CancelAppointmentInput(VersionInput):
    """The booking that is called off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPayload:
    """The booking after the act."""

    booking_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A patient in a slot, as the right to bring them together looks at it.

    Attributes:
        carers: who cares for the patient at the organisation of the slot.
        desk_id: that organisation, if it registered the patient.
        granted: what of it may have been handed on.
    """

    carers: list[str]
    accounts: list[str]
    organization_id: int
    desk_id: int | None
    granted: list[str]


_MEETING: Final[Keys] = {
    "cares": "carers", "patient": "accounts", "org": "organization_id", "desk": "desk_id", "granted": "granted",
}  # fmt: skip


async def book(context: Context, *, input: BookAppointmentInput) -> BookingPayload:
    """Book a patient in a slot."""

    async def do(unit: Unit) -> Effect:
        _named(context)
        slot, patient = await _slot(context, unit, input.slot_id), await _patient(context, unit, input.patient_id)
        reach("locked")
        meeting = _meeting(slot, patient)
        require(context, P.SCHEDULE_BOOKING_WRITE, meeting, _MEETING)
        by_grant = relied_on(context, P.SCHEDULE_BOOKING_WRITE, meeting, _MEETING)
        at = after(context.at, None)
        if not slot.published_at:
            raise Hindered(Problem(C.NOT_PUBLISHED, ("slotId",)))
        if slot.starts_at <= at:
            raise Hindered(Problem(C.SLOT_PAST, ("slotId",)))
        found = await source.stands(unit, slot, patient.id)
        if found.taken:
            raise Hindered(Problem(C.SLOT_TAKEN, ("slotId",)))
        if found.busy:
            raise Hindered(Problem(C.PATIENT_BUSY, ("patientId",)))
        return Effect(
            at=at,
            outcome={"booking_id": found.id},
            thing=encode(bookings.PREFIX, found.id),
            change=source.made(found.id, slot, patient.id, at, context.viewer.subject or "", _booker(context)),
            events=(_told(found.id, "BOOKED", slot.id, patient.id, slot),),
            grounds={"versionAfter": 1, "patient": encode(PATIENT_PREFIX, patient.id), **by_grant},
        )

    doing = Doing(context, "bookAppointment", P.SCHEDULE_BOOKING_WRITE, input, do, STORE)
    return await carried_out(doing, BookingPayload)


async def cancel(context: Context, *, input: CancelAppointmentInput) -> BookingPayload:
    """Call a booking off before it begins."""

    async def do(unit: Unit) -> Effect:
        _named(context)
        row, accounts = await _booking(context, unit, input.id)
        reach("locked")
        place, carers = row.organization_id, _carers(row)
        granted = _granted(carers, place, row.patient_id, row.department_id)
        held = _Meeting(carers, accounts, place, place, granted)
        require(context, P.SCHEDULE_BOOKING_WRITE, held, _MEETING)
        by_grant = relied_on(context, P.SCHEDULE_BOOKING_WRITE, held, _MEETING)
        outcome = {"booking_id": row.id}
        as_it_was_read(row, input.expected_version, "BOOKING", **outcome)
        if row.cancelled_at is not None:
            raise Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), **outcome)
        at = after(context.at, row.changed_at)
        if row.starts_at <= at:
            raise Hindered(Problem(C.SLOT_PAST, ("id",)), **outcome)
        return Effect(
            at=at,
            outcome=outcome,
            thing=encode(bookings.PREFIX, row.id),
            change=source.cancelled(row.id, at, context.viewer.subject or ""),
            events=(_told(row.id, "CANCELLED", row.slot_id, row.patient_id, row),),
            grounds={
                "versionBefore": row.version,
                "versionAfter": row.version + 1,
                "patient": encode(PATIENT_PREFIX, row.patient_id),
                **by_grant,
            },
        )

    doing = Doing(context, "cancelAppointment", P.SCHEDULE_BOOKING_WRITE, input, do, STORE)
    return await carried_out(doing, BookingPayload)


def _named(context: Context) -> None:
    """That a service account says for whom it acts.

    Raises:
        Hindered: it does not.
    """
    serves = any(role.name is RoleName.MIS for role in context.viewer.roles)
    if serves and context.viewer.acting.principal is None:
        raise Hindered(Problem(C.ON_BEHALF_REQUIRED))


def _booker(context: Context) -> int | None:
    """The practitioner who books, or on whose behalf it is done."""
    person = context.viewer.acting.principal or context.viewer.facts
    return None if person is None else person.practitioner_id


async def _slot(context: Context, unit: Unit, id: str) -> SlotRecord:
    key, seen = decode(slots.PREFIX, id), context.viewer[P.SCHEDULE_SLOT_READ]
    found = None if key is None else await source.held_slot(unit, key, seen.narrow(keys.SLOT))
    return there(found, seen, "slotId")


async def _patient(context: Context, unit: Unit, id: str) -> Any:
    """A patient among those whom the viewer may know; whether there is one besides, nothing tells."""
    seen = context.viewer[P.CLINICAL_CARD_MASKED]
    narrow = seen.narrow(keys.PATIENT)
    key = decode(PATIENT_PREFIX, id)
    wanted = frozenset({"id", "organization_id", "carers", "accounts"})

    async def look() -> Any:
        # A viewer who may know nobody asks all the same: the answer takes as long.
        groups = () if narrow is None else (narrow or (("id", ()),),)
        ask = Ask(context.at, wanted, groups)
        return (await reading.records(context.stores.clinical, PATIENT, [key or 0], ask)).get(key or 0)

    found = await look()
    unit.rests_on(found, look)
    return there(found, seen, "patientId")


async def _booking(context: Context, unit: Unit, id: str) -> tuple[BookingRecord, list[str]]:
    """A booking among those that the viewer sees, and his account if it is that of the patient."""
    key, verdict = decode(bookings.PREFIX, id), context.viewer[P.SCHEDULE_BOOKING_READ]
    seen, mine = await own.seen(context, P.SCHEDULE_BOOKING_READ)
    unit.rests_on(mine, lambda: own.patients(context, Ask(context.at)))
    found = there(None if key is None else await source.held_booking(unit, key, seen), verdict, "id")
    return found, [context.viewer.subject or ""] if found.patient_id in mine else []


def _meeting(slot: SlotRecord, patient: Any) -> _Meeting:
    place = slot.organization_id
    here = [one for one in patient.carers if one.endswith(f"@{place}")]
    desk = place if patient.organization_id == place else None
    return _Meeting(here, patient.accounts, place, desk, _granted(here, desk, patient.id, slot.department_id))


def _granted(carers: Sequence[str], desk_id: int | None, patient_id: int, department_id: int | None) -> list[str]:
    """What of a booking may have been handed on: by whom it is made otherwise, for all, this patient, or its unit."""
    names = [text_of(Rule.CARES, one) for one in carers]
    names += [] if desk_id is None else [text_of(Rule.DESK, desk_id)]
    units: Sequence[int | None] = [None] if department_id is None else [None, department_id]
    return [text for name in names for of in units for text in (*scoped(name, of, ()), *scoped(name, of, [patient_id]))]


def _carers(row: BookingRecord) -> list[str]:
    """With whom a booking is and who made it, at its organisation."""
    people: Sequence[int | None] = (row.practitioner_id, row.booker_id)
    return [carer(person, row.organization_id) for person in people if person is not None]


def _told(
    key: int, step: str, slot_id: int, patient_id: int, place: SlotRecord | BookingRecord
) -> tuple[str, dict[str, Any]]:
    return "BOOKING_CHANGED", {
        "object": encode(bookings.PREFIX, key),
        "bookingId": key,
        "slotId": slot_id,
        "patientId": patient_id,
        "practitionerId": place.practitioner_id,
        "organizationId": place.organization_id,
        "step": step,
    }
