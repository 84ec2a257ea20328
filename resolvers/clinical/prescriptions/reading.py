"""How prescriptions are found, and where each stands at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from engine.batch import many
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import Ways, paged, ways
from resolvers.context import Context
from sources.books import BOOKS
from sources.clinical import reading
from sources.clinical.prescriptions.prescription import (
    DISPENSING,
    PRESCRIPTION_SIGNATURE,
    DispensingRecord,
    Item,
    PrescriptionRecord,
    PrescriptionSignatureRecord,
)
from sources.postgres.ask import Ask
from sources.postgres.statement import Order

PRESCRIPTIONS: Final[Ways] = ways("rx", PrescriptionRecord, RECORDS.prescription)
of_practitioner: Final = paged(PrescriptionRecord, RECORDS.prescription, "practitioner_id")
# The first said before the others.
_BY_TIME: Final[Order] = (("received_at", "asc"), ("external_id", "asc"))
_BY_ROLE: Final[Order] = (("role", "desc"),)


class PrescriptionStatus(StrEnum):
    """Where a prescription stands at an instant."""

    DRAFT = "DRAFT"
    AWAITING_SIGNATURE = "AWAITING_SIGNATURE"
    REGISTERED = "REGISTERED"
    PARTIALLY_DISPENSED = "PARTIALLY_DISPENSED"
    DISPENSED = "DISPENSED"
    DELAYED_SERVICE = "DELAYED_SERVICE"
    CANCELLED = "CANCELLED"
    ANNULLED = "ANNULLED"
    EXPIRED = "EXPIRED"


# What ends with its term; a pharmacy that took a prescription into its queue serves it afterwards, too.
ENDING: Final = frozenset({PrescriptionStatus.REGISTERED, PrescriptionStatus.PARTIALLY_DISPENSED})
# By these something can be dispensed.
IN_FORCE: Final = ENDING | {PrescriptionStatus.DELAYED_SERVICE}


@dataclass(frozen=True, slots=True)
class ItemView:
    """One medicine of a prescription.

    Attributes:
        amount: in pieces, millilitres or puffs, as its form is counted.
        dose: in the book's unit.
    """

    line: int
    code: str
    name: str | None
    control: str | None
    amount: int
    dose: Decimal | None
    unit: str | None
    times_per_day: int | None
    use_days: int | None
    signa: str


@dataclass(frozen=True, slots=True)
class WarningView:
    """What a checker of interactions said."""

    code: str
    severity: str
    medicines: list[str]
    text: str | None


def status_at(state: str, expires_at: datetime | None, at: datetime) -> PrescriptionStatus:
    """Where a prescription stands at an instant."""
    status = PrescriptionStatus(state)
    return PrescriptionStatus.EXPIRED if status in ENDING and expires_at is not None and expires_at <= at else status


def last_day(expires_at: datetime | None) -> date | None:
    """The last day on which something can be dispensed by a prescription."""
    return None if expires_at is None else Ask(expires_at - timedelta(microseconds=1)).today


def shown(items: list[Item]) -> list[ItemView]:
    """The medicines of a prescription."""
    return [_item(number, one) for number, one in enumerate(items, 1)]


def warned(warnings: list[Item] | None) -> list[WarningView] | None:
    """What a checker said; null where none was asked, or none answered."""
    if warnings is None:
        return None
    return [WarningView(one["code"], one["severity"], one["medicines"], one["text"]) for one in warnings]


def _item(number: int, one: Item) -> ItemView:
    found = BOOKS.medicines.by_code.get(one["medicine"])
    return ItemView(
        number,
        one["medicine"],
        None if found is None else found.name,
        None if found is None else found.control,
        one["amount"],
        None if one["dose"] is None else Decimal(one["dose"]),
        None if found is None else found.unit,
        one["timesPerDay"],
        one["useDays"],
        one["signa"],
    )


@many("clinical", PrescriptionSignatureRecord)
async def signatures(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[PrescriptionSignatureRecord]]:
    """The electronic signatures under each prescription, that of who prescribes first."""
    store = context.stores.clinical
    return await reading.all_of(store, PRESCRIPTION_SIGNATURE, keys, ask, parent="prescription_id", order=_BY_ROLE)


@many("clinical", DispensingRecord)
async def dispensed(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[DispensingRecord]]:
    """What pharmacies said of each prescription, in the order in which it came."""
    store = context.stores.clinical
    return await reading.all_of(store, DISPENSING, keys, ask, parent="prescription_id", order=_BY_TIME)
