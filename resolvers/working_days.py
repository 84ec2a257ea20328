"""Terms in working days (рабочие дни): the Russian calendar with its moved days, and how a term is counted.

The library `holidays` knows the holidays and what past decrees moved; the years of `resolvers.rules` come before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from resolvers.rules import YEARS, Procedure, Year

DAY = timedelta(days=1)
SATURDAY = 5
COUNTRY = "RU"
# Labour code, article 112: days off that fall on these are moved by decree, not by themselves.
NEW_YEAR_MONTH = 1


@dataclass(frozen=True, slots=True)
class Term:
    """The end of a term.

    Attributes:
        on: the last day of the term, a working day.
        at: the instant at which the term is over: the midnight after that day in the authority's zone, in UTC.
        provisional: whether it goes through a year whose calendar is not official yet.
    """

    on: date
    at: datetime
    provisional: bool


class Calendar:
    """Which days are worked, by our table of years and, beside it, the library."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        self._years = years
        self._off = lru_cache(maxsize=256)(self._days_off)
        self._later = lru_cache(maxsize=4_096)(self._so_many_later)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        return day not in self._off(day.year)

    def is_official(self, year: int) -> bool:
        """Whether the calendar of a year rests on its decree."""
        known = self._years.get(year)
        return known is not None and known.official

    def add(self, day: date, working_days: int) -> date:
        """The working day so many working days later; the day itself is not counted."""
        return self._later(day, working_days)

    def working_from(self, day: date) -> date:
        """The day itself if it is worked, or else the next that is."""
        while not self.is_working(day):
            day += DAY
        return day

    def _so_many_later(self, day: date, working_days: int) -> date:
        for _ in range(working_days):
            day = self.working_from(day + DAY)
        return day

    def _days_off(self, year: int) -> frozenset[date]:
        listed = country_holidays(COUNTRY, years=year)
        first = date(year, 1, 1)
        days = [first + timedelta(days=count) for count in range((date(year, 12, 31) - first).days + 1)]
        off = {day for day in days if not listed.is_working_day(day)}
        known = self._years.get(year)
        if known is not None:
            return frozenset((off | known.off) - known.on)
        if year > max(self._years, default=year):
            off |= _moved_by_themselves([day for day in days if day in listed], off)
        return frozenset(off)


def _moved_by_themselves(holidays: list[date], off: set[date]) -> set[date]:
    """Days off instead of holidays that fall on a weekend: the next day that would be worked, except in January."""
    moved: set[date] = set()
    for holiday in holidays:
        if holiday.weekday() < SATURDAY or holiday.month == NEW_YEAR_MONTH:
            continue
        day = holiday + DAY
        while day in off or day in moved:
            day += DAY
        moved.add(day)
    return moved


CALENDAR = Calendar(YEARS)


def first_day(at: datetime, procedure: Procedure) -> date:
    """The day on which something submitted at an instant counts as submitted.

    That is the authority's day, unless it is not worked or its cut-off hour has struck: then the next working day.
    """
    local = at.astimezone(procedure.zone)
    day = local.date()
    return CALENDAR.working_from(day + DAY if local.hour >= procedure.cut_off else day)


def over_after(at: datetime, working_days: int, zone: ZoneInfo) -> datetime:
    """The instant at which so many working days after the day of an instant are over, in UTC."""
    on = CALENDAR.add(at.astimezone(zone).date(), working_days)
    return datetime.combine(on + DAY, time(), zone).astimezone(UTC)


def term(at: datetime, working_days: int, procedure: Procedure) -> Term:
    """The term of so many working days that begins with something submitted at an instant.

    The day of submission is not counted.
    """
    on = CALENDAR.add(first_day(at, procedure), working_days)
    years = range(at.astimezone(procedure.zone).year, on.year + 1)
    return Term(
        on=on,
        at=datetime.combine(on + DAY, time(), procedure.zone).astimezone(UTC),
        provisional=not all(CALENDAR.is_official(year) for year in years),
    )
