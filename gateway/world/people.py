"""The people of the world: who they are, where they work, and how their career stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from gateway.world import numbers
from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.days import days_before, midnight
from gateway.world.names import FullName, draw, sort_key
from gateway.world.places import Place
from gateway.world.scale import Scale
from gateway.world.trades import (
    CHIEF,
    FAMILY_DOCTOR,
    HR_SPECIALIST,
    REGISTRAR,
    SURGEON,
    THERAPIST,
    TRADES,
    WARD_NURSE,
    Trade,
)
from sources.books import BOOKS

# Who of the cast writes preferential prescriptions.
PREFERENTIAL = frozenset({"therapist", "supervisor"})
COLUMNS = (
    "id",
    "subject",
    "registry_number",
    "family_name",
    "given_name",
    "patronymic",
    "sort_name",
    "specialty_code",
    "birth_on",
    "snils",
    "inn",
    "phone",
    "email",
    "email_verified_at",
    "preferential_from",
)

UNVERIFIED_EVERY = 6  # so many of the crowd there are to one who has not proved his address

# How a career stands today; NONE needs no accreditation, GONE has left the last post.
CAREERS = ("PERMANENT", "LAPSED", "TEMPORARY", "APPLYING", "SUSPENDED", "UNDER_REVIEW", "REVOKED", "GONE")
CAREER_SHARES = (78, 5, 4, 5, 2, 2, 1, 3)


@dataclass(frozen=True, slots=True)
class Base:
    """The record that somebody's right to work rests on, or rested on; the last day is exclusive."""

    id: int
    kind: str
    valid_from: date
    valid_to: date
    in_force: bool


@dataclass(slots=True)
class Person:
    """One practitioner while the world is made; `persona` is empty for everybody but the cast."""

    id: int
    persona: str
    name: FullName
    female: bool
    trade: Trade
    career: str
    birth_on: date
    place: Place
    department: int
    hired_on: date
    left_on: date | None = None
    remote: bool = False
    special: bool = False
    second: tuple[int, int] | None = None
    organization_ids: list[int] = field(default_factory=list)
    department_ids: list[int] = field(default_factory=list)
    base: Base | None = None
    documents: range = range(0)

    @property
    def secondary(self) -> bool:
        """Whether the specialty is one of secondary education."""
        code = self.trade.specialty
        return code is not None and BOOKS.specialties.by_code[code].level == "SECONDARY"

    @property
    def doctor(self) -> bool:
        """Whether the post is a doctor's."""
        return BOOKS.positions.by_code[self.trade.position].category == "DOCTOR"

    @property
    def full_name(self) -> str:
        """Family name, given name and patronymic."""
        return " ".join(part for part in self.name if part)


@dataclass(frozen=True, slots=True)
class Part:
    """What a member of the cast is born with."""

    name: FullName
    female: bool
    trade: Trade
    career: str
    age: int
    hired_days_ago: int = 1_500
    organization: int = MAIN_HOSPITAL
    ward: str | None = None


PARTS: Mapping[str, Part] = {
    "therapist": Part(("Соколова", "Мария", "Сергеевна"), True, THERAPIST, "PERMANENT", 38),
    "surgeon": Part(("Воронцов", "Андрей", "Павлович"), False, SURGEON, "PERMANENT", 45),
    "nurse": Part(("Кузнецова", "Ольга", "Ивановна"), True, WARD_NURSE, "PERMANENT", 41),
    "intern": Part(("Фёдоров", "Илья", "Денисович"), False, THERAPIST, "TEMPORARY", 26, hired_days_ago=20),
    "telemedic": Part(("Алексеева", "Ксения", "Юрьевна"), True, FAMILY_DOCTOR, "PERMANENT", 35),
    "applicant": Part(("Комаров", "Егор", "Максимович"), False, THERAPIST, "APPLYING", 27, hired_days_ago=90),
    "lapsed": Part(("Медведев", "Григорий", "Олегович"), False, FAMILY_DOCTOR, "LAPSED", 58),
    "suspended": Part(("Королёва", "Людмила", "Петровна"), True, SURGEON, "SUSPENDED", 52),
    "registrar": Part(("Зимина", "Татьяна", "Борисовна"), True, HR_SPECIALIST, "NONE", 47),
    "head": Part(("Островский", "Константин", "Львович"), False, CHIEF, "PERMANENT", 59),
    "supervisor": Part(("Лебедев", "Николай", "Андреевич"), False, THERAPIST, "PERMANENT", 50),
    "stranger": Part(("Семёнов", "Артём", "Ильич"), False, THERAPIST, "PERMANENT", 43, organization=OTHER_HOSPITAL),
    "desk": Part(("Белова", "Ирина", "Викторовна"), True, REGISTRAR, "NONE", 33),
}


def build(scale: Scale, places: Sequence[Place], today: date, stream: Random) -> list[Person]:
    """Everybody in the order of their keys: the cast, then a chief doctor and a personnel officer for each place."""
    people = [_cast_member(key, persona, places, today) for persona, key in _cast_keys()]
    elsewhere = [place for place in places if place.id != MAIN_HOSPITAL]
    leaders = [(place, CHIEF) for place in elsewhere] + [(place, HR_SPECIALIST) for place in elsewhere]
    shares = [trade.weight for trade in TRADES]
    sizes = [3.0 if place.id == MAIN_HOSPITAL else 0.4 + stream.random() for place in places]
    crowd = scale.practitioners - len(people) - len(leaders)
    trades = stream.choices(TRADES, shares, k=crowd)
    homes = stream.choices(places, sizes, k=crowd)
    for place, trade in (*leaders, *zip(homes, trades, strict=True)):
        people.append(
            _drawn(
                len(people) + 1,
                place,
                trade,
                leader=len(people) - len(PARTS) < len(leaders),
                today=today,
                stream=stream,
            )
        )
    for person in people:
        if person.trade is CHIEF:
            person.place.head_id = person.id
    return people


def practitioners(people: Sequence[Person], stream: Random) -> Batch:
    """One row per person; some have never signed in, some left no contacts."""
    rows: list[tuple[object, ...]] = []
    for person in people:
        family, given, patronymic = person.name
        cast = bool(person.persona)
        subject = CAST[person.persona].subject if cast else f"11{person.id:08d}"
        signed_in = cast or person.trade is HR_SPECIALIST or stream.random() < 0.6
        inn = numbers.person_inn(person.id) if cast or stream.random() < 0.95 else None
        phone = numbers.phone(person.id) if cast or stream.random() < 0.95 else None
        email = numbers.email(person.id) if cast or stream.random() < 0.85 else None
        verified = email is not None and (cast or person.id % UNVERIFIED_EVERY > 0)
        rows.append(
            (
                person.id,
                subject if signed_in else None,
                f"99{person.id:08d}",
                family,
                given,
                patronymic,
                sort_key(family, given, patronymic),
                person.trade.specialty,
                person.birth_on,
                numbers.snils(person.id),
                inn,
                phone,
                email,
                midnight(person.hired_on) if verified else None,
                person.hired_on if person.persona in PREFERENTIAL else None,
            )
        )
    return Batch("practitioner", COLUMNS, rows)


def subject_of(person: Person) -> str:
    """What a token of this person names; for those who have signed in."""
    return CAST[person.persona].subject if person.persona else f"11{person.id:08d}"


def cast_birth_on(persona: str, key: int, today: date) -> date:
    """When one of the cast was born."""
    return days_before(today, PARTS[persona].age * 365 + 40 + 11 * key)


def department_heads(people: Sequence[Person]) -> dict[int, int]:
    """Who leads each department: the supervisor of the cast, elsewhere the first accredited doctor of the crowd."""
    heads: dict[int, int] = {}
    for person in people:
        if person.persona == "supervisor":
            heads[person.department] = person.id
        elif not person.persona and person.doctor and person.career == "PERMANENT":
            heads.setdefault(person.department, person.id)
    return heads


def _cast_keys() -> list[tuple[str, int]]:
    return [(name, persona.practitioner_id) for name, persona in CAST.items() if persona.practitioner_id is not None]


def _cast_member(key: int, persona: str, places: Sequence[Place], today: date) -> Person:
    part = PARTS[persona]
    place = places[part.organization - 1]
    return Person(
        id=key,
        persona=persona,
        name=part.name,
        female=part.female,
        trade=part.trade,
        career=part.career,
        birth_on=cast_birth_on(persona, key, today),
        place=place,
        department=place.department(part.ward or part.trade.ward),
        hired_on=days_before(today, part.hired_days_ago),
        remote=persona == "telemedic",
    )


def _drawn(key: int, place: Place, trade: Trade, *, leader: bool, today: date, stream: Random) -> Person:
    female = stream.random() < 0.68
    career = "NONE" if trade.specialty is None else "PERMANENT"
    if not leader and trade.specialty is not None:
        career = stream.choices(CAREERS, CAREER_SHARES)[0]
    young = career in {"APPLYING", "TEMPORARY"}
    age_days = stream.randint(24 * 365, (32 if young else 68) * 365)
    longest = min(4_500, age_days - 23 * 365)
    hired_on = days_before(today, stream.randint(70, max(71, longest)))
    left_on = None
    if career == "GONE":
        left_on = days_before(today, stream.randint(2, 60))
    return Person(
        id=key,
        persona="",
        name=draw(stream, female),
        female=female,
        trade=trade,
        career=career,
        birth_on=days_before(today, age_days),
        place=place,
        department=place.department(trade.ward),
        hired_on=hired_on,
        left_on=left_on,
        remote=not leader and career == "PERMANENT" and stream.random() < 0.06,
    )
