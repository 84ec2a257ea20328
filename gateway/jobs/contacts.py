"""Addresses that were confirmed long ago: their owners are told before these are stale, and when they are."""

from datetime import datetime
from typing import Final

from gateway.jobs.audience import AT_ONCE
from gateway.jobs.scanning import HORIZON, STILL_WORTH, Notice, Page
from resolvers.health import later
from resolvers.rules import support
from resolvers.telling.letters import Person, last_day
from sources import contacts
from sources.stores import Stores

KIND: Final = "CONTACTS"


class StaleContacts:
    """Confirmed e-mail addresses whose age comes to what the rules call stale."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next people by their keys."""
        months = support(at).contacts_months
        rows = await contacts.confirmed(
            self._stores.registry, at - STILL_WORTH, at + HORIZON, months, after or 0, AT_ONCE
        )
        notices = []
        for row in rows:
            stale_at = later(row.email_verified_at, months)
            template = "contacts_stale_soon" if stale_at > at else "contacts_stale"
            thing, said = f"contacts_{row.id}", {"last": last_day(stale_at).isoformat()}
            notices.append(Notice(Person(row.subject, reachable=True), KIND, thing, stale_at, template, said))
        return Page(notices, rows[-1].id if rows else None)
