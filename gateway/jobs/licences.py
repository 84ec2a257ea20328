"""Licences that end, are stopped, or let go on: told to those who lead the organisation, and to its staff."""

from datetime import datetime
from typing import Final

from auth.accounts import Reach
from gateway.jobs.addressees import leaders_of
from gateway.jobs.audience import AT_ONCE, Place, audience, persons_of
from gateway.jobs.scanning import HORIZON, STILL_WORTH, Notice, Page
from resolvers.telling.letters import last_day
from resolvers.telling.texts import masked
from resolvers.telling.wishes import NotificationKind
from sources import expiring
from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.stores import Stores

KIND: Final = NotificationKind.LICENSE_UPDATE.value


class EndingLicences:
    """Licences in force that end: told to those who lead the organisation."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next licences by their keys."""
        today = at.astimezone(AUTHORITY_ZONE).date()
        store = self._stores.registry
        rows = await expiring.ending_licences(store, today - STILL_WORTH, today + HORIZON, after or 0, AT_ONCE)
        leaders = await leaders_of(self._stores, (row.organization_id for row in rows), at, self._reach)
        notices: list[Notice] = []
        for row in rows:
            ends = midnight(row.ends_on)
            template = "licence_ends" if ends > at else "licence_ended"
            said = {
                "organizationId": row.organization_id,
                "record": masked(row.number),
                "last": last_day(ends).isoformat(),
            }
            notices += [
                Notice(person, KIND, f"licence_{row.id}", ends, template, said)
                for person in persons_of(leaders, row.organization_id)
            ]
        return Page(notices, rows[-1].id if rows else None)


class ChangedLicences:
    """Licences whose status became another: told to those who lead, and to the staff unless another covers the work."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: Place | None) -> Page:
        """The next people of a licence, or the first of the next one."""
        place = after or Place()
        today = at.astimezone(AUTHORITY_ZONE).date()
        found = await expiring.next_changed_licence(self._stores.registry, place.thing, at - STILL_WORTH, today)
        if found is None:
            return Page(())
        place = place.of(found.id)
        where = found.organization_id
        leaders = persons_of(await leaders_of(self._stores, [where], at, self._reach), where)
        template = f"licence_{found.status.lower()}"
        told = [(person, template) for person in leaders] if place.person == 0 else []
        further = None
        if not found.covered:
            staff, further = await audience(self._stores, place, None, where, at, today)
            leading = {person.subject for person in leaders}
            told += [
                (person, f"{template}_staff")
                for person in staff
                if person.subject not in leading and self._reach.covers(person.subject, where)
            ]
        said = {"organizationId": where, "record": masked(found.number)}
        thing = f"licence_{found.id} {found.status}"
        notices = [Notice(person, KIND, thing, found.status_at, words, said, ahead=False) for person, words in told]
        return Page(notices, further or place.next)
