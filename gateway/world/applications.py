"""Rows of the applications of the world: the files, their history, the remarks and the cases of officers."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.days import RULES_SINCE, days_before, midnight
from gateway.world.files import DOCUMENTS_ENCLOSED, File
from gateway.world.officers import expert_subject, regulator_subject
from gateway.world.people import Person
from gateway.world.scale import Scale
from resolvers.application.due import due
from resolvers.rules import procedure
from sources.books import BOOKS

COLUMNS = (
    "id",
    "number",
    "practitioner_id",
    "holder_organization_id",
    "kind",
    "specialty_code",
    "stage",
    "outcome",
    "attempt",
    "created_at",
    "submitted_at",
    "earliest_on",
    "latest_on",
    "provisional",
    "clarification_requested_at",
    "clarification_deadline",
    "clarification_what",
    "queue",
    "document_ids",
    "organization_ids",
    "department_ids",
    "changed_at",
    "organization_id",
    "base_id",
    "directions",
    "papers",
    "consents",
    "procedure_version",
    "rejection_reasons",
)
EVENT_COLUMNS = ("id", "application_id", "at", "kind", "stage")
COMMENT_COLUMNS = ("id", "application_id", "at", "audience", "text")
CASE_COLUMNS = ("id", "officer", "practitioner_id", "application_id", "opened_at", "closed_at")

# Place among a person's documents → the slot that it fills; beyond the first ones only the cast's kinds are known.
PAPERS = {0: "PASSPORT", 1: "DIPLOMA"}
PAPERS_OF_CAST = {4: "CPD", 5: "EXPERIENCE"}

FOR_APPLICANT = (
    "Комплект документов принят к рассмотрению",
    "Срок рассмотрения указан в карточке заявления",
    "Сведения об образовании подтверждены",
    "Отчёт о профессиональной деятельности принят",
)
INTERNAL = (
    "Сверить серию диплома с реестром документов об образовании",
    "Стаж подтверждён по личным карточкам",
    "Передать на заседание комиссии",
    "Повторное обращение, предыдущее решение приложено",
)


def number_of(file: File) -> str:
    """The number of an application."""
    return f"АК-{file.created_at.year % 100:02d}-{file.id:08d}"


def applications(files: Sequence[File]) -> Batch:
    """One row per application."""
    rows: list[tuple[object, ...]] = []
    for file in files:
        person = file.person
        asked_at, deadline, what = file.question or (None, None, None)
        rows.append(
            (
                file.id,
                number_of(file),
                person.id if person else None,
                None if person else file.applicant.id,
                file.kind,
                person.trade.specialty if person else None,
                file.stage,
                file.outcome,
                file.attempt,
                file.created_at,
                file.submitted_at,
                *_due(file),
                asked_at,
                deadline,
                what,
                file.queue,
                _enclosed(file),
                person.organization_ids if person else [file.applicant.id],
                person.department_ids if person else [],
                file.story[-1][0],
                person.place.id if person else file.applicant.id,
                *_said(file),
                ["Представлен неполный комплект документов"] if file.outcome == "REJECTED" else None,
            )
        )
    return Batch("application", COLUMNS, rows)


def _filled(person: Person) -> list[tuple[str, int]]:
    """Slots for papers, each with the document of the person that fills it."""
    slots = PAPERS_OF_CAST if person.persona else PAPERS
    return [(slots[place], key) for place, key in enumerate(person.documents) if place in slots]


def _enclosed(file: File) -> list[int]:
    """Keys of the documents that an application encloses; those that fill its slots are among them."""
    if file.person is None:
        return []
    return sorted({*file.person.documents[:DOCUMENTS_ENCLOSED], *(key for _, key in _filled(file.person))})


def _due(file: File) -> tuple[object, ...]:
    """Earliest and latest day of the decision, and whether they are provisional; a draft has none."""
    if file.submitted_at is None:
        return None, None, False
    given = iter([at for at, kind, _ in file.story if kind == "CLARIFIED"])
    asked = [(at, next(given, None)) for at, kind, _ in file.story if kind == "CLARIFICATION_REQUESTED"]
    found = due(file.submitted_at, procedure(file.kind, max(file.submitted_at, RULES_SINCE)), asked)
    return found["earliest_on"], found["latest_on"], found["provisional"]


def _said(file: File) -> tuple[object, ...]:
    """Base, directions, papers, consents and rules of an application; a draft says nothing yet."""
    person = file.person
    if person is None or file.submitted_at is None or file.submitted_at < RULES_SINCE:
        return None, [], "{}", "{}", None
    rules = procedure(file.kind, file.submitted_at)
    specialty = BOOKS.specialties.by_code[person.trade.specialty or ""]
    stands = bool(rules.bases) and person.base is not None
    filled = {slot: [key] for slot, key in _filled(person)}
    agreed = {kind: {"version": version, "at": f"{file.created_at:%FT%TZ}"} for kind, version in rules.consents.items()}
    return (
        person.base.id if stands and person.base is not None else None,
        [specialty.direction] if rules.directions and specialty.direction else [],
        json.dumps(filled),
        json.dumps(agreed),
        rules.version,
    )


def events(files: Sequence[File]) -> Batch:
    """The legal history of each application, oldest first."""
    rows: list[tuple[object, ...]] = []
    for file in files:
        for at, kind, stage in file.story:
            rows.append((len(rows) + 1, file.id, at, kind, stage))
    return Batch("application_event", EVENT_COLUMNS, rows)


def comments(files: Sequence[File], stream: Random) -> Batch:
    """Remarks for the applicant and for the commission, once a file has been looked at."""
    rows: list[tuple[object, ...]] = []
    for file in files:
        looked_at = next((at for at, _, stage in file.story if stage == "CHECK"), None)
        if looked_at is None:
            continue
        always = file.queue == "CLAIMED"
        for audience, texts in (("APPLICANT", FOR_APPLICANT), ("INTERNAL", INTERNAL)):
            if always or stream.random() < 0.5:
                at = looked_at + timedelta(minutes=stream.randint(10, 300))
                rows.append((len(rows) + 1, file.id, at, audience, stream.choice(texts)))
    return Batch("application_comment", COMMENT_COLUMNS, rows)


def review_cases(files: Sequence[File], people: Sequence[Person], scale: Scale, today: date, stream: Random) -> Batch:
    """An open case for each claimed application, closed ones of the past, and the regulators' inquiries."""
    rows: list[tuple[object, ...]] = []

    def add(officer: str, person: Person, application: int | None, opened: object, closed: object) -> None:
        rows.append((len(rows) + 1, officer, person.id, application, opened, closed))

    for file in files:
        person = file.person
        if person is None or file.submitted_at is None:
            continue
        officer = expert_subject(stream.randint(1, scale.experts))
        opened_at = file.submitted_at + timedelta(hours=1)
        if file.queue == "CLAIMED":
            add(CAST["expert"].subject if person.persona == "applicant" else officer, person, file.id, opened_at, None)
        elif file.stage == "DONE" and stream.random() < 0.3:
            add(officer, person, file.id, opened_at, file.story[-1][0])
    for person in people:
        if person.persona == "suspended":
            add(CAST["regulator"].subject, person, None, midnight(days_before(today, 10)), None)
        elif not person.persona and person.career == "SUSPENDED":
            opened_at = midnight(days_before(today, stream.randint(40, 90)))
            closed = stream.random() < 0.5
            add(regulator_subject(1), person, None, opened_at, midnight(days_before(today, 20)) if closed else None)
    return Batch("review_case", CASE_COLUMNS, rows)
