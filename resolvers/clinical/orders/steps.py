"""What the acts on orders have in common: how one is held, who made it, and what a step leaves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission
from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed, Target
from engine.global_id import encode
from engine.rights import Keys
from resolvers.acts.acting import Effect, after
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.held import Held, hold_record
from resolvers.clinical.acts.leading import leads
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.orders.reading import OrderStatus, status_at
from resolvers.clinical.record import ORDERS
from resolvers.context import Context
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.orders.order import OrderRecord
from sources.postgres.writing import Unit

ORDER: Final = (ORDERS.prefix, RECORDS.order)
CHANGED: Final = "ORDER_CHANGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPayload:
    """The order after the act."""

    order_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def hold_order(
    context: Context, unit: Unit, input: VersionInput, permission: Permission, looked_at: Keys = keys.ORDER
) -> Held:
    """The order, held as it was read, on which a permission holds.

    Raises:
        Hindered: it is not there, as far as the viewer may know, or has another version.
        NotAllowed: the viewer may not do this to it.
    """
    held = await hold_record(
        context, unit, ORDER, input.id, "id",
        permission=permission, gate=P.CLINICAL_ORDER_MASKED, looked_at=looked_at,
    )  # fmt: skip
    as_it_was_read(held.row, input.expected_version, "CLINICAL", order_id=held.row.id)
    return held


def on_order(
    then: Callable[[Context, OrderRecord], object],
    *needs: str,
    begins: Callable[[Context], object] | None = None,
    looked_at: Keys = keys.ORDER,
) -> Target:
    """Orders, as something may be done to them: `then` is what the act asks of one, with the columns it looks at."""
    columns = filter(None, (*keys.ORDER.values(), *looked_at.values()))
    return Target(
        ORDERS.prefix, ORDERS.by_id, P.CLINICAL_ORDER_MASKED, keys.ORDER, looked_at,
        also=True,
        needs=frozenset({"practitioner_id", "organization_id", *needs, *columns}),
        begins=begins,
        then=then,
    )  # fmt: skip


def see_it_is(context: Context, row: Any, wanted: OrderStatus) -> None:
    """See to it that an order has come so far, and no further.

    Raises:
        Hindered: it has not, saying how far.
    """
    status = status_at(row.state, row.valid_until, context.at)
    if status is not wanted:
        said = {"status": f"ORDER_{status.value}"}
        raise Hindered(Problem(ProblemCode.ORDER_NOT_IN_STATE, ("id",), said), order_id=row.id)


def see_it_is_his(context: Context, by: Worker, row: Any) -> None:
    """See to it that somebody made an order at this workplace, or leads the department where the patient is.

    Raises:
        Hindered: it was made at another organisation.
        NotAllowed: neither.
    """
    by.own(row.organization_id, "id")
    if row.practitioner_id != by.practitioner_id and not leads(context, P.CLINICAL_ORDER_WRITE, row, keys.ORDER):
        raise NotAllowed(OBJECT)


def left(
    context: Context, by: Worker, patient: HeldPatient, key: int, step: str, *parts: Part, at: datetime, **grounds: Any
) -> Effect:
    """What a step of an order leaves: its event says which step it was, `grounds` is what the entry says besides."""
    thing, outcome = encode(ORDERS.prefix, key), {"order_id": key}
    made = recorded(context, CHANGED, thing, patient, by, *parts, outcome=outcome, at=at, grounds=grounds)
    made.events = tuple((kind, {**ids, "step": step}) for kind, ids in made.events)
    return made


def stepped(context: Context, by: Worker, held: Held, step: str, *parts: Part, **grounds: Any) -> Effect:
    """What a step of an order that is held leaves."""
    row = held.row
    said = {"versionBefore": row.version, "versionAfter": row.version + 1, "stateBefore": row.state, **grounds}
    return left(context, by, held.patient, row.id, step, *parts, at=moment(context, row), **said)


def moment(context: Context, row: Any) -> datetime:
    """The instant of a change of an order."""
    return after(context.at, row.changed_at)
