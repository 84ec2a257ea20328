"""Days of the world: legal days of Moscow, their midnights in UTC, and working days."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from resolvers.working_days import CALENDAR

AUTHORITY_ZONE = ZoneInfo("Europe/Moscow")
DAY = timedelta(days=1)
# The rules of before are no longer among the files.
RULES_SINCE = datetime(2023, 1, 1, tzinfo=AUTHORITY_ZONE)


@cache
def midnight(day: date) -> datetime:
    """The instant at which a legal day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=AUTHORITY_ZONE).astimezone(UTC)


def days_before(day: date, days: int) -> date:
    """The day so many days earlier."""
    return day - timedelta(days=days)


def years_after(day: date, years: int) -> date:
    """The same day of a later year; the last of February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@cache
def working_days_after(day: date, count: int) -> date:
    """The day so many working days later; a negative count goes back."""
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not CALENDAR.is_working(day):
            day += step
    return day
