"""How orders are found: of a patient, to be carried out by the viewer, made by him; and their protocols."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rules import Rule
from engine.batch import many, one, page
from engine.global_id import decode
from resolvers import prefixes
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import paged
from resolvers.context import Context
from sources.books import BOOKS
from sources.clinical import reading
from sources.clinical.observation import LaboratoryResultRecord, ObservationRecord
from sources.clinical.orders.order import ADMINISTRATION, AdministrationRecord, OrderRecord, ProtocolRecord
from sources.clinical.reading import Filters
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order

PROTOCOL_PREFIX: Final = "proto"
# No department has it; a filter by an id that is none of ours finds nothing.
NOWHERE: Final = 0
_FIRST: Final[Order] = (("at", "asc"), ("id", "asc"))


class OrderStatus(StrEnum):
    """How far an order has come."""

    ACTIVE = "ACTIVE"
    RECORDED = "RECORDED"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"


class OrdersOf(StrEnum):
    """Which orders are the viewer's."""

    TO_CARRY_OUT = "TO_CARRY_OUT"
    MINE = "MINE"


class OrderPriority(StrEnum):
    """How urgent an order is."""

    ROUTINE = "ROUTINE"
    URGENT = "URGENT"
    CITO = "CITO"


@dataclass(frozen=True)
class OrderFilter:
    """Which orders are wanted: all conditions must hold."""

    status: list[OrderStatus] | None = None
    priority: list[OrderPriority] | None = None
    department_id: str | None = None
    waiting: bool | None = None


def status_at(state: str, valid_until: datetime, at: datetime) -> OrderStatus:
    """How far an order has come at an instant: whoever was to carry it out may do so until its term is over."""
    expired = state == OrderStatus.ACTIVE and valid_until <= at
    return OrderStatus.EXPIRED if expired else OrderStatus(state)


def service_name(code: str) -> str | None:
    """The name of a service in the book."""
    found = BOOKS.services.by_code.get(code)
    return found.name if found else None


def _filters(given: OrderFilter | None) -> dict[str, object]:
    """The filter in the words of the store."""
    found: dict[str, object] = {}
    if given is None:
        return found
    for name in ("status", "priority"):
        if (wanted := getattr(given, name)) is not None:
            found[name] = [one.value for one in wanted]
    if given.department_id is not None:
        found["department"] = decode(prefixes.DEPARTMENT, given.department_id) or NOWHERE
    if given.waiting is not None:
        found["waiting"] = given.waiting
    return found


def _whose(context: Context, of: OrdersOf) -> Filters | None:
    """What the orders of the viewer have in common; None where he has none in this way."""
    if of is OrdersOf.TO_CARRY_OUT:
        held = dict(context.viewer[P.CLINICAL_ORDER_MASKED].rules).get(Rule.DIRECTED)
        return {"directed": sorted(held)} if held else None
    carer = context.viewer.standing.carer
    return None if carer is None else {"author": carer[0], "place": carer[1]}


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, of: OrdersOf, filter: OrderFilter | None = None
) -> dict[None, int]:
    whose = _whose(context, of)
    if whose is None:
        return dict.fromkeys(keys, 0)
    wanted = {**whose, **_filters(filter)}
    return await reading.counts_of(context.stores.clinical, RECORDS.order, keys, ask, wanted, parent=None)


@page("clinical", OrderRecord, _count)
async def listed(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    window: Window,
    *,
    of: OrdersOf,
    filter: OrderFilter | None = None,
) -> dict[None, Slice[OrderRecord]]:
    """The viewer's orders at his workplace, newest first: which he may carry out, or made himself."""
    whose = _whose(context, of)
    if whose is None:
        return dict.fromkeys(keys, Slice([], ("at", "id"), False))
    wanted = {**whose, **_filters(filter)}
    return await reading.records_of(context.stores.clinical, RECORDS.order, keys, ask, window, wanted, parent=None)


async def _count_of_patient(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: OrderFilter | None = None
) -> dict[int, int]:
    return await reading.counts_of(context.stores.clinical, RECORDS.order, keys, ask, _filters(filter))


@page("clinical", OrderRecord, _count_of_patient)
async def of_patient(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: OrderFilter | None = None
) -> dict[int, Slice[OrderRecord]]:
    """The orders for each patient, newest first."""
    return await reading.records_of(context.stores.clinical, RECORDS.order, keys, ask, window, _filters(filter))


@one("clinical", ProtocolRecord)
async def protocol(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, Any]:
    """The protocol of each order that has one."""
    return await reading.records(context.stores.clinical, RECORDS.protocol, keys, ask, key="order_id")


@many("clinical", AdministrationRecord)
async def administrations(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[AdministrationRecord]]:
    """Each time the medicine of an order was given, the first first."""
    return await reading.all_of(context.stores.clinical, ADMINISTRATION, keys, ask, parent="order_id", order=_FIRST)


results = paged(LaboratoryResultRecord, RECORDS.result, "order_id")
observations = paged(ObservationRecord, RECORDS.observation, "order_id")
