"""Attestations that end: told to whom they are about, and to those who lead where he works and can renew them."""

from datetime import datetime
from typing import Any, Final

from auth.accounts import Reach
from gateway.jobs.addressees import leaders_of, people_known
from gateway.jobs.audience import AT_ONCE, persons_of
from gateway.jobs.scanning import HORIZON, STILL_WORTH, Notice, Page
from resolvers.telling.letters import STAFF, last_day
from resolvers.telling.wishes import NotificationKind
from sources.accreditation import attestation
from sources.stores import Stores

KIND: Final = NotificationKind.ACCREDITATION_EXPIRY.value


class EndingAttestations:
    """Attestations on which an accreditation for telemedicine rests, and that none outlives."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next attestations by their keys."""
        store = self._stores.accreditation
        rows = await attestation.ending(store, at - STILL_WORTH, at + HORIZON, after or 0, AT_ONCE)
        known = await people_known(self._stores, sorted({row.practitioner_id for row in rows}))
        leaders = await leaders_of(self._stores, (row.organization_id for row in rows), at, self._reach)
        notices: list[Notice] = []
        for row in rows:
            when = "ends" if row.ends_at > at else "ended"
            said: dict[str, Any] = {"paper": row.kind, "last": last_day(row.ends_at).isoformat()}
            thing = f"att_{row.id}"
            holder = known.holder({"practitionerId": row.practitioner_id})
            if holder is not None:
                notices.append(Notice(holder, KIND, thing, row.ends_at, f"attestation_{when}", said))
            theirs = {**said, "practitionerId": row.practitioner_id, "organizationId": row.organization_id}
            for person in persons_of(leaders, row.organization_id):
                if person != holder:
                    template = f"staff_attestation_{when}"
                    notices.append(Notice(person, STAFF, thing, row.ends_at, template, theirs))
        return Page(notices, rows[-1].id if rows else None)
