"""The relay of the registry: whom requests and links concern; and links that ended with a post."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from auth.accounts import Reach
from auth.role import RoleName
from engine.global_id import encode
from gateway.jobs.addressees import accounts_known, holding, leaders_of
from gateway.jobs.delivery import Delivery, of_kind
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from resolvers import prefixes
from resolvers.telling.letters import Person, Told
from resolvers.telling.registering import LINK, told_of_link, told_of_request
from sources.delivery.relaying import WaitingEvent
from sources.postgres.ask import AUTHORITY_ZONE, midnight
from sources.registering.told import ended_links, told_links, told_requests
from sources.stores import Stores

REQUEST_CHANGED: Final = "REGISTRY_REQUEST_CHANGED"
LINK_CHANGED: Final = "ORGANIZATION_LINK_CHANGED"
AT_ONCE: Final = 200
DAY: Final = timedelta(days=1)


class RegistryRelay(Delivery):
    """Moves what waits in the registry, with messages of requests and links."""

    name = "registry"

    async def concerned(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> Mapping[object, Sequence[Told]]:
        """Those of a request or a link."""
        requests = of_kind(waiting, said, REQUEST_CHANGED)
        links = of_kind(waiting, said, LINK_CHANGED)
        asked = await told_requests(connection, [one["requestId"] for one in requests.values()])
        tied = await told_links(connection, [one["linkId"] for one in links.values()])
        rows = [*asked.values(), *tied.values()]
        people = await accounts_known(self._stores, {row.subject for row in rows})
        officers = await self._officers(rows)
        about: dict[object, list[Told]] = {}
        for steps, name, found, telling in (
            (requests, "requestId", asked, told_of_request),
            (links, "linkId", tied, told_of_link),
        ):
            for key, one in steps.items():
                if (row := found.get(one[name])) is not None:
                    about[key] = [*telling(one["step"], row, people[row.subject], officers[row.organization_id])]
        return about

    async def _officers(self, rows: Sequence[Any]) -> dict[int, list[Person]]:
        """The personnel officers of the organisations that rows are about."""
        places = {row.organization_id for row in rows}
        leaders = await leaders_of(self._stores, places, datetime.now(UTC), self._reach)
        return {place: holding(leaders.get(place, ()), RoleName.HRR, place) for place in places}


class EndedLinks:
    """Links that ended with a post, or with the organisation: told to the person."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next links by their keys."""
        today = at.astimezone(AUTHORITY_ZONE).date()
        rows = await ended_links(self._stores.registry, today - STILL_WORTH, today, after or 0, AT_ONCE)
        notices = [
            Notice(
                Person(row.subject, row.reachable),
                LINK,
                encode(prefixes.ORGANIZATION_LINK, row.id),
                midnight(row.last_on + DAY),
                "link_ended",
                {
                    "organizationId": row.organization_id,
                    "practitionerId": row.practitioner_id,
                    "last": row.last_on.isoformat(),
                },
                ahead=False,
            )
            for row in rows
            if self._reach.covers(row.subject, row.organization_id)
        ]
        return Page(notices, rows[-1].id if rows else None)
