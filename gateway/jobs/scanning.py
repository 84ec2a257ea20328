"""Scans for what is coming, or was found: one of many processes tells each person of each thing once for each lead."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from gateway.jobs.addressees import wishes_of
from gateway.jobs.delivery import as_messages
from resolvers.telling.letters import Known, Letter, Person, addressed
from resolvers.telling.wishes import DEFAULTS, LONGEST_LEAD, Wishes, lead
from sources import expiring
from sources.delivery.arriving import keep_messages
from sources.expiring import Mark
from sources.postgres.ask import AUTHORITY_ZONE
from sources.postgres.transaction import transaction
from sources.stores import Stores

SECONDS: Final = 30.0
# How long after something it is still worth telling, after an outage of days.
STILL_WORTH: Final = timedelta(days=7)
# Nobody is told of anything longer before it comes.
HORIZON: Final = timedelta(days=LONGEST_LEAD + 1)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told to one person.

    Attributes:
        thing: what it is about, such as acc_12: it is told once of each thing, instant and lead.
        at: the instant that it is about.
        ahead: whether it is told so many days before, or else when it happened.
    """

    person: Person
    kind: str
    thing: str
    at: datetime
    template: str
    parameters: Mapping[str, object]
    ahead: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Some notices, and from where to go on; None at the end."""

    notices: Sequence[Notice]
    after: Any = None


class Source(Protocol):
    """Where notices come from."""

    async def page(self, at: datetime, after: Any) -> Page:
        """The next notices of an instant, from the beginning without a place to go on from.

        Raises:
            SourceFailure: a store is lost.
        """


class Scan:
    """Goes through its sources, once a legal day or each time; what it tells is noted in the same transaction."""

    def __init__(
        self, stores: Stores, clock: Callable[[], datetime], sources: Sequence[Source], *, lock: int, daily: bool
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._sources = sources
        self._lock = lock
        self._daily = daily
        self._day: date | None = None  # of the scan under way
        self._place = 0
        self._after: Any = None

    async def run(self) -> int:
        """Do the next page; 0 when that was the last, or another process has done all of it.

        Raises:
            SourceFailure: a store is lost; what was not noted is done again.
        """
        at = self._clock()
        today = at.astimezone(AUTHORITY_ZONE).date()
        if self._daily and today != self._day:
            self._day, self._place, self._after = today, 0, None
        async with transaction(self._stores.journal, SECONDS) as journal:
            if not await expiring.turn(journal, self._lock):
                return 0
            if self._daily and await expiring.day_is_done(journal, today):
                self._place, self._after = 0, None
                return 0
            page = await self._sources[self._place].page(at, self._after)
            chosen = await wishes_of(self._stores, (one.person.subject for one in page.notices))
            due = [*_due(page.notices, chosen, at)]
            fresh = await expiring.mark(journal, [told for told, _ in due], at)
            await keep_messages(journal, [*as_messages(letter for told, letter in due if told in fresh)])
            last = page.after is None and self._place + 1 == len(self._sources)
            if last and self._daily:
                await expiring.day_done(journal, today, at)
        if page.after is None:
            self._place = 0 if last else self._place + 1
        self._after = page.after
        return 0 if last else 1


def days_left(ends: datetime, at: datetime, today: date) -> int:
    """Legal days until an instant; 0 only when it is over."""
    if ends <= at:
        return 0
    return max(1, (ends.astimezone(AUTHORITY_ZONE).date() - today).days)


def _due(notices: Sequence[Notice], chosen: Mapping[str, Wishes], at: datetime) -> Iterator[tuple[Mark, Letter]]:
    known, today = Known(wishes=chosen), at.astimezone(AUTHORITY_ZONE).date()
    for one in notices:
        due: int | None = None
        parameters = one.parameters
        if one.ahead:
            days = days_left(one.at, at, today)
            due = lead(chosen.get(one.person.subject, DEFAULTS), one.kind, days)
            if due is None:
                continue
            parameters = {**parameters, "days": days}
        letter = addressed(one.person, one.kind, one.template, parameters, at, known, days=due)
        if letter is not None:
            yield (one.thing, one.person.subject, one.at, due or 0), letter
