"""The relay of the identity store: whom grants in an emergency and stolen sessions concern, and unreviewed grants."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from auth.accounts import FIRST_ALONE, Reach
from gateway.jobs.addressees import wishes_of
from gateway.jobs.delivery import Delivery
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from gateway.jobs.thefts import EVENT as STOLEN
from gateway.jobs.thefts import told_of_thefts
from gateway.log import Log
from resolvers.granting import PREFIX, GrantKind, review_due
from resolvers.granting.told import KIND as EVENT
from resolvers.telling.emergencies import KIND
from resolvers.telling.grants import GIVEN, REVIEWED, Concerned, parameters, told, waiting_for
from resolvers.telling.letters import Known, Letter, Person, Told, addressed, last_day
from sources import contacts, journal
from sources.delivery.relaying import WaitingEvent
from sources.identity.emergency_grants import ToldGrant, told_grants, waiting_grants
from sources.stores import Stores

AT_ONCE: Final = 200
_TOLD: Final = frozenset({GIVEN, REVIEWED})


class Grants(Delivery):
    """Moves what waits in the identity store, with the messages that grants in an emergency make."""

    def __init__(self, stores: Stores, log: Log | None = None, reach: Reach = FIRST_ALONE) -> None:
        super().__init__(stores.identity, stores.journal, log)
        self._stores = stores
        self._reach = reach

    async def told(
        self, connection: Any, waiting: Sequence[WaitingEvent], said: Mapping[object, Mapping[str, Any]]
    ) -> tuple[Sequence[WaitingEvent], Mapping[object, Sequence[Letter]]]:
        """All of the events, and the letters of those of a grant in an emergency, or of a session that was stolen."""
        about = {
            **await self._of_grants(
                connection,
                {one.id: said[one.id] for one in waiting if one.kind == EVENT and said[one.id]["step"] in _TOLD},
            ),
            **await told_of_thefts(self._stores, {one.id: said[one.id] for one in waiting if one.kind == STOLEN}),
        }
        if not about:
            return waiting, {}
        subjects = {person.subject for letters in about.values() for person, *_ in letters}
        known = Known(wishes=await wishes_of(self._stores, subjects))
        written: dict[object, Sequence[Letter]] = {}
        for event in waiting:
            letters = (addressed(*one, event.at, known, event_id=str(event.id)) for one in about.get(event.id, ()))
            written[event.id] = [letter for letter in letters if letter is not None]
        return waiting, written

    async def _of_grants(self, connection: Any, steps: Mapping[object, Any]) -> dict[object, list[Told]]:
        """Whom steps of grants are told, by their events."""
        grants = await told_grants(connection, [one["grantId"] for one in steps.values()]) if steps else {}
        if not grants:
            return {}
        concerned = await concerned_by(self._stores, grants.values(), datetime.now(UTC), self._reach)
        return {
            key: [*told(one["step"], grant, due_day(grant), concerned[grant.id])]
            for key, one in steps.items()
            if (grant := grants.get(one["grantId"])) is not None
        }


class OverdueGrants:
    """Grants in an emergency that nobody reviewed in time: told to who heads the organisation, and to the auditors."""

    def __init__(self, stores: Stores, reach: Reach) -> None:
        self._stores = stores
        self._reach = reach

    async def page(self, at: datetime, after: int | None) -> Page:
        """The next grants by their keys."""
        rows = await waiting_grants(self._stores.identity, at, after or 0, AT_ONCE)
        late = [row for row in rows if at - STILL_WORTH < _due(row) <= at]
        concerned = await concerned_by(self._stores, late, at, self._reach)
        notices = [
            Notice(
                person, KIND, f"{PREFIX}_{row.id}", _due(row), "grant_overdue", parameters(row, due_day(row)),
                ahead=False,
            )
            for row in late
            for person in waiting_for(concerned[row.id])
        ]  # fmt: skip
        return Page(notices, rows[-1].id if rows else None)


def due_day(grant: ToldGrant) -> str:
    """The last day on which a grant can be reviewed in time."""
    return last_day(_due(grant)).isoformat()


async def concerned_by(stores: Stores, grants: Iterable[ToldGrant], at: datetime, reach: Reach) -> dict[int, Concerned]:
    """Whom each grant concerns: whoever gave it, the head of its organisation unless it is about him, the auditors.

    Accounts that may not speak for all organisations are no auditor's.

    Raises:
        SourceFailure: a store is lost.
    """
    rows = [*grants]
    if not rows:
        return {}
    auditors = [one for one in await journal.auditors(stores.journal, at) if reach.of(one) is None]
    known = {
        row.subject: row for row in await contacts.by_subject(stores.registry, sorted({*auditors, *_givers(rows)}))
    }
    heads = {
        row.id: row for row in await contacts.heads(stores.registry, sorted({one.organization_id for one in rows}))
    }

    def person(subject: str) -> Person:
        found = known.get(subject)
        return Person(subject, found is not None and found.reachable)

    def head_of(grant: ToldGrant) -> Person | None:
        head = heads.get(grant.organization_id)
        if head is None or head.subject == grant.given_by or not reach.covers(head.subject, grant.organization_id):
            return None
        return Person(head.subject, head.reachable)

    told_to = [person(one) for one in auditors]
    return {
        row.id: Concerned(person(row.given_by), head_of(row), [one for one in told_to if one.subject != row.given_by])
        for row in rows
    }


def _givers(grants: Iterable[ToldGrant]) -> Iterable[str]:
    return (one.given_by for one in grants)


def _due(grant: ToldGrant) -> datetime:
    due = review_due(GrantKind.EMERGENCY, grant.given_at)
    if due is None:
        raise LookupError("a grant in an emergency is always reviewed")
    return due
