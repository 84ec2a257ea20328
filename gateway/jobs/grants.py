"""Whom grants concern, by the events of the identity store; and who is told that nobody reviewed one."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from auth.accounts import Reach
from auth.granting import Module
from auth.role import RoleName
from gateway.jobs.addressees import accounts_known, holding, leaders_of, officers, people_known
from gateway.jobs.scanning import STILL_WORTH, Notice, Page
from resolvers.granting import PREFIX, GrantKind, review_due
from resolvers.telling.emergencies import KIND
from resolvers.telling.grants import GIVEN, REVIEWED, Concerned, parameters, told, told_of_step, waiting_for
from resolvers.telling.letters import Person, Told, last_day
from sources import contacts
from sources.identity.told_grants import ToldGrant, told_grants, waiting_grants
from sources.stores import Stores

AT_ONCE: Final = 200
REQUESTED: Final = "REQUESTED"
# What a personnel officer decides besides the head.
OF_OFFICE: Final = frozenset({Module.DOCUMENTS.value, Module.REPORTS.value})


async def told_of_grants(
    stores: Stores, connection: Any, steps: Mapping[object, Any], reach: Reach
) -> dict[object, list[Told]]:
    """Whom steps of grants are told, by their events.

    Raises:
        SourceFailure: a store is lost.
    """
    if not steps:
        return {}
    at = datetime.now(UTC)
    grants = await told_grants(connection, [one["grantId"] for one in steps.values()])
    asked = {one["grantId"] for one in steps.values() if one["step"] == REQUESTED}
    judged = {one["grantId"] for one in steps.values() if one["step"] in {GIVEN, REVIEWED}}
    emergencies = await concerned_by(stores, (one for one in grants.values() if one.id in judged), at, reach)
    concerned = await _parties(stores, grants.values(), asked, at, reach)
    made: dict[object, list[Told]] = {}
    for key, one in steps.items():
        if (grant := grants.get(one["grantId"])) is not None:
            made[key] = [*told_of_step(one["step"], grant, concerned[grant.id])]
            if grant.id in emergencies:
                made[key] += told(one["step"], grant, due_day(grant), emergencies[grant.id])
    return made


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
    """Whom each grant in an emergency concerns: its giver, the head unless he gave it, the auditors.

    Raises:
        SourceFailure: a store is lost.
    """
    rows = [*grants]
    if not rows:
        return {}
    auditors = await officers(stores, RoleName.AUD, at, reach)
    people = await accounts_known(stores, {*auditors, *(one.given_by for one in rows)})
    heads = {
        row.id: row for row in await contacts.heads(stores.registry, sorted({one.organization_id for one in rows}))
    }

    def head_of(grant: ToldGrant) -> Person | None:
        head = heads.get(grant.organization_id)
        if head is None or head.subject == grant.given_by or not reach.covers(head.subject, grant.organization_id):
            return None
        return Person(head.subject, head.reachable)

    return {
        row.id: Concerned(people[row.given_by], head_of(row), [people[one] for one in auditors if one != row.given_by])
        for row in rows
    }


async def _parties(
    stores: Stores, grants: Iterable[ToldGrant], asked: Iterable[int], at: datetime, reach: Reach
) -> dict[int, Concerned]:
    """Whose access each is, who has it and who gave it; of those that are asked for, who decides."""
    rows, waiting = [*grants], {*asked}
    people = (
        await people_known(stores, sorted({key for row in rows for key in (row.grantor_id, row.grantee_id)}))
    ).people
    accounts = await accounts_known(stores, {row.given_by for row in rows})
    leaders = await leaders_of(stores, {row.organization_id for row in rows if row.id in waiting}, at, reach)

    def deciders(row: ToldGrant) -> list[Person]:
        found, place = leaders.get(row.organization_id, ()), row.organization_id
        aside = {row.given_by, *(people[key].subject for key in (row.grantor_id, row.grantee_id) if key in people)}
        office = holding(found, RoleName.HRR, place) if row.module in OF_OFFICE else ()
        return [one for one in (*holding(found, RoleName.HED, place), *office) if one.subject not in aside]

    return {
        row.id: Concerned(
            accounts[row.given_by],
            grantor=people.get(row.grantor_id),
            grantee=people.get(row.grantee_id),
            deciders=deciders(row) if row.id in waiting else (),
        )
        for row in rows
    }


def _due(grant: ToldGrant) -> datetime:
    due = review_due(GrantKind.EMERGENCY, grant.given_at)
    if due is None:
        raise LookupError("a grant in an emergency is always reviewed")
    return due
