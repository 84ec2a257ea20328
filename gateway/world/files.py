"""Applications of the world: whose they are, where they stand, and the story each of them tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from gateway.world.days import days_before, midnight, working_days_after
from gateway.world.people import Person
from gateway.world.places import Place
from gateway.world.records import Record
from gateway.world.scale import Scale
from resolvers.rules import procedure
from resolvers.working_days import term
from sources.books import BOOKS

# Shares of the applications that did not end with an accreditation; the rest did.
SHARES = (
    ("DRAFT", 0.04),
    ("RECEPTION", 0.04),
    ("CHECK", 0.08),
    ("APPROVAL", 0.03),
    ("REJECTED", 0.08),
    ("WITHDRAWN", 0.05),
)
OPEN = ("DRAFT", "RECEPTION", "CHECK", "APPROVAL")
CLAIMED_SHARE = {"RECEPTION": 0.15, "CHECK": 0.7, "APPROVAL": 1.0}
ALWAYS_UNCLAIMED = 1  # the first of a stage waits for an expert, so that no queue is empty

EARLIEST_DAYS, LATEST_DAYS = 5, 10
QUESTIONS = (
    "Приложите читаемую копию диплома",
    "Уточните период стажировки",
    "Приложите согласованный отчёт о профессиональной деятельности",
    "Исправьте серию и номер документа об образовании",
)
DOCUMENTS_ENCLOSED = 3
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class File:
    """One application while the world is made; `story` is its events in order: instant, kind, stage after it."""

    id: int
    applicant: Person | Place
    kind: str
    stage: str
    outcome: str | None = None
    attempt: int = 1
    created_at: datetime = BEFORE_ALL
    submitted_on: date | None = None
    submitted_at: datetime | None = None
    question: tuple[datetime, datetime, str] | None = None
    queue: str = "NONE"
    story: list[tuple[datetime, str, str]] = field(default_factory=list)

    @property
    def person(self) -> Person | None:
        """The applicant, when it is a person."""
        return self.applicant if isinstance(self.applicant, Person) else None


class Desk:
    """Writes applications, each with its story, and gives them their keys."""

    def __init__(self, today: date, stream: Random) -> None:
        self.files: list[File] = []
        self.today = today
        self.stream = stream

    def granted(self, record: Record) -> File:
        """The application that ended with the record."""
        stream = self.stream
        file = self._new(record.holder, record.kind, "DONE", "ACCREDITED")
        record.application_id = file.id
        self._submit(file, working_days_after(record.decided_on, -stream.randint(EARLIEST_DAYS, LATEST_DAYS)))
        self._check(file)
        if stream.random() < 0.2:
            self._ask(file, answered=True)
        self._approve(file, working_days_after(record.decided_on, -1))
        self._tell(file, record.decided_on, "DECIDED", "DONE")
        return file

    def refused(self, applicant: Person, kind: str, decided_on: date) -> File:
        """An application that the commission rejected."""
        file = self._new(applicant, kind, "DONE", "REJECTED")
        decided_on = working_days_after(decided_on, -1)
        self._submit(file, working_days_after(decided_on, -self.stream.randint(EARLIEST_DAYS, LATEST_DAYS)))
        self._check(file)
        self._approve(file, working_days_after(decided_on, -1))
        self._tell(file, decided_on, "DECIDED", "DONE")
        return file

    def withdrawn(self, applicant: Person, kind: str, on: date) -> File:
        """An application taken back by the applicant, some before they were submitted."""
        file = self._new(applicant, kind, "DONE", "WITHDRAWN")
        on = working_days_after(on, -1)
        if self.stream.random() < 0.3:
            self._create(file, working_days_after(on, -2))
        else:
            self._submit(file, working_days_after(on, -2))
            self._check(file)
        self._tell(file, on, "WITHDRAWN", "DONE")
        return file

    def draft(self, applicant: Person, kind: str) -> File:
        """An application that is still being written."""
        file = self._new(applicant, kind, "DRAFT")
        self._create(file, days_before(self.today, self.stream.randint(1, 30)))
        return file

    def open(self, applicant: Person, kind: str, stage: str, *, asked: bool = False) -> File:
        """An application on its way; `asked` leaves a question of the expert unanswered."""
        file = self._new(applicant, kind, stage)
        age = {"RECEPTION": (1, 1), "CHECK": (3, 6), "APPROVAL": (6, 9)}[stage]
        self._submit(file, working_days_after(self.today, -self.stream.randint(*age)))
        if stage != "RECEPTION":
            self._check(file)
        if asked:
            self._ask(file, answered=False)
        if stage == "APPROVAL":
            self._approve(file, working_days_after(self.today, -1))
        return file

    def _new(self, applicant: Person | Place, kind: str, stage: str, outcome: str | None = None) -> File:
        file = File(len(self.files) + 1, applicant, kind, stage, outcome)
        self.files.append(file)
        return file

    def _create(self, file: File, on: date) -> None:
        file.created_at = midnight(on) + timedelta(minutes=self.stream.randint(9 * 60, 11 * 60))
        file.story.append((file.created_at, "CREATED", "DRAFT"))

    def _submit(self, file: File, on: date) -> None:
        self._create(file, days_before(on, self.stream.randint(0, 9)))
        file.submitted_on = on
        file.submitted_at = self._tell(file, on, "SUBMITTED", "RECEPTION")

    def _check(self, file: File) -> None:
        if file.submitted_on is not None:
            self._tell(file, working_days_after(file.submitted_on, 1), "STAGE_CHANGED", "CHECK")

    def _ask(self, file: File, *, answered: bool) -> None:
        if file.submitted_on is None:
            return
        on = working_days_after(file.submitted_on, 2) if answered else working_days_after(self.today, -1)
        asked_at = self._tell(file, on, "CLARIFICATION_REQUESTED", "CHECK")
        if answered:
            self._tell(file, working_days_after(on, 1), "CLARIFIED", "CHECK")
        else:
            rules = procedure(file.kind, asked_at)
            deadline = term(asked_at, rules.clarification_days, rules).at
            file.question = (asked_at, deadline, self.stream.choice(QUESTIONS))

    def _approve(self, file: File, on: date) -> None:
        self._tell(file, on, "STAGE_CHANGED", "APPROVAL")

    def _tell(self, file: File, on: date, kind: str, stage: str) -> datetime:
        at = midnight(on) + timedelta(minutes=self.stream.randint(12 * 60, 18 * 60))
        file.story.append((at, kind, stage))
        return at


def build(people: Sequence[Person], records: Sequence[Record], scale: Scale, today: date, stream: Random) -> list[File]:
    """All applications in the order of their keys, the cast's applicant first."""
    desk = Desk(today, stream)
    wanted = {state: round(scale.applications * share) for state, share in SHARES}
    crowd = _crowd(people, stream)
    for person in people:
        if person.persona == "applicant":
            desk.open(person, "PERMANENT", "CHECK", asked=False).queue = "CLAIMED"
            wanted["CHECK"] -= 1
    for stage in OPEN:
        for number in range(wanted[stage]):
            _open(desk, next(crowd), stage, waits=number < ALWAYS_UNCLAIMED)
    second = round(wanted["REJECTED"] * 0.5)
    applicants = 1
    for record in _granted(records, stream)[: scale.applications - sum(wanted.values()) - applicants]:
        file = desk.granted(record)
        if second and file.person is not None and not file.person.persona and stream.random() < 0.2:
            second -= 1
            wanted["REJECTED"] -= 1
            file.attempt = 2
            desk.refused(file.person, file.kind, days_before(file.created_at.date(), stream.randint(30, 90)))
    for _ in range(wanted["REJECTED"]):
        person = next(crowd)
        desk.refused(person, _wish(person), days_before(today, stream.randint(5, 700)))
    for _ in range(wanted["WITHDRAWN"]):
        person = next(crowd)
        desk.withdrawn(person, _wish(person), days_before(today, stream.randint(5, 700)))
    return desk.files


def _open(desk: Desk, person: Person, stage: str, *, waits: bool) -> None:
    if stage == "DRAFT":
        desk.draft(person, _wish(person))
        return
    file = desk.open(person, _wish(person), stage, asked=stage == "CHECK" and desk.stream.random() < 0.25)
    claimed = desk.stream.random() < CLAIMED_SHARE[stage] and not (waits and stage != "APPROVAL")
    file.queue = "CLAIMED" if claimed else "UNCLAIMED"


def _crowd(people: Sequence[Person], stream: Random) -> Iterator[Person]:
    """Applicants outside the cast, first those who have nothing else to do than apply; each once, then over again."""
    able = [person for person in people if not person.persona and person.career not in {"NONE", "GONE"}]
    stream.shuffle(able)
    able.sort(key=lambda person: person.career != "APPLYING")
    while True:
        yield from able


def _granted(records: Sequence[Record], stream: Random) -> list[Record]:
    """Records in the order in which they get an application: the cast's first, then any."""
    cast = [record for record in records if isinstance(record.holder, Person) and record.holder.persona]
    rest = [record for record in records if not (isinstance(record.holder, Person) and record.holder.persona)]
    stream.shuffle(rest)
    return cast + rest


def _wish(person: Person) -> str:
    """What somebody in this position would apply for next."""
    if person.career != "PERMANENT":
        return "PERMANENT"
    if not person.special and BOOKS.specialties.by_code[person.trade.specialty or ""].direction:
        return "SPECIAL"
    return "PERMANENT" if person.remote else "REMOTE"
