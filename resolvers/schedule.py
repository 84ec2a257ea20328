"""How shifts are found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from engine.batch import one, page
from engine.errors import BadArgument, Finding
from resolvers import prefixes
from resolvers.bounds import between
from resolvers.context import Context
from sources import schedule as source
from sources.postgres.ask import Ask, Slice, Window
from sources.schedule import ShiftRecord

PREFIX = prefixes.SHIFT
LONGEST_RANGE = timedelta(days=366)


class ShiftKind(StrEnum):
    """What a shift is."""

    DAY = "DAY"
    NIGHT = "NIGHT"
    DUTY = "DUTY"
    ON_CALL = "ON_CALL"
    TELEMEDICINE = "TELEMEDICINE"


def period(start: datetime | None, end: datetime | None) -> dict[str, object]:
    """Filters for shifts that have a part in `[start, end)`; nothing for no bounds.

    Raises:
        BadArgument: one bound alone, bounds in the wrong order, or more than 366 days between them.
    """
    if start is None and end is None:
        return {}
    if start is None or end is None:
        missing = "from" if start is None else "to"
        raise BadArgument(missing, "expected both bounds of the range, or none", Finding.MISSING)
    between({"from": start, "to": end})
    if end - start > LONGEST_RANGE:
        most = LONGEST_RANGE.days
        raise BadArgument("to", f"expected at most {most} days after 'from'", Finding.OUT_OF_RANGE, most=most)
    return {"ends_after": start, "starts_before": end}


@one("schedule", ShiftRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, ShiftRecord]:
    """Shifts by key."""
    return await source.shifts(context.stores.schedule, keys, ask)


async def _count(
    context: Context, keys: Sequence[int], ask: Ask, *, from_: datetime | None = None, to: datetime | None = None
) -> dict[int, int]:
    return await source.shifts_count(context.stores.schedule, keys, ask, period(from_, to))


@page("schedule", ShiftRecord, _count)
async def of_practitioner(
    context: Context,
    keys: Sequence[int],
    ask: Ask,
    window: Window,
    *,
    from_: datetime | None = None,
    to: datetime | None = None,
) -> dict[int, Slice[ShiftRecord]]:
    """The shifts of each practitioner, by their start."""
    return await source.shifts_of(context.stores.schedule, keys, ask, window, period(from_, to))
