"""What a certificate of qualification says: read in batches from the registry and the accreditation store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from resolvers.bounds import last_day
from resolvers.names import full_name
from resolvers.printed.certificate import Accredited, Awarded, Employed, Qualified, Studied
from resolvers.printed.masking import initials
from resolvers.telling.letters import last_day as last_day_of
from sources.accreditation import AccreditationRecord, accreditations_of
from sources.accreditation.standing import in_force
from sources.books import BOOKS
from sources.employment import employments_of
from sources.organization import departments, organizations
from sources.postgres.ask import AUTHORITY_ZONE, Ask
from sources.practitioner import awards_of, education_of, practitioners
from sources.stores import Stores

_PERSON: Final = frozenset({"family_name", "given_name", "patronymic", "registry_number", "specialty_code"})
_NAME: Final = frozenset({"name"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the stores say of a person at an instant, as a certificate has it.

    Attributes:
        holder: the person, masked.
        keys: of the records of accreditation, in their order.
    """

    person: str
    holder: str
    registry_number: str
    specialty: str | None
    accreditations: tuple[Accredited, ...]
    keys: tuple[int, ...]
    courses: tuple[Studied, ...]
    categories: tuple[Awarded, ...]
    posts: tuple[Employed, ...]

    def qualified(self, authority: str, number: str, at: datetime, purpose: str | None) -> Qualified:
        """What the certificate says."""
        return Qualified(
            authority=authority,
            number=number,
            at=at,
            person=self.person,
            registry_number=self.registry_number,
            specialty=self.specialty,
            purpose=purpose,
            accreditations=self.accreditations,
            courses=self.courses,
            categories=self.categories,
            posts=self.posts,
        )


async def facts_of(stores: Stores, practitioner_id: int, at: datetime, accreditation_id: int | None) -> Facts | None:
    """The facts of a person; with a record of accreditation, that one alone of his records.

    None where the register has no such person, or the record is not one of his in force.

    Raises:
        SourceFailure: a store did not answer.
    """
    keys, ask = [practitioner_id], Ask(at)
    person = (await practitioners(stores.registry, "id", keys, Ask(at, _PERSON))).get(practitioner_id)
    records = await _accredited(stores, practitioner_id, at, accreditation_id)
    if person is None or (accreditation_id is not None and not records):
        return None
    courses = (await education_of(stores.registry, keys, ask)).get(practitioner_id, [])
    awards = (await awards_of(stores.registry, keys, ask)).get(practitioner_id, [])
    posts = (await employments_of(stores.registry, keys, ask, ask.today)).get(practitioner_id, [])
    places = {one.place_id for one in records} | {one.organization_id for one in posts}
    names = await organizations(stores.registry, "id", sorted(key for key in places if key is not None), Ask(at, _NAME))
    units = sorted({one.department_id for one in posts if one.department_id is not None})
    rooms = await departments(stores.registry, units, Ask(at, _NAME)) if units else {}
    return Facts(
        person=full_name(person),
        holder=initials(person.family_name, person.given_name, person.patronymic),
        registry_number=person.registry_number,
        specialty=specialty(person.specialty_code),
        accreditations=tuple(_record(one, names) for one in records),
        keys=tuple(one.id for one in records),
        courses=tuple(
            Studied(
                kind=one.kind,
                institution=one.institution,
                specialty=specialty(one.specialty_code),
                document=one.document_number,
                on=one.completed_on,
                hours=one.hours,
            )
            for one in courses
        ),
        categories=tuple(
            Awarded(
                rank=one.rank, specialty=specialty(one.specialty_code), on=one.awarded_on, last=last_day(one.ends_on)
            )
            for one in sorted(awards, key=lambda one: (-one.rank, one.awarded_on))
            if one.awarded_on <= ask.today < one.ends_on
        ),
        posts=tuple(
            Employed(
                organization=names[one.organization_id].name,
                department=rooms[one.department_id].name if one.department_id in rooms else None,
                position=_position(one.position_code),
                since=one.starts_on,
            )
            for one in posts
            if one.organization_id in names
        ),
    )


def specialty(code: str | None) -> str | None:
    """A specialty by its code and name; the code alone where the book does not have it."""
    found = BOOKS.specialties.by_code.get(code or "")
    return code if found is None else f"{found.code} {found.name}"


async def _accredited(
    stores: Stores, practitioner_id: int, at: datetime, wanted: int | None
) -> Sequence[AccreditationRecord]:
    rows = (await accreditations_of(stores.accreditation, [practitioner_id], Ask(at), None)).get(practitioner_id, [])
    asked = [one for one in rows if wanted in {None, one.id}]
    standing = await in_force(stores.accreditation, [one.id for one in asked], at)
    return [one for one in asked if one.id in standing]


def _record(record: AccreditationRecord, names: Any) -> Accredited:
    return Accredited(
        number=record.registry_number,
        kind=record.kind,
        specialty=specialty(record.specialty_code),
        place=names[record.place_id].name if record.place_id in names else None,
        since=record.valid_from.astimezone(AUTHORITY_ZONE).date(),
        last=None if record.valid_to is None else last_day_of(record.valid_to),
    )


def _position(code: str) -> str:
    found = BOOKS.positions.by_code.get(code)
    return code if found is None else found.name
