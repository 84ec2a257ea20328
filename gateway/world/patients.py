"""Patients of the world, who speaks for them, and the accounts that are theirs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from gateway.world import numbers
from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.days import DAY, days_before, midnight
from gateway.world.names import FullName, draw
from gateway.world.people import Person
from gateway.world.places import Place

COLUMNS = (
    "id", "organization_id", "sex", "family_name", "given_name", "patronymic", "birth_on", "insurance_number", "phone",
    "email", "address", "changed_at",
)  # fmt: skip
REPRESENTATIVE_COLUMNS = (
    "id", "patient_id", "organization_id", "kind", "family_name", "given_name", "patronymic", "phone", "basis",
    "starts_at", "ends_at", "changed_at",
)  # fmt: skip
ACCOUNT_COLUMNS = (
    "id", "patient_id", "organization_id", "subject", "kind", "representative_id", "starts_at", "ends_at",
)  # fmt: skip

# Each of these has so many patients, the first ones of the world, in this order: one under care, one by another
# relation, one whose care is over.
CARING = (
    "therapist", "surgeon", "nurse", "intern", "telemedic", "applicant", "lapsed", "suspended", "head", "supervisor",
    "stranger",
)  # fmt: skip
EACH = 3
UNDER_CARE, RELATED, PAST = range(EACH)
OF_CAST = len(CARING) * EACH
# Whose own account is which patient's, and for whom it speaks: a child.
OWN = {1: "patient", CARING.index("stranger") * EACH + PAST + 1: "therapist"}
CHILD = 2
SPEAKS_FOR_CHILD = "patient"
ADULT = 18
STREETS = ("Садовая", "Лесная", "Школьная", "Заречная", "Новая", "Полевая", "Центральная")


@dataclass(slots=True)
class Patient:
    """One patient while the world is made; `carer` is the one of the cast whose patient he is, `part` how.

    A `regular` one has come for years, and has a long chart.
    """

    id: int
    name: FullName
    female: bool
    birth_on: date
    place: Place
    carer: Person | None = None
    part: int = 0
    regular: bool = False

    def age(self, today: date) -> int:
        """Years of age, near enough."""
        return (today - self.birth_on).days // 365


def regulars(count: int) -> range:
    """The keys of so many patients with long charts: they follow those of the cast."""
    return range(OF_CAST + 1, OF_CAST + 1 + count)


def build(
    keys: range, people: Sequence[Person], places: Sequence[Place], long: range, today: date, stream: Random
) -> list[Patient]:
    """The patients of some keys; those of the cast come first, then the therapist's regulars, whose keys are `long`."""
    cast = {person.persona: person for person in people if person.persona}
    weights = [3.0 if place.id == 1 else 1.0 for place in places]
    homes = stream.choices(places, weights, k=len(keys))
    made: list[Patient] = []
    for key, place in zip(keys, homes, strict=True):
        female = stream.random() < 0.54
        youngest, oldest = (2, 9) if key == CHILD else (25, 60) if key in OWN or key in long else (0, 92)
        birth_on = days_before(today, stream.randint(youngest * 365, oldest * 365) + 1)
        patient = Patient(key, draw(stream, female), female, birth_on, place)
        if key <= OF_CAST:
            patient.carer = cast[CARING[(key - 1) // EACH]]
            patient.part = (key - 1) % EACH
        elif key in long:
            patient.carer, patient.part, patient.regular = cast["therapist"], UNDER_CARE, True
        if patient.carer is not None:
            patient.place = patient.carer.place
        made.append(patient)
    if keys.start == 1:
        therapist = cast["therapist"]
        himself = made[next(key for key, persona in OWN.items() if persona == "therapist") - 1]
        himself.name, himself.female, himself.birth_on = therapist.name, therapist.female, therapist.birth_on
    return made


def patients(people: Sequence[Patient], today: date, stream: Random) -> Batch:
    """One row per patient; some have no number of insurance, some left no contacts."""
    rows: list[tuple[object, ...]] = []
    registered = midnight(days_before(today, 400))
    for one in people:
        insured = one.carer is not None or stream.random() < 0.97
        left = one.carer is not None or stream.random() < 0.8
        address = f"г. Заречный, ул. {stream.choice(STREETS)}, д. {stream.randint(1, 90)}"
        rows.append(
            (
                one.id, one.place.id, "FEMALE" if one.female else "MALE", *one.name, one.birth_on,
                numbers.insurance_number(one.id) if insured else None,
                numbers.patient_phone(one.id) if left else None,
                numbers.patient_email(one.id) if left else None,
                address if left else None, max(registered, midnight(one.birth_on + DAY * stream.randint(2, 9))),
            )
        )  # fmt: skip
    return Batch("patient", COLUMNS, rows)


def families(people: Sequence[Patient], today: date, stream: Random, keys: Iterator[int]) -> Iterator[Batch]:
    """Representatives of children, and the accounts of patients and of those who represent them."""
    since = midnight(days_before(today, 200))
    representatives: list[tuple[object, ...]] = []
    accounts: list[tuple[object, ...]] = []
    for one in people:
        if one.id in OWN:
            accounts.append((next(keys), one.id, one.place.id, CAST[OWN[one.id]].subject, "SELF", None, since, None))
        elif one.age(today) < ADULT:
            key, female = next(keys), stream.random() < 0.7
            _, given, patronymic = draw(stream, female)
            family = one.name[0] if one.female == female else _other(one.name[0], female)
            grown = midnight(one.birth_on.replace(year=one.birth_on.year + ADULT, day=min(one.birth_on.day, 28)))
            basis = f"Свидетельство о рождении, запись акта № {900_000 + one.id}"
            representatives.append(
                (
                    key, one.id, one.place.id, "PARENT", family, given, patronymic, numbers.patient_phone(one.id),
                    basis, min(since, grown - timedelta(days=1)), grown, since,
                )
            )  # fmt: skip
            subject = CAST[SPEAKS_FOR_CHILD].subject if one.id == CHILD else f"15{one.id:08d}"
            if one.id == CHILD or stream.random() < 0.3:
                began = min(since, grown - timedelta(days=1))
                accounts.append((next(keys), one.id, one.place.id, subject, "REPRESENTATIVE", key, began, grown))
        elif stream.random() < 0.4 and one.carer is None:
            # Those of the cast's patients who have one stand above, on whichever day the world does.
            accounts.append((next(keys), one.id, one.place.id, f"14{one.id:08d}", "SELF", None, since, None))
    yield Batch("representative", REPRESENTATIVE_COLUMNS, representatives)
    yield Batch("account", ACCOUNT_COLUMNS, accounts)


def _other(family: str, female: bool) -> str:
    """A family name as the other sex bears it."""
    if female:
        return f"{family[:-2]}ая" if family.endswith("ий") else f"{family}а"
    return f"{family[:-2]}ий" if family.endswith("ая") else family[:-1]
