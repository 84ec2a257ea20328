"""Everybody whom something concerns, some at a time: the people of an organisation or a specialty, or all there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from gateway.jobs.addressees import Leader
from resolvers.telling.letters import Person
from sources import contacts, journal
from sources.stores import Stores

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """How far an audience has been told: of which thing, the person or the officer who was the last."""

    thing: int = 0
    person: int = 0
    officer: str | None = None

    def of(self, thing: int) -> "Place":
        """The same place where it is of this thing, else its beginning."""
        return self if thing == self.thing else Place(thing)

    @property
    def next(self) -> "Place":
        """The beginning of whatever comes after the thing."""
        return Place(self.thing + 1)


async def audience(
    stores: Stores, place: Place, specialty: str | None, organization: int | None, at: datetime, today: date
) -> tuple[Sequence[Person], Place | None]:
    """The next people of an audience, then the officers where it is everybody; None when there are no more."""
    if place.officer is None:
        rows = await contacts.audience(stores.registry, specialty, organization, today, place.person, AT_ONCE)
        if rows:
            return [Person(row.subject, row.reachable) for row in rows], Place(place.thing, rows[-1].id)
    if specialty is not None or organization is not None:
        return (), None
    officers = await journal.officers(stores.journal, at, place.officer or "", AT_ONCE)
    persons = [Person(subject, reachable=False) for subject in officers]
    return persons, Place(place.thing, place.person, officers[-1]) if officers else None


def persons_of(leaders: Mapping[int, Sequence[Leader]], organization: int) -> list[Person]:
    """Those who lead an organisation."""
    return [leader.person for leader in leaders.get(organization, ())]
