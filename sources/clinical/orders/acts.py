"""How orders are written: made and changed; carried out, signed, acknowledged; what is sealed is sealed for its row."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.held import HeldPatient
from sources.clinical.observation import (
    IMAGING_STUDY,
    LABORATORY_RESULT,
    OBSERVATION,
    imaging_study,
    laboratory_result,
    observation,
)
from sources.clinical.opening import Sealed
from sources.clinical.orders.order import ORDER, PROTOCOL, order_administration, order_protocol, service_order
from sources.postgres.row import Row
from sources.postgres.writing import Unit

_PROTOCOL: Final = """
SELECT id, version, significance, acknowledged_at FROM order_protocol WHERE order_id = $1 FOR NO KEY UPDATE
"""
_ORDER: Final = """
SELECT id, state, direction, valid_until, changed_at FROM service_order WHERE id = $1 FOR NO KEY UPDATE
"""
_MEASURED: Final[Mapping[str, tuple[Table, Sealed]]] = {
    "LABORATORY": (laboratory_result, LABORATORY_RESULT),
    "VITAL": (observation, OBSERVATION),
}


class HeldOrder(Row):
    """An order that is held for what another record says of it."""

    id: int
    state: str
    direction: str | None
    valid_until: datetime
    changed_at: datetime


class HeldProtocol(Row):
    """The protocol of an order that is held."""

    id: int
    version: int
    significance: str
    acknowledged_at: datetime | None


def ordered(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """An order more; `medicine` is JSON, where it is one."""
    return inserted(service_order, ORDER.sealed(columns, patient.key))


def changed(patient: HeldPatient, row: Any, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of an order that is held."""
    sealed = ORDER.sealed({"id": row.id, **columns}, patient.key)
    return updated(service_order, row.id, at, {name: sealed[name] for name in columns})


def recorded(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """The protocol of an order."""
    return inserted(order_protocol, PROTOCOL.sealed(columns, patient.key))


def measured(patient: HeldPatient, kind: str, rows: Iterable[Mapping[str, Any]]) -> Iterable[Part]:
    """Values that an order brought, of a kind of the book: LABORATORY or VITAL."""
    table, sealed = _MEASURED[kind]
    return [inserted(table, sealed.sealed(columns, patient.key)) for columns in rows]


def pictured(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """The imaging study that an order brought."""
    return inserted(imaging_study, IMAGING_STUDY.sealed(columns, patient.key))


def stepped(key: int, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of a protocol that is held; none of the columns is sealed."""
    return updated(order_protocol, key, at, columns)


def administered(columns: Mapping[str, Any]) -> Part:
    """That a medicine was given once more."""
    return inserted(order_administration, columns)


async def protocol_of(unit: Unit, order_id: int) -> HeldProtocol | None:
    """The protocol of an order, held; None where it has none."""
    found: HeldProtocol | None = await unit.row(HeldProtocol, _PROTOCOL, order_id)
    return found


async def held_order(unit: Unit, order_id: int) -> HeldOrder | None:
    """An order, held, whoever may see it."""
    found: HeldOrder | None = await unit.row(HeldOrder, _ORDER, order_id)
    return found
