"""Years of the working calendar (производственный календарь) that the product answers for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import Table, content

FILE = "calendar.json"
STATUSES = frozenset({"OFFICIAL", "ASSUMED"})


@dataclass(frozen=True, slots=True)
class Year:
    """What a decree moves, or what we assume until it comes.

    Attributes:
        off: days without work that would be working days by their weekday and the Labour code's list of holidays.
        on: Saturdays and Sundays that are worked.
        working_days: how many there are in the year, as the decree's calendar counts them.
    """

    number: int
    official: bool
    source: str
    off: frozenset[date]
    on: frozenset[date]
    working_days: int


def read_years(folder: Path) -> Mapping[int, Year]:
    """The years of the calendar file, by number.

    Raises:
        RulesAreWrong: the file is missing or malformed, a year stands twice, a day is of another year.
    """
    file = content(folder / FILE, known={"inForceFrom", "source", "years"})
    years: dict[int, Year] = {}
    for row in file.rows("years", known={"year", "status", "source", "off", "on", "workingDays"}):
        year = _year(row)
        if year.number in years:
            raise row.wrong("year", "stands twice")
        years[year.number] = year
    return MappingProxyType(years)


def _year(row: Table) -> Year:
    number = row.number("year", 2000, 2100)
    off, on = row.days("off"), row.days("on")
    for name, days, weekend in (("off", off, False), ("on", on, True)):
        for day in days:
            if day.year != number or (day.weekday() >= 5) is not weekend:
                raise row.wrong(name, f"{day} cannot stand here")
    return Year(
        number=number,
        official=row.one_of("status", STATUSES) == "OFFICIAL",
        source=row.text("source"),
        off=off,
        on=on,
        working_days=row.number("workingDays", 200, 300),
    )
