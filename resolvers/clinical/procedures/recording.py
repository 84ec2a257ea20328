"""The act by which is recorded what was done for a patient: by a doctor, or by a nurse as far as nursing goes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.counting import counting
from auth.permissions import Permission as P
from auth.role import RoleName
from engine.global_id import encode
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical import keys
from resolvers.clinical.acts.held import hold_record
from resolvers.clinical.acts.held_encounter import hold_whom
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.times import AHEAD, lately
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.orders.reading import OrderStatus, status_at
from resolvers.clinical.orders.steps import CHANGED, ORDER
from resolvers.clinical.record import ORDERS, PROCEDURES
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from resolvers.rules import service_rules
from sources.books import BOOKS
from sources.books.service import Service
from sources.clinical.changes import Part, inserted
from sources.clinical.held import HeldPatient, next_record
from sources.clinical.orders import acts as orders
from sources.clinical.procedures.message import RECORDED, queued
from sources.clinical.procedures.procedure import PROCEDURE, procedure
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_PROCEDURE_WRITE
LONGEST_NOTE: Final = 4_000
FULFILLED: Final = OrderStatus.FULFILLED.value
MOST: Final = 1_000


@dataclass(kw_only=True)
class RecordProcedureInput(ActInput):
    """What was done, for whom, when, and how often."""

    patient_id: str
    code: str
    encounter_id: str | None = None
    order_id: str | None = None
    at: datetime | None = None
    ends_at: datetime | None = None
    count: int = 1
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedurePayload:
    """The procedure after the act."""

    procedure_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def record(context: Context, *, input: RecordProcedureInput) -> ProcedurePayload:
    """Record that the viewer did something for a patient; the central register is told of it."""

    async def do(unit: Unit) -> Effect:
        service = BOOKS.services.by_code.get(input.code)
        by = worker(context, PERMISSION, None if service is None else service.direction)
        patient, met = await hold_whom(
            context, unit, by, input.patient_id, input.encounter_id,
            permission=PERMISSION, of_patient=keys.NURSES_WORK, at_encounter=keys.NURSES_WORK_AT,
        )  # fmt: skip
        note = None if input.note is None else plain(input.note) or None
        since = None if met is None else met.since
        problems = [
            *_of_service(context, service),
            *_when(input, context.at, since, patient.opened("birth_on")),
        ]
        if not 1 <= input.count <= MOST:
            problems.append(Problem(ProblemCode.VALUE_OUT_OF_RANGE, ("count",), {"least": 1, "most": MOST}))
        if note is not None and (problem := unfit(note, LONGEST_NOTE, "note")) is not None:
            problems.append(problem)
        if problems:
            raise Hindered(*problems)
        order = None if input.order_id is None else await _order(context, unit, by, patient, input)
        key, at = await next_record(unit), min(input.at or context.at, context.at)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "encounter_id": None if met is None else met.row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "department_id": by.post.department_id,
            "order_id": None if order is None else order.id,
            "code": input.code,
            "book_version": BOOKS.services.version,
            "at": at,
            "ends_at": None if input.ends_at is None else max(at, min(input.ends_at, context.at)),
            "count": input.count,
            "note": note,
            **label_of(None if met is None else met.row),
            "changed_at": context.at,
        }
        made = recorded(
            context,
            "PROCEDURE_RECORDED",
            encode(PROCEDURES.prefix, key),
            patient,
            by,
            inserted(procedure, PROCEDURE.sealed(columns, patient.key)),
            queued(key, RECORDED, context.at),
            *_fulfilled(context, patient, order, service),
            outcome={"procedure_id": key},
        )
        if order is not None and _fulfils(order, service):
            made.events += (
                (CHANGED, {**made.events[0][1], "object": encode(ORDERS.prefix, order.id), "step": FULFILLED}),
            )
        return made

    doing = Doing(context, "recordProcedure", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, ProcedurePayload)


async def _order(context: Context, unit: Unit, by: Worker, patient: HeldPatient, input: RecordProcedureInput) -> Any:
    """The order that is fulfilled: the patient's, of this service, for the workplace, and neither over nor taken back.

    Raises:
        Hindered: it is none such, or not there, as far as the viewer may know.
        NotAllowed: the viewer may not do this to it.
    """
    held = await hold_record(
        context, unit, ORDER, input.order_id or "", "orderId",
        permission=PERMISSION, gate=P.CLINICAL_ORDER_MASKED, looked_at=keys.NURSES_WORK_AT,
    )  # fmt: skip
    row = held.row
    if row.patient_id != patient.id:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("orderId",)))
    if row.performer_id != by.place:
        raise Hindered(Problem(ProblemCode.WRONG_WORKPLACE, ("orderId",)))
    if row.code != input.code:
        raise Hindered(Problem(ProblemCode.SERVICE_NOT_OF_ORDER, ("code",)))
    status = status_at(row.state, row.valid_until, context.at)
    if status not in {OrderStatus.ACTIVE, OrderStatus.RECORDED, OrderStatus.FULFILLED}:
        raise Hindered(Problem(ProblemCode.ORDER_NOT_IN_STATE, ("orderId",), {"status": f"ORDER_{status.value}"}))
    return row


def _fulfils(order: Any, service: Service | None) -> bool:
    """Whether an order is fulfilled by what was done; one that takes a direction is, by its protocol."""
    return order.state == OrderStatus.ACTIVE and service is not None and service.direction is None


def _fulfilled(context: Context, patient: HeldPatient, order: Any | None, service: Service | None) -> Iterator[Part]:
    if order is not None and _fulfils(order, service):
        yield orders.changed(patient, order, after(context.at, order.changed_at), {"state": FULFILLED})


def _of_service(context: Context, service: Service | None) -> Iterator[Problem]:
    """What keeps the worker from doing a service: it is in no book, takes a direction, or is no nurse's work."""
    if service is None:
        yield Problem(ProblemCode.UNKNOWN_CODE, ("code",), {"book": "SERVICES"})
        return
    standing = context.viewer.standing
    person, post = standing.acting.principal or standing.facts, standing.workplace
    held = [] if person is None or post is None else [*counting(person, [post], context.at)]
    roles = {one.role for one in held}
    directions = {direction for one in held if one.role is RoleName.SPC for direction in one.record.directions}
    if service.direction is not None and service.direction not in directions:
        yield Problem(ProblemCode.DIRECTION_REQUIRED, ("code",), {"direction": service.direction})
    elif RoleName.DOC not in roles and not service_rules(context.at).nursing(service.code):
        yield Problem(ProblemCode.SERVICE_NOT_OF_NURSING, ("code",))


def _when(input: RecordProcedureInput, now: datetime, since: datetime | None, birth_on: Any) -> Iterator[Problem]:
    yield from lately("at", input.at, now, since, birth_on)
    if input.ends_at is None:
        return
    if input.ends_at > now + AHEAD:
        yield Problem(ProblemCode.DATE_IN_FUTURE, ("endsAt",), {"field": "endsAt"})
    elif input.ends_at < (input.at or now):
        yield Problem(ProblemCode.DATES_OUT_OF_ORDER, ("endsAt",), {"field": "endsAt"})
