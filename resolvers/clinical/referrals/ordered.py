"""The order that a referral names: it is for whom the referral is sent to, and the answer fulfils it."""

from dataclasses import dataclass
from typing import Any, Final

from auth.permissions import Permission as P
from engine.global_id import encode
from resolvers.acts.acting import after
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.held import Held, hold_record
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.orders.reading import OrderStatus, status_at
from resolvers.clinical.orders.steps import CHANGED, ORDER
from resolvers.clinical.record import ORDERS
from resolvers.clinical.referrals.receiver import Receiver
from resolvers.context import Context
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.orders import acts as orders
from sources.clinical.orders.order import MEDICINE
from sources.postgres.writing import Unit

FULFILLED: Final = OrderStatus.FULFILLED.value


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """What becomes of the order with the answer; nothing, where there is none to fulfil."""

    patient_id: int
    order_id: int | None = None
    parts: tuple[Part, ...] = ()

    def events(self, by: Worker) -> tuple[tuple[str, dict[str, Any]], ...]:
        """What whoever waits for the order is told."""
        if self.order_id is None:
            return ()
        ids = {
            "object": encode(ORDERS.prefix, self.order_id),
            "patientId": self.patient_id,
            "practitionerId": by.practitioner_id,
            "organizationId": by.place,
            "step": FULFILLED,
        }
        return ((CHANGED, ids),)


async def order_to_refer(
    context: Context, unit: Unit, patient: HeldPatient, to: Receiver, order_id: str | None
) -> int | None:
    """The order for which a patient is sent to somebody: his, of a service, for that organisation, not carried out.

    Raises:
        Hindered: it is none such, or not there, as far as the viewer may know.
        NotAllowed: the viewer may refer nobody for it.
    """
    if order_id is None:
        return None
    held = await hold_record(
        context, unit, ORDER, order_id, "orderId",
        permission=P.CLINICAL_REFERRAL_DRAFT, gate=P.CLINICAL_ORDER_MASKED,
    )  # fmt: skip
    row = held.row
    if row.patient_id != patient.id:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("orderId",)))
    if row.code == MEDICINE:
        raise Hindered(Problem(ProblemCode.SERVICE_NOT_OF_ORDER, ("orderId",)))
    if row.performer_id != to.organization_id:
        raise Hindered(Problem(ProblemCode.ORDER_FOR_ANOTHER, ("orderId",)))
    _active(context, row, "orderId")
    found: int = row.id
    return found


async def see_it_is_wanted(context: Context, unit: Unit, referral: Any) -> None:
    """See to it that the order which a referral names, if any, waits to be carried out when it is issued.

    Raises:
        Hindered: it does not, saying how far it has come.
    """
    row = None if referral.order_id is None else await orders.held_order(unit, referral.order_id)
    if row is not None:
        _active(context, row, "id", referral_id=referral.id)


async def fulfilled(context: Context, unit: Unit, held: Held) -> Fulfilled:
    """What an answer does to the order: it is fulfilled, if it waits and takes no direction, whose protocol it needs.

    An order that is over, or taken back, stays so; the answer is given all the same.
    """
    key, nothing = held.row.order_id, Fulfilled(held.patient.id)
    row = None if key is None else await orders.held_order(unit, key)
    if row is None or row.direction is not None:
        return nothing
    if status_at(row.state, row.valid_until, context.at) is not OrderStatus.ACTIVE:
        return nothing
    part = orders.changed(held.patient, row, after(context.at, row.changed_at), {"state": FULFILLED})
    return Fulfilled(held.patient.id, row.id, (part,))


def _active(context: Context, row: Any, *path: str, **outcome: int) -> None:
    status = status_at(row.state, row.valid_until, context.at)
    if status is not OrderStatus.ACTIVE:
        said = {"status": f"ORDER_{status.value}"}
        raise Hindered(Problem(ProblemCode.ORDER_NOT_IN_STATE, path, said), **outcome)
