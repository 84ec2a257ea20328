"""Records of accreditation of the world, of all kinds and states, with their decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL
from gateway.world.days import DAY, RULES_SINCE, days_before, midnight, working_days_after, years_after
from gateway.world.people import Base, Person
from gateway.world.places import Place
from gateway.world.scale import Scale
from resolvers.rules import access_terms, procedure
from sources.books import BOOKS

COLUMNS = (
    "id",
    "registry_number",
    "practitioner_id",
    "holder_organization_id",
    "kind",
    "procedure",
    "specialty_code",
    "directions",
    "state",
    "valid_from",
    "valid_to",
    "base_id",
    "supervisor_id",
    "purpose",
    "application_id",
    "place_id",
    "organization_ids",
    "department_ids",
    "changed_at",
    "state_reason",
)
CONSENT_COLUMNS = ("practitioner_id", "confirmed_at", "version")
DECISION_COLUMNS = ("accreditation_id", "protocol_number", "decided_on", "authority", "summary")

STATES = {"SUSPENDED": "SUSPENDED", "UNDER_REVIEW": "UNDER_REVIEW", "REVOKED": "REVOKED"}
PURPOSES = ("INTERNSHIP", "TEMPORARY_TASK", "AWAITING_DECISION")
SUMMARIES: Mapping[str, str] = {
    "PERMANENT": "Признан прошедшим аккредитацию специалиста",
    "TEMPORARY": "Допущен к работе под наблюдением",
    "SPECIAL": "Допущен к работам по направлению",
    "REMOTE": "Допущен к оказанию помощи с применением телемедицинских технологий",
    "ORGANISATIONAL": "Организация аккредитована",
}
# Why the regulator stopped a record, or has it checked again; one of these for each.
REASONS: Mapping[str, Sequence[str]] = {
    "SUSPENDED": (
        "Приостановлена до окончания проверки сведений о стаже работы",
        "Приостановлена до подтверждения повышения квалификации",
    ),
    "UNDER_REVIEW": ("Назначена повторная проверка документов об образовании",),
    "REVOKED": ("Аннулирована: документы об образовании не подтверждены образовательной организацией",),
}
CHANGED_DAYS_AGO = 10  # when that was done, for those of the cast and for everybody
PERIODIC_AGE = 33 * 365


@dataclass(slots=True)
class Record:
    """One record while the world is made; `valid_to` is the first day after it."""

    id: int
    holder: Person | Place
    kind: str
    procedure: str
    state: str
    valid_from: date
    valid_to: date | None
    base_id: int | None = None
    directions: list[str] = field(default_factory=list)
    supervisor_id: int | None = None
    purpose: str | None = None
    application_id: int | None = None

    @property
    def reason(self) -> str | None:
        """Why the record is not simply in force, where somebody decided that."""
        reasons = REASONS.get(self.state)
        return reasons[self.id % len(reasons)] if reasons else None

    def changed_at(self, today: date) -> datetime | None:
        """When that was decided: some days ago, or on the last day of a record that is over."""
        day = days_before(today, CHANGED_DAYS_AGO)
        day = max(min(day, self.valid_to or day), self.valid_from)
        return midnight(day) + timedelta(hours=11) if self.reason else None

    @property
    def registry_number(self) -> str:
        """Its number in the register."""
        return f"99{self.valid_from.year % 100:02d}{self.id:010d}"

    @property
    def decided_on(self) -> date:
        """The last working day that is not after the first day of the record."""
        return working_days_after(self.valid_from + DAY, -1)


class Registry:
    """Gives records their keys and trainees their supervisors."""

    def __init__(self, people: Sequence[Person], today: date, stream: Random) -> None:
        self.records: list[Record] = []
        self.today = today
        self.stream = stream
        self._supervisors: dict[int, list[int]] = {}
        for person in people:
            if person.career == "PERMANENT" and person.doctor and person.persona in {"", "supervisor"}:
                self._supervisors.setdefault(person.place.id, []).append(person.id)

    def add(
        self, holder: Person | Place, kind: str, procedure: str, state: str, term: tuple[date, date | None]
    ) -> Record:
        """A new record with the next key."""
        record = Record(len(self.records) + 1, holder, kind, procedure, state, *term)
        self.records.append(record)
        return record

    def add_trainee(self, person: Person, state: str, term: tuple[date, date]) -> Record:
        """A TEMPORARY record, under a doctor of the same place where there is one."""
        legacy = not person.persona and self.stream.random() < 0.2
        record = self.add(person, "TEMPORARY", "CERTIFICATE_LEGACY" if legacy else "ADMISSION_WITHOUT", state, term)
        supervisors = self._supervisors.get(person.place.id, [])
        cast = CAST["supervisor"].practitioner_id
        if person.persona or not supervisors or supervisors == [person.id]:
            record.supervisor_id = cast
        else:
            while record.supervisor_id in {None, person.id}:
                record.supervisor_id = self.stream.choice(supervisors)
        record.purpose = PURPOSES[2] if legacy else PURPOSES[0] if person.persona else self.stream.choice(PURPOSES)
        return record


def build(people: Sequence[Person], places: Sequence[Place], scale: Scale, today: date, stream: Random) -> list[Record]:
    """All records in the order of their keys; tells each person the base of the right to work."""
    registry = Registry(people, today, stream)
    for place in places:
        if place.id == MAIN_HOSPITAL or stream.random() < 0.9:
            _organisational(registry, place)
    oldest: dict[int, Record] = {}
    for person in people:
        base = _base(registry, person)
        if base is None:
            continue
        oldest[person.id] = base
        _additions(registry, person, base)
        if person.persona == "therapist":
            _earlier(registry, person, oldest, superseded=True)
    crowd = [person for person in people if not person.persona and person.id in oldest]
    stream.shuffle(crowd)
    for index in range(scale.accreditations - len(registry.records)):
        _earlier(registry, crowd[index % len(crowd)], oldest, superseded=stream.random() < 0.5)
    return registry.records


def accreditations(records: Sequence[Record], today: date) -> Batch:
    """One row per record."""
    rows: list[tuple[object, ...]] = []
    for record in records:
        holder = record.holder
        person = holder if isinstance(holder, Person) else None
        rows.append(
            (
                record.id,
                record.registry_number,
                person.id if person else None,
                None if person else holder.id,
                record.kind,
                record.procedure,
                person.trade.specialty if person else None,
                record.directions,
                record.state,
                midnight(record.valid_from),
                midnight(record.valid_to) if record.valid_to else None,
                record.base_id,
                record.supervisor_id,
                record.purpose,
                record.application_id,
                person.place.id if person else holder.id,
                person.organization_ids if person else [holder.id],
                person.department_ids if person else [],
                record.changed_at(today),
                record.reason,
            )
        )
    return Batch("accreditation", COLUMNS, rows)


def protocol_of(record: Record) -> str:
    """The number of the protocol behind a record."""
    return f"{record.decided_on:%y%m}-{record.id}"


def decisions(records: Sequence[Record]) -> Batch:
    """The decision of the commission behind each record."""
    return Batch(
        "decision",
        DECISION_COLUMNS,
        [
            (
                record.id,
                protocol_of(record),
                record.decided_on,
                procedure(record.kind, max(midnight(record.decided_on), RULES_SINCE)).authority,
                SUMMARIES[record.kind],
            )
            for record in records
        ],
    )


def consents(records: Sequence[Record], today: date) -> Batch:
    """Whoever was ever accredited has agreed to the terms of access: since his first record, or their first day."""
    first: dict[int, date] = {}
    for record in records:
        if isinstance(record.holder, Person):
            first[record.holder.id] = min(record.valid_from, first.get(record.holder.id, record.valid_from))
    terms = access_terms(midnight(today))
    rows = [(key, max(midnight(day), terms.in_force_from), terms.version) for key, day in sorted(first.items())]
    return Batch("access_consent", CONSENT_COLUMNS, rows)


def _organisational(registry: Registry, place: Place) -> None:
    stream = registry.stream
    valid_from = days_before(registry.today, stream.randint(100, 1_400))
    valid_to = years_after(valid_from, 5) if stream.random() < 0.6 else None
    state = "ACTIVE"
    if place.id != MAIN_HOSPITAL:
        state = stream.choices(("ACTIVE", "SUSPENDED", "UNDER_REVIEW", "REVOKED"), (90, 4, 4, 2))[0]
    registry.add(place, "ORGANISATIONAL", "NONE", state, (valid_from, valid_to))


def _base(registry: Registry, person: Person) -> Record | None:
    """The newest record that the post rests on, with the state that the career says."""
    if person.career in {"NONE", "APPLYING"}:
        return None
    stream, today = registry.stream, registry.today
    if person.career == "TEMPORARY":
        valid_from = days_before(today, 20 if person.persona else stream.randint(3, 28))
        length = 60 if person.persona else stream.randint(30, 90)
        record = registry.add_trainee(person, "ACTIVE", (valid_from, valid_from + timedelta(days=length)))
    else:
        age = (today - person.birth_on).days
        if person.career == "LAPSED":
            valid_to = today if person.persona else days_before(today, stream.randint(0, 400))
            valid_from = years_after(valid_to, -5)
        else:
            longest = max(31, min(1_790, age - 23 * 365))
            valid_from = days_before(today, 700 if person.persona else stream.randint(30, longest))
            valid_to = years_after(valid_from, 5)
        procedure = "PRIMARY" if person.secondary else "PRIMARY_SPECIALISED"
        if age > PERIODIC_AGE:
            procedure = "PERIODIC"
        state = STATES.get(person.career, "ACTIVE")
        record = registry.add(person, "PERMANENT", procedure, state, (valid_from, valid_to))
    if record.valid_to is not None:
        in_force = record.state == "ACTIVE" and record.valid_to > today
        person.base = Base(record.id, record.kind, record.valid_from, record.valid_to, in_force)
    return record


def _additions(registry: Registry, person: Person, base: Record) -> None:
    """The SPECIAL and REMOTE records that stand on the base."""
    stream = registry.stream
    specialty = BOOKS.specialties.by_code[person.trade.specialty or ""]
    longest = (min(base.valid_to or registry.today, registry.today) - base.valid_from).days
    term = (base.valid_from + timedelta(days=stream.randrange(longest)), base.valid_to)
    wanted = person.persona == "surgeon" if person.persona else stream.random() < 0.6
    if specialty.direction and wanted and base.kind == "PERMANENT":
        special = registry.add(person, "SPECIAL", "NONE", base.state, term)
        special.directions = [specialty.direction]
        special.base_id = base.id
        person.special = True
    if person.remote:
        remote = registry.add(person, "REMOTE", "NONE", base.state, term)
        remote.base_id = base.id


def _earlier(registry: Registry, person: Person, oldest: dict[int, Record], *, superseded: bool) -> None:
    """The record before the oldest one of a person."""
    after = oldest[person.id]
    stream = registry.stream
    if after.kind == "TEMPORARY" or after.procedure != "PERIODIC":
        valid_to = days_before(after.valid_from, stream.randint(0, 60))
        term = (days_before(valid_to, stream.randint(30, 90)), valid_to)
        oldest[person.id] = registry.add_trainee(person, "ACTIVE", term)
        return
    valid_to = after.valid_from + timedelta(days=stream.randint(1, 250)) if superseded else after.valid_from
    state = "SUPERSEDED" if superseded else stream.choices(("ACTIVE", "REVOKED"), (97, 3))[0]
    valid_from = years_after(valid_to, -5)
    procedure = "PERIODIC" if stream.random() < 0.5 else "PRIMARY" if person.secondary else "PRIMARY_SPECIALISED"
    oldest[person.id] = registry.add(person, "PERMANENT", procedure, state, (valid_from, valid_to))
