"""Whom something is told: people, heads, those who lead where somebody works; how they want to be told; letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from auth.accounts import Reach
from auth.assurance import Assurance, Level
from auth.permissions import Permission as P
from auth.rights import Keys
from auth.role import RoleName
from auth.viewer import Viewer
from resolvers.acts import keys
from resolvers.facts_of_stores import load
from resolvers.telling.letters import Known, Letter, Person, Told, addressed
from resolvers.telling.wishes import Wishes, wishes
from sources import contacts, journal
from sources.delivery.relaying import WaitingEvent
from sources.notification import settings_of
from sources.postgres.failure import SourceFailure
from sources.stores import Stores

LEADING = frozenset({RoleName.HED, RoleName.HRR})


@dataclass(frozen=True, slots=True)
class Leader:
    """The head or a personnel officer of an organisation, with his rights."""

    person: Person
    viewer: Viewer


async def people_known(stores: Stores, people: Sequence[int]) -> Known:
    """People by key."""
    rows = await contacts.people(stores.registry, people)
    return Known(people={row.id: Person(row.subject, row.reachable) for row in rows})


async def people_and_heads_known(stores: Stores, people: Sequence[int], places: Sequence[int], reach: Reach) -> Known:
    """People by key, and the heads of organisations, those whose accounts may speak for them."""
    known = await people_known(stores, people)
    rows = await contacts.heads(stores.registry, places) if places else ()
    heads = {row.id: Person(row.subject, row.reachable) for row in rows if reach.covers(row.subject, row.id)}
    return replace(known, heads=heads)


async def wishes_of(stores: Stores, subjects: Iterable[str]) -> dict[str, Wishes]:
    """How people want to be told, as far as they changed it."""
    changed: dict[str, list[Any]] = {}
    for row in await settings_of(stores.journal, sorted({*subjects})):
        changed.setdefault(row.subject, []).append(row)
    return {subject: wishes(rows) for subject, rows in changed.items()}


async def letters_of(
    stores: Stores, waiting: Sequence[WaitingEvent], about: Mapping[object, Sequence[Told]]
) -> Mapping[object, Sequence[Letter]]:
    """The letters that events make, as their readers want them; of one kind, an event makes one for each reader."""
    if not any(about.values()):
        return {}
    subjects = {person.subject for letters in about.values() for person, *_ in letters}
    known = Known(wishes=await wishes_of(stores, subjects))
    written: dict[object, Sequence[Letter]] = {}
    for event in waiting:
        firsts: dict[tuple[str, str], Told] = {}
        for one in about.get(event.id, ()):
            firsts.setdefault((one[0].subject, one[1]), one)
        made = (addressed(*one, event.at, known, event_id=str(event.id)) for one in firsts.values())
        written[event.id] = [letter for letter in made if letter is not None]
    return written


async def accounts_known(stores: Stores, subjects: Iterable[str]) -> dict[str, Person]:
    """People by their accounts; whoever is not in the register has the cabinet alone."""
    wanted = sorted({*subjects})
    rows = await contacts.by_subject(stores.registry, wanted) if wanted else ()
    reachable = {row.subject for row in rows if row.reachable}
    return {one: Person(one, one in reachable) for one in wanted}


async def officers(stores: Stores, function: RoleName, at: datetime, reach: Reach) -> list[str]:
    """Accounts that have a function held at no organisation, those that may speak for all of them."""
    return [one for one in await journal.holders(stores.journal, function.value, at) if reach.of(one) is None]


def holding(leaders: Iterable[Leader], name: RoleName, place: int) -> list[Person]:
    """Those of leaders who have a role at an organisation."""
    return [
        one.person
        for one in leaders
        if any(role.name is name and place in role.organizations for role in one.viewer.roles)
    ]


async def leaders_of(
    stores: Stores, organizations: Iterable[int], at: datetime, reach: Reach
) -> dict[int, list[Leader]]:
    """Heads and personnel officers of each organisation, those who have signed in.

    Raises:
        SourceFailure: their rights cannot be known.
    """
    places = sorted({*organizations})
    if not places:
        return {}
    found = {row.subject: row.reachable for row in await contacts.heads(stores.registry, places)}
    officers = {row.subject for row in await journal.personnel_officers(stores.journal, places, at)}
    known = await contacts.by_subject(stores.registry, sorted(officers - found.keys()))
    found |= {row.subject: row.reachable for row in known}
    leaders: dict[int, list[Leader]] = {}
    # As if they had signed in just now: what they are told, they might read.
    signed_in = Assurance(Level.CONFIRMED, at)
    subjects = sorted(found)
    loaded = await load(stores, subjects, at, {}, reach)
    for subject, one in ((subject, loaded[subject]) for subject in subjects):
        for lost in one.lost:
            raise SourceFailure(lost.store)
        viewer = Viewer(replace(one, assurance=signed_in), at)
        leader = Leader(Person(subject, found[subject]), viewer)
        for place in {place for role in viewer.roles if role.name in LEADING for place in role.organizations}:
            leaders.setdefault(place, []).append(leader)
    return leaders


async def leaders_of_departments(
    stores: Stores, departments: Iterable[int], at: datetime, reach: Reach
) -> dict[int, Person]:
    """The head of each department who leads it by what he is now, and has signed in.

    Raises:
        SourceFailure: their rights cannot be known.
    """
    wanted = sorted({*departments})
    heads = await contacts.department_heads(stores.registry, wanted) if wanted else []
    loaded = await load(stores, sorted({one.subject for one in heads}), at, {}, reach) if heads else {}
    signed_in = Assurance(Level.CONFIRMED, at)
    found: dict[int, Person] = {}
    for head in heads:
        for lost in loaded[head.subject].lost:
            raise SourceFailure(lost.store)
        roles = Viewer(replace(loaded[head.subject], assurance=signed_in), at).roles
        if any(one.name is RoleName.SUP and head.id in one.units for one in roles):
            found[head.id] = Person(head.subject, head.reachable)
    return found


async def employers_of_applicants(
    stores: Stores, rows: Iterable[Any], at: datetime, reach: Reach
) -> dict[int, list[Person]]:
    """For each application of a person, those who lead where he works and may see it."""
    return await _employers(stores, rows, P.APPLICATION_QUEUE_READ, keys.APPLICATION, at, reach)


async def employers_of_holders(
    stores: Stores, rows: Iterable[Any], at: datetime, reach: Reach
) -> dict[int, list[Person]]:
    """For each record that a person holds, those who lead where he works and may see it."""
    return await _employers(stores, rows, P.ACCREDITATION_RECORD_READ, keys.ACCREDITATION, at, reach)


async def _employers(
    stores: Stores, rows: Iterable[Any], permission: P, columns: Keys, at: datetime, reach: Reach
) -> dict[int, list[Person]]:
    held = [row for row in rows if row.practitioner_id is not None]
    found = await leaders_of(stores, (place for row in held for place in row.organization_ids), at, reach)
    told: dict[int, list[Person]] = {}
    for row in held:
        leaders = {leader.person.subject: leader for place in row.organization_ids for leader in found.get(place, ())}
        told[row.id] = [one.person for one in leaders.values() if one.viewer[permission].allows(row, columns)]
    return told


def placed(rows: Iterable[Any]) -> tuple[list[int], list[int]]:
    """The people and the organisations that rows are about, by key."""
    found = [*rows]
    people = {row.practitioner_id for row in found if row.practitioner_id is not None}
    return sorted(people), sorted({r.holder_organization_id for r in found if r.holder_organization_id is not None})


def subjects_of(known: Known) -> set[str]:
    """Everybody who is known."""
    employers: Mapping[int, Sequence[Person]]
    found = {one.subject for one in (*known.people.values(), *known.heads.values())}
    for employers in (known.employers_of_applicants, known.employers_of_holders):
        found |= {person.subject for persons in employers.values() for person in persons}
    return found
