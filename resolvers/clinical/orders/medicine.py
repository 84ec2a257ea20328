"""Orders of medicines (лист назначений): what one says, whether it fits the book and the term, and how it is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import orjson

from resolvers.acts.problem import Problem, ProblemCode
from resolvers.clinical.prescriptions.fitting import MOST_TIMES, dosed
from resolvers.rules.ordering import OrderRules
from sources.books import BOOKS, Medicine

C = ProblemCode
PATH: Final = "medicine"


@dataclass(kw_only=True)
class OrderedMedicineInput:
    """How a medicine is given: how much at a time, how often a day, and for how many days."""

    dose: Decimal | None = None
    unit: str | None = None
    times_per_day: int
    days: int
    over_dose: bool = False


@dataclass(frozen=True, slots=True)
class OrderedMedicine:
    """A medicine as it was ordered.

    Attributes:
        dose: at a time, in the unit.
        times: how often it is given in all.
    """

    code: str
    name: str | None
    control: str | None
    dose: Decimal | None
    unit: str | None
    times_per_day: int
    days: int
    over_dose: bool
    times: int


def wrong(rules: OrderRules, medicine: Medicine, said: OrderedMedicineInput | None) -> Iterator[Problem]:
    """All that is wrong with how a medicine shall be given."""
    if said is None:
        yield Problem(C.FIELD_REQUIRED, (PATH,), {"field": PATH})
        return
    if said.dose is None and medicine.unit is not None:
        yield Problem(C.FIELD_REQUIRED, (PATH, "dose"), {"field": "dose"})
    if said.unit != (None if said.dose is None else medicine.unit):
        yield Problem(C.UNIT_NOT_OF_CODE, (PATH, "unit"), {"unit": medicine.unit or "—"})
    if not 1 <= said.times_per_day <= MOST_TIMES:
        yield Problem(C.VALUE_OUT_OF_RANGE, (PATH, "timesPerDay"), {"least": 1, "most": MOST_TIMES})
    faults = [*dosed(medicine, said.dose, said.times_per_day, PATH, over=said.over_dose)]
    yield from faults
    most = rules.medicine_days[medicine.control]
    if not faults and said.times_per_day > 0 and medicine.most is not None:
        pieces = 1 if said.dose is None or medicine.dose is None else said.dose / medicine.dose
        most = min(most, int(medicine.most / (pieces * said.times_per_day)))
    if not 1 <= said.days <= most:
        yield Problem(C.TERM_OUT_OF_RANGE, (PATH, "days"), {"least": 1, "most": most})


def term(said: OrderedMedicineInput) -> timedelta:
    """For how long it is given."""
    return timedelta(days=said.days)


def kept(medicine: Medicine, said: OrderedMedicineInput) -> str:
    """What an order keeps of it, sealed."""
    columns = {
        "code": medicine.code,
        "dose": None if said.dose is None else f"{said.dose:f}",
        "unit": said.unit,
        "timesPerDay": said.times_per_day,
        "days": said.days,
        "overDose": said.over_dose,
    }
    return orjson.dumps(columns, option=orjson.OPT_SORT_KEYS).decode()


def times(medicine: dict[str, Any]) -> int:
    """How often the medicine of an order is given in all."""
    found: int = medicine["timesPerDay"] * medicine["days"]
    return found


def shown(medicine: dict[str, Any] | None) -> OrderedMedicine | None:
    """The medicine of an order; nothing of a service."""
    if medicine is None:
        return None
    found = BOOKS.medicines.by_code.get(medicine["code"])
    return OrderedMedicine(
        medicine["code"],
        None if found is None else found.name,
        None if found is None else found.control,
        None if medicine["dose"] is None else Decimal(medicine["dose"]),
        medicine["unit"],
        medicine["timesPerDay"],
        medicine["days"],
        medicine["overDose"],
        times(medicine),
    )
