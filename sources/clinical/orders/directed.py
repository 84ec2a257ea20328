"""For whom orders are, as a computed key: of an order, and of a patient, whose masked card goes with his orders."""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Text, and_, any_, case, func, null, select
from sqlalchemy.dialects.postgresql import ARRAY

from sources.clinical.access import Keys
from sources.clinical.in_force import TEXTS
from sources.clinical.orders.order import service_order

NAME: Final = "directed"
_SOUND: Final = service_order.c.error_id.is_(None)


def keys_of_order() -> Keys:
    """Direction and organisation, as `LABORATORY@3`; of an order that was entered in error, nothing."""
    directed = service_order.c.directed
    column = case((_SOUND, directed), else_=null().cast(Text()))
    return Keys({NAME: column}, {NAME: (ARRAY(Text), lambda values: and_(directed == any_(values), _SOUND))})


def keys_of_directed(row: FromClause, patient_id: ColumnElement[Any]) -> Keys:
    """The same of each of the orders of a patient."""
    directed = service_order.c.directed
    found = select(directed).where(service_order.c.patient_id == patient_id, directed.is_not(None), _SOUND)
    found = found.correlate(row)
    column = func.array(found.scalar_subquery(), type_=TEXTS)
    return Keys({NAME: column}, {NAME: (TEXTS, lambda values: found.where(directed == any_(values)).exists())})
