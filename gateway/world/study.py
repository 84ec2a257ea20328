"""What people of the world have learned: education, certificates of the old system, qualification categories."""

from collections.abc import Sequence
from datetime import date
from random import Random

from gateway.world.batch import Batch
from gateway.world.days import days_before, years_after
from gateway.world.people import Person
from gateway.world.trades import HR_SPECIALIST

EDUCATION_COLUMNS = (
    "id",
    "practitioner_id",
    "kind",
    "institution",
    "specialty_code",
    "document_number",
    "completed_on",
    "hours",
)
CERTIFICATE_COLUMNS = (
    "id",
    "practitioner_id",
    "number",
    "institution",
    "specialty_code",
    "issued_on",
    "ends_on",
)
QUALIFICATION_COLUMNS = ("id", "practitioner_id", "specialty_code", "rank", "awarded_on", "ends_on")

TOWNS = (
    "Московский",
    "Тверской",
    "Сибирский",
    "Уральский",
    "Казанский",
    "Самарский",
    "Саратовский",
    "Омский",
    "Приволжский",
    "Северный",
    "Кубанский",
    "Ростовский",
    "Воронежский",
    "Волгоградский",
    "Пермский",
    "Тихоокеанский",
)
UNIVERSITIES = tuple(f"{town} государственный медицинский университет" for town in TOWNS)
COLLEGES = tuple(f"{town} областной медицинский колледж" for town in TOWNS)
BASIC_OF = {"31.08.19": "31.05.02", "31.08.18": "31.05.02", "31.08.16": "31.05.02", "32.08.14": "32.05.01"}
BASIC_OF |= {f"31.08.7{digit}": "31.05.03" for digit in range(2, 8)}
BASIC = "31.05.01"
OLD_SYSTEM = (date(2016, 1, 11), date(2020, 12, 25))
COURSE_HOURS = (36, 72, 144)


def graduated_on(person: Person) -> date:
    """The day of somebody's diploma."""
    return _summer(person, 20 if person.secondary else 23)


def education(people: Sequence[Person], today: date, stream: Random) -> Batch:
    """Basic education for everybody with a specialty, then residency and further courses."""
    rows: list[tuple[object, ...]] = []

    def add(person: Person, kind: str, institution: str, specialty: str, completed_on: date, hours: int | None) -> None:
        key = len(rows) + 1
        rows.append((key, person.id, kind, institution, specialty, f"99{key:010d}", completed_on, hours))

    for person in people:
        specialty = person.trade.specialty
        if specialty is None:
            if person.trade is HR_SPECIALIST or person.persona:
                add(person, "CPD", stream.choice(UNIVERSITIES), "31.08.71", days_before(today, 400), 72)
            continue
        diploma_on = graduated_on(person)
        if person.secondary:
            add(person, "SECONDARY", stream.choice(COLLEGES), specialty, diploma_on, None)
        else:
            university = stream.choice(UNIVERSITIES)
            add(person, "HIGHER", university, BASIC_OF.get(specialty, BASIC), diploma_on, None)
            resident_until = years_after(diploma_on, 2)
            if resident_until < person.hired_on:
                add(person, "RESIDENCY", university, specialty, resident_until, None)
        if person.persona or stream.random() < 0.5:
            course_on = days_before(today, stream.randint(30, 1_500))
            if course_on > diploma_on:
                add(person, "CPD", stream.choice(UNIVERSITIES), specialty, course_on, stream.choice(COURSE_HOURS))
    return Batch("education", EDUCATION_COLUMNS, rows)


def certificates(people: Sequence[Person], stream: Random) -> Batch:
    """Five-year certificates for those who worked before the old system ended."""
    first, last = OLD_SYSTEM
    rows: list[tuple[object, ...]] = []
    for person in people:
        specialty = person.trade.specialty
        if specialty is None or years_after(person.birth_on, 26) > first or stream.random() < 0.3:
            continue
        key = len(rows) + 1
        issued_on = days_before(last, stream.randint(0, (last - first).days))
        institution = stream.choice(COLLEGES if person.secondary else UNIVERSITIES)
        number = f"9900{key:09d}"
        rows.append((key, person.id, number, institution, specialty, issued_on, years_after(issued_on, 5)))
    return Batch("certificate", CERTIFICATE_COLUMNS, rows)


def qualifications(people: Sequence[Person], today: date, stream: Random) -> Batch:
    """Five-year categories, some of them over; older people more often hold the highest."""
    rows: list[tuple[object, ...]] = []
    for person in people:
        specialty = person.trade.specialty
        age = (today - person.birth_on).days // 365
        if specialty is None or age < 30 or (not person.persona and stream.random() < 0.4):
            continue
        rank = min(3, 1 + (age - 30) // 9)
        if rank > 1 and stream.random() < 0.4:
            earlier_on = days_before(today, stream.randint(2_000, 3_200))
            rows.append((len(rows) + 1, person.id, specialty, rank - 1, earlier_on, years_after(earlier_on, 5)))
        awarded_on = days_before(today, stream.randint(20, 1_700 if person.persona else 2_400))
        rows.append((len(rows) + 1, person.id, specialty, rank, awarded_on, years_after(awarded_on, 5)))
    return Batch("qualification", QUALIFICATION_COLUMNS, rows)


def _summer(person: Person, age: int) -> date:
    return date(person.birth_on.year + age, 6, 25)
