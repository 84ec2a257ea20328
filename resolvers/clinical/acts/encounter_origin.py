"""What an encounter came from: a booking of the patient with whoever met him, or a shift of his; at his workplace."""

from typing import Any

from auth.permissions import Permission as P
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.keys import SHIFT
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.worker import Worker
from resolvers.context import Context
from sources.clinical import episode_basis
from sources.clinical.held import HeldPatient
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit
from sources.schedule import ShiftRecord, shifts


async def came_from(
    context: Context, unit: Unit, worker: Worker, patient: HeldPatient, booking_id: str | None, shift_id: str | None
) -> dict[str, Any]:
    """The columns of an encounter that say what it came from.

    Raises:
        Hindered: both are named, there is no such one, or an encounter came from the booking before.
        SourceFailure: a store did not say.
    """
    if booking_id is not None and shift_id is not None:
        raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("shiftId",), {"field": "shiftId"}))
    if booking_id is not None:
        return {"booking_id": await _booking(context, unit, worker, patient, booking_id)}
    if shift_id is not None:
        return {"shift_id": await _shift(context, unit, worker, shift_id)}
    return {}


async def _booking(context: Context, unit: Unit, worker: Worker, patient: HeldPatient, id: str) -> int:
    key = decode(prefixes.BOOKING, id)
    if key is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("bookingId",)))
    found = await episode_basis.booked(unit, patient, key, worker.place, worker.practitioner_id, context.at)
    if not found.known:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("bookingId",)))
    if found.used:
        raise Hindered(Problem(ProblemCode.ALREADY_RECORDED, ("bookingId",)))
    return key


async def _shift(context: Context, unit: Unit, worker: Worker, id: str) -> int:
    """The shift is of whoever met the patient; of another one it is not there, whether he may see it or not."""
    key = decode(prefixes.SHIFT, id)
    if key is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("shiftId",)))

    # No other one leaves the store.
    his = ((("practitioner_id", [worker.practitioner_id]),), (("organization_id", [worker.place]),))

    async def found() -> ShiftRecord | None:
        return (await shifts(context.stores.schedule, [key], Ask(context.at, narrow=his))).get(key)

    row = await found()
    if row is None or context.viewer[P.SCHEDULE_SHIFT_READ].allows(row, SHIFT) is not True:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("shiftId",)))
    unit.rests_on(row, found)
    return key
