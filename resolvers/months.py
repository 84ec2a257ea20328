"""Months of the calendar, as terms are counted in them."""

from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or earlier; the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))
