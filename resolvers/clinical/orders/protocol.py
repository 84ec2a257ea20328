"""The acts on the protocol of an order: signed, where a program recorded it; acknowledged by whoever ordered it."""

from dataclasses import dataclass
from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.orders.carrying_out import on_performing, performing, signature
from resolvers.clinical.orders.reading import OrderStatus
from resolvers.clinical.orders.steps import OrderPayload, hold_order, moment, on_order, see_it_is_his, stepped
from resolvers.context import Context
from sources.clinical.orders import acts as source
from sources.postgres.writing import Unit

SIGN: Final = P.CLINICAL_PROTOCOL_SIGN
ACKNOWLEDGE: Final = P.CLINICAL_ORDER_WRITE


@dataclass(kw_only=True)
class SignResultInput(VersionInput):
    """The order whose protocol is signed."""


@dataclass(kw_only=True)
class AcknowledgeResultInput(VersionInput):
    """The order of which something was found that is not as it should be."""


async def sign(context: Context, *, input: SignResultInput) -> OrderPayload:
    """Sign the protocol that a service account recorded: by that the order is fulfilled."""

    async def do(unit: Unit) -> Effect:
        held = await hold_order(context, unit, input, SIGN)
        row = held.row
        by = performing(context, row, SIGN, OrderStatus.RECORDED)
        at, found = moment(context, row), await source.protocol_of(unit, row.id)
        parts = [source.changed(held.patient, row, at, {"state": "FULFILLED"})]
        if found is not None:
            parts.append(source.stepped(found.id, at, signature(by, at)))
        return stepped(context, by, held, "SIGNED", *parts)

    return await carried_out(Doing(context, "signResult", SIGN, input, do, into="clinical"), OrderPayload)


async def acknowledge(context: Context, *, input: AcknowledgeResultInput) -> OrderPayload:
    """Say that one knows what was found; whoever ordered it does, or who leads the department."""

    async def do(unit: Unit) -> Effect:
        by = worker(context, ACKNOWLEDGE)
        held = await hold_order(context, unit, input, ACKNOWLEDGE)
        row = held.row
        _see_it_wait(context, by, row)
        at, found = moment(context, row), await source.protocol_of(unit, row.id)
        said = {"acknowledged_by": by.practitioner_id, "acknowledged_at": at}
        parts = [source.changed(held.patient, row, at, {"state": row.state})]
        if found is not None:
            parts.append(source.stepped(found.id, at, said))
        return stepped(context, by, held, "ACKNOWLEDGED", *parts)

    doing = Doing(context, "acknowledgeResult", ACKNOWLEDGE, input, do, into="clinical")
    return await carried_out(doing, OrderPayload)


def _see_it_wait(context: Context, by: Worker, row: Any) -> None:
    """See to it that what was found of an order is somebody's to acknowledge.

    Raises:
        Hindered: it was made at another organisation, or nothing of it waits for that.
        NotAllowed: it is not his.
    """
    see_it_is_his(context, by, row)
    if not row.waiting:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": ""}), order_id=row.id)


ON_ACKNOWLEDGING: Final = on_order(
    lambda context, row: _see_it_wait(context, worker(context, ACKNOWLEDGE), row),
    "waiting",
    begins=lambda context: worker(context, ACKNOWLEDGE),
)
ON_SIGNING: Final = on_performing(SIGN, OrderStatus.RECORDED)
