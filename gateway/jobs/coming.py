"""What is coming and told beforehand: ends of accreditations, what was announced, works on the service."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from auth.accounts import Reach
from gateway.jobs.addressees import employers_of_holders, leaders_of, people_and_heads_known, placed
from gateway.jobs.audience import AT_ONCE, Place, audience, persons_of
from gateway.jobs.scanning import HORIZON, STILL_WORTH, Notice, Page
from resolvers.telling.letters import STAFF, Person, ending
from resolvers.telling.wishes import NotificationKind
from sources import expiring, notice
from sources.expiring import EndingRecord
from sources.notice import AnnouncementRecord
from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.stores import Stores

K = NotificationKind


class EndingAccreditations:
    """Records in force whose term ends: told to the holder, and to those who lead where he works."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next records by their keys."""
        store = self._stores.accreditation
        rows = await expiring.ending(store, at - STILL_WORTH, at + HORIZON, after or 0, AT_ONCE)
        known = await people_and_heads_known(self._stores, *placed(rows), self._reach)
        employers = await employers_of_holders(self._stores, rows, at, self._reach)
        notices: list[Notice] = []
        for row in rows:
            holder = known.holder({"practitionerId": row.practitioner_id, "organizationId": row.holder_organization_id})
            if holder is not None:
                notices.append(_of_record(row, holder, K.ACCREDITATION_EXPIRY, "accreditation", at))
            told = [person for person in employers.get(row.id, ()) if person != holder]
            notices += [_of_record(row, person, STAFF, "staff", at) for person in told]
        return Page(notices, rows[-1].id if rows else None)


class Announced:
    """Inspections, trainings and new procedures: told to whom the announcement concerns."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: Place | None) -> Page:
        """The next people of an announcement, or the first of the next one."""
        place = after or Place()
        today = at.astimezone(AUTHORITY_ZONE).date()
        store = self._stores.journal
        found = await notice.next_announcement(store, place.thing, at - STILL_WORTH, today, today + HORIZON)
        if found is None:
            return Page(())
        place = place.of(found.id)
        persons: Sequence[Person]
        if found.kind == K.INSPECTION and found.organization_id is not None:
            leaders = await leaders_of(self._stores, [found.organization_id], at, self._reach)
            persons, further = persons_of(leaders, found.organization_id), None
        else:
            persons, further = await audience(
                self._stores, place, found.specialty_code, found.organization_id, at, today
            )
        where, reach = found.organization_id, self._reach
        told = [one for one in persons if where is None or reach.covers(one.subject, where)]
        return Page([_of_announcement(found, person) for person in told], further or place.next)


class Works:
    """Works on the service: told to everybody."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def page(self, at: datetime, after: Place | None) -> Page:
        """The next people, or the first for the next works."""
        place = after or Place()
        found = await notice.next_works(self._stores.journal, place.thing, at, at + HORIZON)
        if found is None:
            return Page(())
        place = place.of(found.id)
        persons, further = await audience(self._stores, place, None, None, at, at.astimezone(AUTHORITY_ZONE).date())
        said: dict[str, Any] = {
            "day": found.starts_at.astimezone(AUTHORITY_ZONE).date().isoformat(),
            "starts": found.starts_at.isoformat(),
            "ends": found.ends_at.isoformat(),
            "title": {"ru": found.text_ru, "en": found.text_en},
        }
        thing = notice.works_id(found.id)
        notices = [Notice(one, K.MAINTENANCE, thing, found.starts_at, "maintenance_hours", said) for one in persons]
        return Page(notices, further or place.next)


def _of_record(row: EndingRecord, person: Person, kind: str, words: str, at: datetime) -> Notice:
    template = f"{words}_ends" if row.valid_to > at else f"{words}_ended"
    said = ending(row) if kind != STAFF else {**ending(row), "practitionerId": row.practitioner_id}
    return Notice(person, kind, f"acc_{row.id}", row.valid_to, template, said)


def _of_announcement(found: AnnouncementRecord, person: Person) -> Notice:
    said: dict[str, Any] = {
        "organizationId": found.organization_id,
        "title": {"ru": found.title_ru, "en": found.title_en},
    }
    if found.starts_on is not None:
        said["day"] = found.starts_on.isoformat()
    thing = notice.announcement_id(found.id)
    if found.kind == K.NEW_PROCEDURE or found.starts_on is None:
        return Notice(person, found.kind, thing, found.at, "procedure_new", said, ahead=False)
    return Notice(person, found.kind, thing, midnight(found.starts_on), f"{found.kind.lower()}_coming", said)
