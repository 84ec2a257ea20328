"""Charts of the world as rows: the columns of each table, a block of charts, and the staff who make them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from gateway.world.batch import Batch
from gateway.world.days import midnight
from gateway.world.patients import Patient
from gateway.world.people import Person
from gateway.world.posts import Post

WORDS: Mapping[str, Sequence[str]] = json.loads(Path(__file__).with_name("charts.json").read_text(encoding="utf-8"))

# What is in a long chart; of what is observed, two in five are results of the laboratory.
LONG: Mapping[str, int] = {"encounters": 20, "observations": 50, "notes": 20}

_RECORD = ("confidentiality", "special_kind", "changed_at")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "episode": (
        "id", "patient_id", "organization_id", "practitioner_id", "department_id", "kind", "basis", "at", "ends_at",
        "outcome", *_RECORD,
    ),
    "encounter": (
        "id", "patient_id", "episode_id", "organization_id", "practitioner_id", "department_id", "employment_id",
        "booking_id", "shift_id", "kind", "at", "ends_at", *_RECORD,
    ),
    "condition": (
        "id", "patient_id", "encounter_id", "organization_id", "practitioner_id", "kind", "code", "book_version",
        "certainty", "at", "began_on", "wording", *_RECORD,
    ),
    "observation": (
        "id", "patient_id", "encounter_id", "organization_id", "practitioner_id", "code", "book_version", "value",
        "unit", "words", "low", "high", "flag", "at", *_RECORD,
    ),
    "imaging_study": (
        "id", "patient_id", "encounter_id", "organization_id", "practitioner_id", "modality", "at", "link",
        "conclusion", *_RECORD,
    ),
    "note": (
        "id", "patient_id", "encounter_id", "episode_id", "organization_id", "practitioner_id", "kind", "at", "text",
        "text_version", "state", "cosigner_id", "signer_id", "signed_at", "accreditation_id", "employment_id", "sha256",
        *_RECORD,
    ),
}  # fmt: skip
COLUMNS = {**COLUMNS, "laboratory_result": COLUMNS["observation"]}

Row = tuple[object, ...]


@dataclass(slots=True)
class Staff:
    """Who of the world makes records, and where they stood: doctors and nurses of each place, posts, shifts, papers."""

    doctors: dict[int, list[Person]]
    nurses: dict[int, list[Person]]
    posts: dict[int, int]
    shifts: dict[int, list[tuple[int, datetime, datetime]]]
    documents: dict[int, list[int]]


@dataclass(slots=True)
class Stay:
    """An episode of care as relations need it."""

    id: int
    patient: Patient
    doctor: Person
    department: int
    inpatient: bool
    at: datetime
    ends_at: datetime | None


@dataclass(slots=True)
class Chart:
    """What a block of patients has: rows by table, episodes, notes that are restricted, documents of encounters.

    Attributes:
        documents: the keys of a document, of the patient, of the encounter, of who met him, and of where.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    stays: list[Stay] = field(default_factory=list)
    restricted: list[tuple[int, Patient, int]] = field(default_factory=list)
    documents: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def batches(self) -> Iterator[Batch]:
        """The rows table by table, each after those it points at."""
        for table in COLUMNS:
            yield Batch(table, COLUMNS[table], self.rows[table])


@dataclass(slots=True)
class Share:
    """How many of something each patient has, so that all together have exactly so many.

    Attributes:
        long, each: the keys of patients with long charts, and how many each of those has.
    """

    total: int
    patients: int
    long: range = range(0)
    each: int = 0

    def of(self, key: int) -> int:
        """How many the patient of a key has; keys begin with 1."""
        if key in self.long:
            return self.each
        total, patients = self.total - self.each * len(self.long), self.patients - len(self.long)
        number = key if key < self.long.start else key - len(self.long)
        return total * number // patients - total * (number - 1) // patients


def staff_of(
    people: Sequence[Person], posts: Sequence[Post], shifts: Batch, documents: Mapping[int, list[int]], today: date
) -> Staff:
    """Doctors and nurses who work and are accredited, with what their records point at."""
    doctors: dict[int, list[Person]] = {}
    nurses: dict[int, list[Person]] = {}
    for person in people:
        if person.left_on is None and person.base is not None and person.base.in_force and not person.persona:
            (doctors if person.doctor else nurses).setdefault(person.place.id, []).append(person)
    main = {post.person.id: key for key, post in enumerate(posts, start=1) if post.kind == "MAIN" and not post.ends_on}
    now, past = midnight(today), dict[int, list[tuple[int, datetime, datetime]]]()
    places = [shifts.columns.index(name) for name in ("id", "practitioner_id", "starts_at", "ends_at")]
    for row in shifts.rows:
        key, person_id, starts_at, ends_at = (row[place] for place in places)
        if isinstance(ends_at, datetime) and ends_at <= now:
            past.setdefault(person_id, []).append((key, starts_at, ends_at))  # type: ignore[arg-type]
    return Staff(doctors, nurses, main, past, {key: [*found] for key, found in documents.items()})
