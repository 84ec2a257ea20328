"""The act by which is recorded that a medicine was given, once: by a nurse or a doctor who cares for the patient.

The order stays in force until it was given as often as ordered, or its term is over.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical.acts.times import lately
from resolvers.clinical.acts.worker import worker
from resolvers.clinical.orders import medicine
from resolvers.clinical.orders.reading import OrderStatus
from resolvers.clinical.orders.steps import OrderPayload, hold_order, moment, on_order, see_it_is, stepped
from resolvers.context import Context
from sources.clinical.held import next_record
from sources.clinical.orders import acts as source
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_PROCEDURE_WRITE


@dataclass(kw_only=True)
class RecordAdministrationInput(VersionInput):
    """The order whose medicine was given, and when."""

    at: datetime | None = None


async def record(context: Context, *, input: RecordAdministrationInput) -> OrderPayload:
    """Record that a medicine was given once, as it was ordered."""

    async def do(unit: Unit) -> Effect:
        by = worker(context, PERMISSION)
        held = await hold_order(context, unit, input, PERMISSION, keys.NURSES_WORK_AT)
        row = held.row
        _see_it_can_be_given(context, row)
        if problems := [*lately("at", input.at, context.at, row.at, held.patient.opened("birth_on"))]:
            raise Hindered(*problems, order_id=row.id)
        at, given = moment(context, row), row.given + 1
        over = given >= medicine.times(row.medicine)
        columns = {
            "id": await next_record(unit),
            "patient_id": held.patient.id,
            "order_id": row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "accreditation_id": by.accreditation_id,
            "at": min(input.at or context.at, context.at),
            "recorded_at": at,
        }
        changed = {"given": given, "state": (OrderStatus.FULFILLED if over else OrderStatus.ACTIVE).value}
        parts = source.changed(held.patient, row, at, changed), source.administered(columns)
        return stepped(context, by, held, "GIVEN", *parts, given=given)

    doing = Doing(context, "recordAdministration", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, OrderPayload)


def _see_it_can_be_given(context: Context, row: Any) -> None:
    """See to it that an order is of a medicine, for the workplace, and in force.

    Raises:
        Hindered: it is of a service, for another organisation, or over.
        NotAllowed: there is no workplace.
    """
    by = worker(context, PERMISSION)
    if row.performer_id != by.place:
        raise Hindered(Problem(ProblemCode.WRONG_WORKPLACE, ("id",)), order_id=row.id)
    if row.medicine is None:
        raise Hindered(Problem(ProblemCode.SERVICE_NOT_OF_ORDER, ("id",)), order_id=row.id)
    see_it_is(context, row, OrderStatus.ACTIVE)


ON_GIVING: Final = on_order(
    _see_it_can_be_given,
    "performer_id", "medicine", "state", "valid_until",
    begins=lambda context: worker(context, PERMISSION),
    looked_at=keys.NURSES_WORK_AT,
)  # fmt: skip
