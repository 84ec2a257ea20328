"""Reports on procedures at this instant: counted of what the viewer may know, by performer, unit or service.

Whoever did it, who leads those who did, and who inquires see exact numbers. Who answers for an organisation sees none
of its patients by that: to him nothing is told that is about few of them, and whole months alone, so that no day can
be told by a difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from auth.permissions import Permission as P
from engine.batch import one
from engine.errors import BadArgument, Finding
from engine.rights import Keys
from resolvers.bounds import between, of_our_time
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.procedures.withholding import Number, shown
from resolvers.clinical.reporting.period import ReportPeriod
from resolvers.context import Context
from resolvers.rules import service_rules
from sources.clinical.procedures import counting as source
from sources.clinical.procedures.counting import ORGANIZATION, CountRecord, Span
from sources.postgres.ask import Ask, Narrow, midnight

KEYS: Final[Keys] = {
    "own": "practitioner_id",
    "ward": "department_id",
    "org": ORGANIZATION,
    "inquiry": "inquirers",
}
DAY: Final = timedelta(days=1)
MOST_DAYS: Final = 366


class ReportBy(StrEnum):
    """What the lines of a report are."""

    PERFORMER = "PERFORMER"
    UNIT = "UNIT"
    SERVICE = "SERVICE"


def is_of_months(period: ReportPeriod) -> bool:
    """Whether a period is of whole calendar months."""
    return period.starts_on.day == 1 and (period.last_on + DAY).day == 1


def is_too_long(period: ReportPeriod) -> bool:
    """Whether a period is of more than a year."""
    return (period.last_on - period.starts_on).days >= MOST_DAYS


@dataclass(frozen=True, slots=True)
class LineView:
    """One line; `done` is None where it is withheld."""

    code: str | None
    practitioner_id: int | None
    department_id: int | None
    done: int | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report on procedures; `total` is None where it is withheld."""

    organization_id: int
    practitioner_id: int | None
    starts_on: date
    last_on: date
    by: str
    total: int | None
    withheld: bool
    lines: list[LineView]


@one("clinical", ReportView)
async def report(
    context: Context, keys: Sequence[int], ask: Ask, *, period: ReportPeriod, by: ReportBy
) -> dict[int, ReportView]:
    """The report on what the viewer may know of each organisation."""
    days = {"starts_on": period.starts_on, "last_on": period.last_on}
    of_our_time(days, "period.")
    between(days, "period.")
    if is_too_long(period):
        raise BadArgument("period.lastOn", f"expected a period of at most {MOST_DAYS} days", Finding.OUT_OF_RANGE)
    narrow = context.viewer[P.REPORT_PROCEDURE_READ].narrow(KEYS)
    return {place: await _of_place(context, place, ask, period, by, narrow) for place in keys}


async def _of_place(
    context: Context, place: int, ask: Ask, period: ReportPeriod, by: ReportBy, narrow: Sequence[Narrow] | None
) -> ReportView:
    if narrow is not None and any(name == ORGANIZATION and place in allowed for name, allowed in narrow):
        _see_it_whole(period)
    span = Span(place, midnight(period.starts_on), midnight(period.last_on + DAY))
    rows = await source.counted(context.stores.clinical, RECORDS.counted, by.value, span, narrow, ask.at)
    lines, whole = rows[:-1], rows[-1]
    told = shown([*map(number_of, lines)], whole.done, service_rules(ask.at).fewest_people)
    made = [line(by, row.key, done) for row, done in zip(lines, told.lines, strict=True)]
    return ReportView(place, None, period.starts_on, period.last_on, by.value, told.total, told.withheld, made)


def number_of(row: CountRecord) -> Number:
    """The number of a line that was counted."""
    return Number(row.done, row.patients, row.known)


def line(by: ReportBy, key: str | None, done: int | None) -> LineView:
    """A line of a report: `key` is a code, or the key of whoever did it, or where."""
    number = None if key is None or by is ReportBy.SERVICE else int(key)
    return LineView(
        key if by is ReportBy.SERVICE else None,
        number if by is ReportBy.PERFORMER else None,
        number if by is ReportBy.UNIT else None,
        done,
    )


def _see_it_whole(period: ReportPeriod) -> None:
    if not is_of_months(period):
        what = "expected whole calendar months for a whole organisation"
        raise BadArgument("period", what, Finding.OUT_OF_RANGE)
