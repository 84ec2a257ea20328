"""The scan for ending terms: once a legal day, holders are told that an accreditation ends, or has ended."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from gateway.relay import as_messages, people_known
from resolvers.telling.letters import Known, Letter, addressed, ending
from resolvers.telling.wishes import DEFAULTS, LONGEST_LEAD, NotificationKind, Wishes
from sources import expiring
from sources.arriving import keep_messages
from sources.ask import AUTHORITY_ZONE
from sources.expiring import EndingRecord
from sources.stores import Stores
from sources.transaction import transaction

AT_ONCE: Final = 200
SECONDS: Final = 30.0
# How long after the end it is still worth telling, after an outage of days.
STILL_WORTH: Final = timedelta(days=7)
KIND: Final = NotificationKind.ACCREDITATION_EXPIRY.value

Told = tuple[int, datetime, int]


class ExpiryScan:
    """Tells of each end once for each lead; what it told is noted in the transaction that tells it."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self._stores = stores
        self._clock = clock
        self._day: date | None = None  # of the scan under way, or of the last one
        self._done = False
        self._after = 0

    async def run(self) -> int:
        """Scan the next 200 records of the day; how many, and nothing when the day is done.

        Raises:
            SourceFailure: a store is lost; what was not noted is done again.
        """
        at = self._clock()
        today = at.astimezone(AUTHORITY_ZONE).date()
        if today != self._day:
            self._day, self._done, self._after = today, False, 0
        if self._done:
            return 0
        async with transaction(self._stores.journal, SECONDS) as journal:
            if not await expiring.turn(journal):
                return 0
            rows: Sequence[EndingRecord] = ()
            if not await expiring.day_is_done(journal, today):
                until = at + timedelta(days=LONGEST_LEAD + 1)
                rows = await expiring.ending(self._stores.accreditation, at - STILL_WORTH, until, self._after, AT_ONCE)
                due = [*await self._due(rows, at, today)]
                fresh = await expiring.mark(journal, [told for told, _ in due], at)
                await keep_messages(journal, [*as_messages(letter for told, letter in due if told in fresh)])
                if not rows:
                    await expiring.day_done(journal, today, at)
        if rows:
            self._after = rows[-1].id
        self._done = not rows
        return len(rows)

    async def _due(self, rows: Sequence[EndingRecord], at: datetime, today: date) -> Iterator[tuple[Told, Letter]]:
        people = [row.practitioner_id for row in rows if row.practitioner_id is not None]
        places = [row.holder_organization_id for row in rows if row.holder_organization_id is not None]
        return _letters(rows, await people_known(self._stores, people, places), at, today)


def lead(wishes: Wishes, days: int) -> int | None:
    """The lead of which the time has come, so many days before the end; a lead that was missed is made up for."""
    leads = {
        lead
        for wish in wishes.values()
        if wish.kind == KIND and wish.enabled
        for lead in wish.lead_days or ()
        if lead >= days
    }
    return min(leads, default=None)


def days_left(valid_to: datetime, at: datetime, today: date) -> int:
    """Legal days until a term is over; 0 only when it is."""
    if valid_to <= at:
        return 0
    return max(1, (valid_to.astimezone(AUTHORITY_ZONE).date() - today).days)


def _letters(rows: Sequence[EndingRecord], known: Known, at: datetime, today: date) -> Iterator[tuple[Told, Letter]]:
    for row in rows:
        holder = known.holder({"practitionerId": row.practitioner_id, "organizationId": row.holder_organization_id})
        if holder is None:
            continue
        days = days_left(row.valid_to, at, today)
        due = lead(known.wishes.get(holder.subject, DEFAULTS), days)
        if due is None:
            continue
        template, parameters = ending(row, days)
        letter = addressed(holder, KIND, template, parameters, at, known, days=due)
        if letter is not None:
            yield (row.id, row.valid_to, due), letter
