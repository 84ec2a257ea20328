"""Pairs of bounds (период): one rule for all.

Days are a whole period: both belong to it. Instants are half-open: the first belongs to it, the second does not. Either
bound may be left out, unless the field says otherwise. A pair that holds nothing is a mistake and refused.
Some stores keep the first day after a term; what the graph shows of it is the last day within.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from engine.errors import BadArgument, Finding

Bounds = Mapping[str, date | datetime | None]
# Days before and after have no instant in every zone; nobody reports on them.
FIRST_YEAR, LAST_YEAR = 1900, 2199


def between(bounds: Bounds, within: str = "") -> dict[str, object]:
    """The bounds that are given, of two by their names, the earlier first; `within` is what their arguments begin with.

    Raises:
        BadArgument: nothing can lie between them; it names the second.
    """
    (first, start), (last, end) = bounds.items()
    if isinstance(start, datetime) and isinstance(end, datetime):
        if end <= start:
            after = f"expected an instant after '{_spelt(first)}'"
            raise BadArgument(within + _spelt(last), after, Finding.OUT_OF_RANGE)
    elif start is not None and end is not None and end < start:
        not_before = f"expected a day not before '{_spelt(first)}'"
        raise BadArgument(within + _spelt(last), not_before, Finding.OUT_OF_RANGE)
    return {name: bound for name, bound in bounds.items() if bound is not None}


def of_our_time(days: Mapping[str, date], within: str = "") -> None:
    """See to it that days have instants at which they begin and are over.

    Raises:
        BadArgument: one is of another time; it names the first that is.
    """
    for name, day in days.items():
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            expected = f"expected a day of the years {FIRST_YEAR} to {LAST_YEAR}"
            raise BadArgument(within + _spelt(name), expected, Finding.OUT_OF_RANGE)


def last_day(end: date | None) -> date | None:
    """The last day of a term of which a store keeps the first day after it."""
    return None if end is None else end - timedelta(days=1)


def _spelt(name: str) -> str:
    """A name as the graph spells it."""
    words = name.split("_")
    return words[0] + "".join(word.capitalize() for word in words[1:])
