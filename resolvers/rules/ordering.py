"""The terms of orders (назначения): how long one can be carried out or given, and which values are told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Final

from resolvers.rules.reading import Table, versions
from sources.books import BOOKS
from sources.books.medicine import CONTROLS

FILES = "orders-*.json"
PRIORITIES: Final = ("ROUTINE", "URGENT", "CITO")


@dataclass(frozen=True, slots=True)
class Critical:
    """Beyond which values of a code life is in danger (критические значения), in the unit of the code."""

    below: Decimal | None
    above: Decimal | None

    def flag(self, value: Decimal) -> str | None:
        """CRITICALLY_LOW or CRITICALLY_HIGH; none where the value is neither."""
        if self.below is not None and value < self.below:
            return "CRITICALLY_LOW"
        return "CRITICALLY_HIGH" if self.above is not None and value > self.above else None


@dataclass(frozen=True, slots=True)
class OrderRules:
    """One version of the terms.

    Attributes:
        valid: how long an order can be carried out, by its priority.
        medicine_days: for how many days a medicine is ordered at most, by how its turnover is controlled.
        critical: by the code of what is measured.
    """

    version: str
    in_force_from: datetime
    valid: Mapping[str, timedelta]
    medicine_days: Mapping[str, int]
    critical: Mapping[str, Critical]


def read_orders(folder: Path) -> tuple[OrderRules, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, a code is not in the book, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "validDays", "medicineDays", "critical"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> OrderRules:
    days = Table(f"{file.place}.validDays", file.raw("validDays"), known=PRIORITIES)
    valid = {name: timedelta(days=days.number(name, 1, 3_660)) for name in PRIORITIES}
    classes = Table(f"{file.place}.medicineDays", file.raw("medicineDays"), known=sorted(CONTROLS))
    medicines = {name: classes.number(name, 1, 366) for name in CONTROLS}
    critical: dict[str, Critical] = {}
    for row in file.rows("critical", {"code", "below", "above"}):
        code = row.one_of("code", BOOKS.measures.by_code)
        if code in critical:
            raise row.wrong("code", "it stands twice")
        critical[code] = _critical(row, code)
    terms = MappingProxyType(valid), MappingProxyType(medicines), MappingProxyType(critical)
    return OrderRules(file.version("version"), file.begins(), *terms)


def _critical(row: Table, code: str) -> Critical:
    measure = BOOKS.measures.by_code[code]
    below, above = (_number(row, name) if name in row else None for name in ("below", "above"))
    if measure.unit is None or (below is None and above is None):
        raise row.wrong("code", "a bound of a number is expected")
    if (below is not None and measure.low is not None and below >= measure.low) or (
        above is not None and measure.high is not None and above <= measure.high
    ):
        raise row.wrong("code", "what is normal is not critical")
    return Critical(below, above)


def _number(row: Table, name: str) -> Decimal:
    try:
        found = Decimal(row.text(name))
    except InvalidOperation:
        raise row.wrong(name, "a number is expected") from None
    if not found.is_finite():
        raise row.wrong(name, "a number is expected")
    return found
