"""The relay of the documents store: whom a step of a package or a request concerns; requests that are overdue."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from auth.accounts import Reach
from gateway.jobs.addressees import accounts_known, leaders_of
from gateway.jobs.delivery import Delivery, of_kind
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from resolvers.exchange import REQUEST_PREFIX, number_of
from resolvers.telling.exchanging import REQUEST, said_of, told_of_package, told_of_request
from resolvers.telling.letters import Person, Told
from sources.delivery.relaying import WaitingEvent
from sources.exchange import request as requests
from sources.exchange import sending
from sources.exchange.package import told_packages
from sources.exchange.request import InformationRequestRecord, overdue, told_requests
from sources.postgres.ask import Ask, midnight
from sources.stores import Stores

AT_ONCE: Final = 200
DAY: Final = timedelta(days=1)


class Exchanged(Delivery):
    """Moves what waits in the documents store, with the messages that packages and requests make."""

    name = "documents"

    async def concerned(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> Mapping[object, Sequence[Told]]:
        """Those of a package or a request."""
        return {
            **await self._of_packages(connection, of_kind(waiting, said, sending.CHANGED)),
            **await self._of_requests(connection, of_kind(waiting, said, requests.CHANGED)),
        }

    async def _of_packages(self, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
        rows = await told_packages(connection, [one["packageId"] for one in steps.values()]) if steps else {}
        people = await accounts_known(self._stores, {row.subject for row in rows.values() if row.subject})
        places = (row.organization_id for row in rows.values() if row.direction == "INCOMING")
        leaders = await _leaders(self._stores, places, self._reach)
        return {
            key: [
                *told_of_package(
                    step["step"],
                    row,
                    number_of(row.id, row.made_at),
                    people.get(row.subject or ""),
                    leaders.get(row.organization_id or 0, ()),
                )
            ]
            for key, step in steps.items()
            if (row := rows.get(step["packageId"])) is not None
        }

    async def _of_requests(self, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
        rows = await told_requests(connection, [one["requestId"] for one in steps.values()]) if steps else {}
        people, leaders = await _concerned(self._stores, rows.values(), self._reach)
        return {
            key: [*told_of_request(step["step"], row, people[row.subject], leaders.get(row.organization_id, ()))]
            for key, step in steps.items()
            if (row := rows.get(step["requestId"])) is not None
        }


class OverdueRequests:
    """Requests for information that nobody answered in time: told to who leads where it is asked, and to who asked."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next requests by their keys."""
        rows = await overdue(self._stores.documents, Ask(at).today, after or 0, AT_ONCE)
        late = [row for row in rows if at - STILL_WORTH < midnight(row.due_on + DAY) <= at]
        people, leaders = await _concerned(self._stores, late, self._reach)
        notices = [
            Notice(
                person, REQUEST, f"{REQUEST_PREFIX}_{row.id}", midnight(row.due_on + DAY), "information_overdue",
                said_of(row), ahead=False,
            )
            for row in late
            for person in (people[row.subject], *leaders.get(row.organization_id, ()))
        ]  # fmt: skip
        return Page(notices, rows[-1].id if rows else None)


async def _concerned(
    stores: Stores, rows: Iterable[InformationRequestRecord], reach: Reach
) -> tuple[dict[str, Person], dict[int, list[Person]]]:
    """Who asked, and who leads where it is asked."""
    found = [*rows]
    people = await accounts_known(stores, {row.subject for row in found})
    return people, await _leaders(stores, (row.organization_id for row in found), reach)


async def _leaders(stores: Stores, places: Iterable[int | None], reach: Reach) -> dict[int, list[Person]]:
    wanted = {one for one in places if one is not None}
    leaders = await leaders_of(stores, wanted, datetime.now(UTC), reach)
    return {place: [one.person for one in found] for place, found in leaders.items()}
