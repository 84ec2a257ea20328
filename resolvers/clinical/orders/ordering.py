"""The acts by which a service or a medicine is ordered for a patient, and the order cancelled."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from auth.footing import directed
from auth.permissions import Permission as P
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.held_encounter import hold_meeting
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.orders import medicine
from resolvers.clinical.orders.medicine import OrderedMedicineInput
from resolvers.clinical.orders.reading import OrderPriority, OrderStatus
from resolvers.clinical.orders.steps import (
    OrderPayload,
    hold_order,
    left,
    moment,
    on_order,
    see_it_is,
    see_it_is_his,
    stepped,
)
from resolvers.clinical.prescriptions.allowed import not_permitted
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from resolvers.rules import order_rules
from sources.books import BOOKS, Medicine
from sources.clinical.held import next_record
from sources.clinical.orders import acts as source
from sources.clinical.orders.order import MEDICINE
from sources.organization import departments, organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_ORDER_WRITE
LONGEST, LONGEST_REASON = 2_000, 1_000


@dataclass(kw_only=True)
class OrderServiceInput(ActInput):
    """What is ordered, at which encounter, and who is to carry it out."""

    encounter_id: str
    code: str
    medicine: OrderedMedicineInput | None = None
    priority: OrderPriority = OrderPriority.ROUTINE
    organization_id: str | None = None
    department_id: str | None = None
    text: str | None = None


@dataclass(kw_only=True)
class CancelOrderInput(VersionInput):
    """The order that nobody is to carry out any more, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Performer:
    """Who is to carry an order out."""

    organization_id: int
    department_id: int | None


async def order(context: Context, *, input: OrderServiceInput) -> OrderPayload:
    """Order a service or a medicine at an encounter; its label is the order's."""

    async def do(unit: Unit) -> Effect:
        by = worker(context, PERMISSION)
        met = await hold_meeting(context, unit, by, input.encounter_id, "encounterId", permission=PERMISSION)
        text = None if input.text is None else plain(input.text) or None
        problems = [*_wrong(context, input)]
        if text is not None and (problem := unfit(text, LONGEST, "text")) is not None:
            problems.append(problem)
        if problems:
            raise Hindered(*problems)
        performer = await _performer(context, unit, input, by.place)
        if (drug := BOOKS.medicines.by_code.get(input.code)) is not None:
            await _see_it_permitted(context, unit, by, drug, performer)
        key = await next_record(unit)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": met.patient.id,
            "encounter_id": met.row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            **_what(context, input, performer),
            "priority": str(input.priority),
            "performer_id": performer.organization_id,
            "department_id": performer.department_id,
            "text": text,
            "at": context.at,
            **label_of(met.row),
            "changed_at": context.at,
        }
        return left(context, by, met.patient, key, "ORDERED", source.ordered(met.patient, columns), at=context.at)

    doing = Doing(context, "orderService", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, OrderPayload)


async def cancel(context: Context, *, input: CancelOrderInput) -> OrderPayload:
    """Cancel an order that nobody has carried out; whoever made it does, or who leads the department."""

    async def do(unit: Unit) -> Effect:
        by = worker(context, PERMISSION)
        held = await hold_order(context, unit, input, PERMISSION)
        row = held.row
        _see_it_cancellable(context, by, row)
        reason = plain(input.reason)
        if (problem := unfit(reason, LONGEST_REASON, "reason", missing=ProblemCode.REASON_REQUIRED)) is not None:
            raise Hindered(problem, order_id=row.id)
        at = moment(context, row)
        columns = {"state": "CANCELLED", "cancelled_at": at, "cancelled_by": by.practitioner_id, "reason": reason}
        return stepped(context, by, held, "CANCELLED", source.changed(held.patient, row, at, columns))

    doing = Doing(context, "cancelOrder", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, OrderPayload)


def _wrong(context: Context, input: OrderServiceInput) -> Iterator[Problem]:
    """What is wrong with what is ordered: no book has it, or it is not said as it has to be."""
    drug = BOOKS.medicines.by_code.get(input.code)
    if drug is not None:
        yield from medicine.wrong(order_rules(context.at), drug, input.medicine)
    elif input.code not in BOOKS.services.by_code:
        yield Problem(ProblemCode.UNKNOWN_CODE, ("code",), {"book": "SERVICES"})
    elif input.medicine is not None:
        yield Problem(ProblemCode.FIELD_FORMAT, (medicine.PATH,), {"field": medicine.PATH})


def _what(context: Context, input: OrderServiceInput, performer: Performer) -> dict[str, Any]:
    """The columns that say what is ordered, and until when; nothing is wrong with it."""
    drug, said = BOOKS.medicines.by_code.get(input.code), input.medicine
    if drug is not None and said is not None:
        return {
            "code": MEDICINE,
            "book_version": BOOKS.medicines.version,
            "medicine": medicine.kept(drug, said),
            "valid_until": context.at + medicine.term(said),
        }
    direction = BOOKS.services.by_code[input.code].direction
    return {
        "code": input.code,
        "book_version": BOOKS.services.version,
        "direction": direction,
        "directed": None if direction is None else directed(direction, performer.organization_id),
        "valid_until": context.at + order_rules(context.at).valid[str(input.priority)],
    }


async def _see_it_permitted(context: Context, unit: Unit, by: Worker, drug: Medicine, performer: Performer) -> None:
    """See to it that somebody may order a medicine, as he may prescribe it; it is given where he works.

    Raises:
        Hindered: he may not, or it is for another organisation.
    """
    by.own(performer.organization_id, "organizationId")
    if problems := await not_permitted(context, unit, by, [drug.control], "code"):
        raise Hindered(*problems)


def _see_it_cancellable(context: Context, by: Worker, row: Any) -> None:
    """See to it that somebody may cancel an order, and that nobody has carried it out.

    Raises:
        Hindered: it was made at another organisation, or has come further.
        NotAllowed: it is not his to cancel.
    """
    see_it_is_his(context, by, row)
    see_it_is(context, row, OrderStatus.ACTIVE)


ON_CANCELLING: Final = on_order(
    lambda context, row: _see_it_cancellable(context, worker(context, PERMISSION), row),
    "state",
    "valid_until",
    begins=lambda context: worker(context, PERMISSION),
)


async def _performer(context: Context, unit: Unit, input: OrderServiceInput, here: int) -> Performer:
    """Who is to carry it out: the organisation that is named, or else the own one; and a department of it, if any.

    Raises:
        Hindered: there is no such organisation or department, or it is closed.
    """
    place = here if input.organization_id is None else decode(prefixes.ORGANIZATION, input.organization_id)
    department = None if input.department_id is None else decode(prefixes.DEPARTMENT, input.department_id)

    async def missing() -> str | None:
        store, ask = context.stores.registry, Ask(context.at)
        if place != here:
            found = {} if place is None else await organizations(store, "id", [place], ask)
            if place not in found or _closed(found[place], ask):
                return "organizationId"
        if input.department_id is not None:
            known = {} if department is None else await departments(store, [department], ask)
            row = known.get(department or 0)
            if row is None or row.organization_id != place or _closed(row, ask):
                return "departmentId"
        return None

    lacking = await missing()
    unit.rests_on(lacking, missing)
    if lacking is not None or place is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, (lacking or "organizationId",)))
    return Performer(place, department)


def _closed(row: Any, ask: Ask) -> bool:
    return row.closed_on is not None and row.closed_on <= ask.today
