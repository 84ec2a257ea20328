"""What changes of orders: each step that an act took, told to whoever may see the order at that instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from engine.batch import one
from engine.global_id import decode
from resolvers import prefixes
from resolvers.clinical import patient
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.orders.steps import CHANGED
from resolvers.clinical.record import ORDERS
from resolvers.context import Context
from resolvers.feed import News
from sources.clinical import reading
from sources.clinical.known import KnownPatient, KnownRecord
from sources.clinical.orders.order import OrderRecord
from sources.clinical.watching import WatchedRecord, watched
from sources.delivery.events import Event, Since, events_since
from sources.postgres.ask import Ask
from sources.stores import Stores

_COLUMNS: Final = frozenset(
    {"id", "patient_id", "practitioner_id", "organization_id", "performer_id", "directed"}
    | {*KnownPatient.__annotations__, *KnownRecord.__annotations__}
)


class OrderStep(StrEnum):
    """What happened to an order."""

    ORDERED = "ORDERED"
    CANCELLED = "CANCELLED"
    GIVEN = "GIVEN"
    RECORDED = "RECORDED"
    FULFILLED = "FULFILLED"
    SIGNED = "SIGNED"
    ACKNOWLEDGED = "ACKNOWLEDGED"


_STEPS: Final = frozenset(OrderStep)


@dataclass(frozen=True, eq=False)
class OrderChange:
    """A step of an order.

    Attributes:
        known: the row with the keys of whoever may see the order, which are the step's own.
    """

    order_id: int
    step: str
    at: datetime
    known: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.known, name)


class _Doubted:
    """The keys of an order as they would be if all held of its patient that only a copy says."""

    def __init__(self, row: OrderRecord, known: WatchedRecord) -> None:
        self._row = row
        self.carers = self.nurses = row.carers + known.carers_in_doubt
        self.wards = row.wards + known.wards_in_doubt
        self.granted = row.granted + known.granted_in_doubt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


class OrderNews:
    """Steps of orders, from the events of their store."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self.store = stores.clinical.name
        self._store = stores.clinical
        self._clock = clock
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._store, None)

    async def news(self) -> list[News]:
        """The steps since the last question."""
        since, events = await events_since(self._store, self._since)
        said = [(decode(ORDERS.prefix, str(one.payload.get("object"))), one) for one in events if one.kind == CHANGED]
        steps = [(key, one) for key, one in said if key is not None and one.payload.get("step") in _STEPS]
        found = await self._told(steps, self._clock()) if steps else []
        self._since = since
        return found

    async def _told(self, steps: Sequence[tuple[int, Event]], at: datetime) -> list[News]:
        rows = await reading.records(self._store, RECORDS.order, sorted({key for key, _ in steps}), Ask(at, _COLUMNS))
        patients = await watched(self._store, sorted({row.patient_id for row in rows.values()}), at)
        found = []
        for key, event in steps:
            row = rows.get(key)
            known = None if row is None else patients.get(row.patient_id)
            if row is None or known is None:
                continue
            change = OrderChange(key, event.payload["step"], event.at, row)
            about = {
                (ORDERS.prefix, key),
                (patient.PREFIX, row.patient_id),
                (prefixes.PRACTITIONER, row.practitioner_id),
                (prefixes.ORGANIZATION, row.performer_id),
            }
            doubted = replace(change, known=_Doubted(row, known))
            found.append(News(change, frozenset(about), (change,), doubted))
        return found


@one("clinical", OrderChange)
async def order_change(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The step that is told, to whoever may see the order at this very instant."""
    row = None if context.told is None else context.told.row
    if row is None:
        return {}
    ask = replace(ask, columns=frozenset({"id"}))
    found = await reading.records(context.stores.clinical, RECORDS.order, [row.order_id], ask)
    return dict.fromkeys(keys, row) if row.order_id in found else {}
