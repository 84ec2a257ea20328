"""Papers of people that end: certificates, categories, further training, certificates of signing keys."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from auth.accounts import Reach
from gateway.jobs.addressees import people_and_heads_known, placed
from gateway.jobs.audience import AT_ONCE
from gateway.jobs.scanning import HORIZON, STILL_WORTH, Notice, Page
from resolvers.rules import procedure
from resolvers.telling.letters import last_day
from resolvers.telling.wishes import NotificationKind
from sources import ending
from sources.ending import EndingPaper
from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.postgres.store import Store
from sources.stores import Stores

KIND: Final = NotificationKind.ACCREDITATION_EXPIRY.value

Ending = Callable[[Store, date, date, int, int], Awaitable[Sequence[EndingPaper]]]


@dataclass(frozen=True, slots=True)
class EndingPapers:
    """Papers of one sort whose term ends: told to the holder, or to the head of the institution that holds them.

    Attributes:
        sort: what messages call them.
        ending: those that end after one day and not after another, by key, those after a key.
    """

    stores: Stores
    reach: Reach
    sort: str
    store: Store
    ending: Ending

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next papers by their keys."""
        today = at.astimezone(AUTHORITY_ZONE).date()
        rows = await self.ending(self.store, today - STILL_WORTH, today + HORIZON, after or 0, AT_ONCE)
        known = await people_and_heads_known(self.stores, *placed(rows), self.reach)
        notices: list[Notice] = []
        for row in rows:
            holder = known.holder({"practitionerId": row.practitioner_id, "organizationId": row.holder_organization_id})
            if holder is not None:
                ends = midnight(row.ends_on)
                said = {"paper": self.sort, "last": last_day(ends).isoformat(), "documentId": row.document_id}
                template = "paper_ends" if ends > at else "paper_ended"
                notices.append(Notice(holder, KIND, f"{self.sort.lower()}_{row.id}", ends, template, said))
        return Page(notices, rows[-1].id if rows else None)


def ending_papers(stores: Stores, reach: Reach) -> tuple[EndingPapers, ...]:
    """All sorts of papers that end."""

    async def trainings(store: Store, since: date, until: date, after: int, limit: int) -> Sequence[EndingPaper]:
        # As long as the legal record that it keeps up.
        years = procedure("PERMANENT", midnight(since)).legal_years or 0
        return await ending.trainings(store, since, until, after, limit, years)

    return (
        EndingPapers(stores, reach, "CERTIFICATE", stores.registry, ending.certificates),
        EndingPapers(stores, reach, "CATEGORY", stores.registry, ending.qualifications),
        EndingPapers(stores, reach, "CPD", stores.registry, trainings),
        EndingPapers(stores, reach, "SIGNING_CERTIFICATE", stores.documents, ending.signing_certificates),
    )
