"""Of whom a report is, and of which weeks: whole ones, so that no two reports differ by less than a week."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from engine.errors import BadArgument, Finding
from engine.global_id import decode
from resolvers import prefixes
from resolvers.bounds import of_our_time
from resolvers.rules import reporting_rules

MONDAY, SUNDAY = 0, 6


class ReportScope(StrEnum):
    """Whose work a report is of."""

    SELF = "SELF"
    UNIT = "UNIT"
    ORGANIZATION = "ORGANIZATION"


PREFIXES = {ReportScope.UNIT: prefixes.DEPARTMENT, ReportScope.ORGANIZATION: prefixes.ORGANIZATION}


@dataclass(frozen=True)
class ReportPeriod:
    """The days of a report; both belong to it. Which it may be of, each report says."""

    starts_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report as it was asked for; `number` is the key of the unit or organisation, None of one's own."""

    scope: ReportScope
    number: int | None
    starts_on: date
    last_on: date


def wanted(period: ReportPeriod, of: ReportScope, id: str | None) -> Wanted | None:
    """The report that is meant; of an id that is none of ours there is none.

    Raises:
        BadArgument: the period is of another time, or of no whole weeks; an id is missing, or one is given for SELF.
    """
    of_our_time({"starts_on": period.starts_on, "last_on": period.last_on}, "period.")
    if period.starts_on.weekday() != MONDAY:
        raise BadArgument("period.startsOn", "expected a Monday", Finding.OUT_OF_RANGE)
    if period.last_on.weekday() != SUNDAY or period.last_on < period.starts_on:
        raise BadArgument("period.lastOn", "expected a Sunday after 'startsOn'", Finding.OUT_OF_RANGE)
    if (id is None) is not (of is ReportScope.SELF):
        raise BadArgument("id", "give the id of the unit or organisation, and none for SELF", Finding.EXCLUSIVE)
    number = None if id is None else decode(PREFIXES[of], id)
    if id is not None and number is None:
        return None
    return Wanted(of, number, period.starts_on, period.last_on)


def instants(starts_on: date, last_on: date, at: datetime) -> tuple[datetime, datetime]:
    """The instants at which a period begins and is over, in the zone of the rules.

    Raises:
        BadArgument: it is longer than a report may be.
    """
    rules = reporting_rules(at)
    if last_on - starts_on > timedelta(weeks=rules.most_weeks):
        most = rules.most_weeks
        raise BadArgument("period.lastOn", f"expected at most {most} weeks", Finding.OUT_OF_RANGE, most=most)
    since = datetime.combine(starts_on, time(), rules.zone)
    return since, datetime.combine(last_on + timedelta(days=1), time(), rules.zone)
