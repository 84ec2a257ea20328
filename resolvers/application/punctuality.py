"""Whether the terms of applications were kept (соблюдение сроков): that of the automatic check, and the decision's."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

from resolvers.application.course import DONE, WITHDRAWN
from resolvers.rules import Procedure, procedure, procedure_of
from resolvers.working_days import CALENDAR, first_day
from sources.application import punctuality as source
from sources.application.punctuality import Place, TermsRecord
from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.postgres.instants import FIRST
from sources.postgres.store import Store

MEASURED_DAYS = 30


@dataclass(frozen=True, slots=True)
class TermsKept:
    """For each term whether it was kept; None while there is time, and where there is no such term."""

    automatic: bool | None
    decision: bool | None


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How the terms were kept over the whole store.

    Attributes:
        since, until: the first and the last legal day of the decisions that are counted.
        automatic, decision: of the applications decided in these days how many `kept` and `missed` the term, and how
            many that are under way are `late`.
    """

    since: date
    until: date
    automatic: Counter[str] = field(default_factory=lambda: Counter(kept=0, missed=0, late=0))
    decision: Counter[str] = field(default_factory=lambda: Counter(kept=0, missed=0, late=0))


def automatic_on(kind: str, submitted_at: datetime | None, version: str | None) -> date | None:
    """The last day of the automatic check, by the rules that an application was submitted under, if there were any."""
    return None if submitted_at is None else _automatic_on(submitted_at, _rules(kind, submitted_at, version))


def terms_kept(
    kind: str,
    version: str | None,
    submitted_at: datetime | None,
    checked_at: datetime | None,
    latest_on: date | None,
    stage: str,
    outcome: str | None,
    changed_at: datetime,
    at: datetime,
) -> TermsKept | None:
    """Whether the terms of an application are kept at an instant; None before it is submitted.

    `checked_at` is the step of the history that is the result of the automatic check. Nothing changes an application
    after its end, so that `changed_at` is then the instant of the decision.
    """
    if submitted_at is None:
        return None
    rules = _rules(kind, submitted_at, version)
    zone = AUTHORITY_ZONE if rules is None else rules.zone
    decided_at = changed_at if stage == DONE else None
    return TermsKept(
        automatic=kept(_automatic_on(submitted_at, rules), checked_at, at, zone),
        decision=None if outcome == WITHDRAWN else kept(latest_on, decided_at, at, zone),
    )


def kept(last: date | None, done_at: datetime | None, at: datetime, zone: tzinfo) -> bool | None:
    """Whether what was due on a day was done by its end; None while there is time, or nothing was due."""
    if last is None:
        return None
    if done_at is not None:
        return done_at.astimezone(zone).date() <= last
    return None if at.astimezone(zone).date() <= last else False


async def measured(store: Store, at: datetime) -> Punctuality:
    """How the terms were kept in the legal days before the one of an instant, and what is late at that instant.

    Raises:
        SourceFailure: the store is lost.
    """
    today = at.astimezone(AUTHORITY_ZONE).date()
    found = Punctuality(today - timedelta(days=MEASURED_DAYS), today - timedelta(days=1))
    async for row in _every(midnight(found.since), partial(source.decided, store, until=midnight(today))):
        _count(found, row, at, {True: "kept", False: "missed"})
    for queue in source.QUEUES:
        async for row in _every(FIRST, partial(source.maybe_late, store, queue=queue, today=today)):
            _count(found, row, at, {False: "late"})
    return found


def _count(found: Punctuality, row: TermsRecord, at: datetime, names: Mapping[bool | None, str]) -> None:
    was = terms_kept(
        row.kind, row.procedure_version, row.submitted_at, row.checked_at, row.latest_on, row.stage, row.outcome,
        row.changed_at, at,
    )  # fmt: skip
    if was is not None:
        for counted, known in ((found.automatic, was.automatic), (found.decision, was.decision)):
            if known in names:
                counted[names[known]] += 1


async def _every(since: datetime, page: Callable[[Place], Awaitable[list[TermsRecord]]]) -> AsyncIterator[TermsRecord]:
    rows = await page((since, 0))
    while rows:
        for row in rows:
            yield row
        rows = await page((rows[-1].at, rows[-1].id))


def _automatic_on(submitted_at: datetime, rules: Procedure | None) -> date | None:
    return None if rules is None else CALENDAR.add(first_day(submitted_at, rules), rules.automatic_days)


def _rules(kind: str, submitted_at: datetime, version: str | None) -> Procedure | None:
    try:
        return procedure(kind, submitted_at) if version is None else procedure_of(version, kind)
    except LookupError:
        return None
