"""Procedures of the cast in the month before and lately, what the register said of them, and reports in each state."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

import orjson

from gateway.world.batch import Batch
from gateway.world.cast import CAST
from gateway.world.days import DAY, midnight
from gateway.world.patients import Patient
from gateway.world.people import Person
from resolvers.clinical.procedures.submitting import digest
from resolvers.clinical.reporting.period import ReportPeriod
from sources.books import BOOKS

COLUMNS = (
    "id", "patient_id", "organization_id", "practitioner_id", "department_id", "code", "book_version", "at", "ends_at",
    "count", "note", "confidentiality", "changed_at",
)  # fmt: skip
MESSAGE_COLUMNS = (
    "id", "procedure_id", "kind", "name", "status", "attempts", "next_at", "code", "number", "changed_at",
)  # fmt: skip
REPORT_COLUMNS = (
    "id", "organization_id", "practitioner_id", "starts_on", "last_on", "issue", "replaces_id", "total", "records",
    "patients", "lines", "watermark", "sha256", "submitted_by", "submitted_at", "status", "reason", "acknowledged_at",
    "version", "changed_at",
)  # fmt: skip
# Keys of procedures are records' too, beyond all that others may have.
FIRST = 65_000_000
NAMES = UUID("5d0a6a1e-7f0b-4b43-9a52-0d9e2d1f7c11")
# Who did what, for which patients, and how often each time; of the month before, one a day.
BEFORE: Sequence[tuple[str, str, Sequence[int], int]] = (
    ("nurse", "A11.02.002", (8, 8, 9, 8), 2),
    ("nurse", "A02.31.001", (8, 9, 1, 2, 4, 5, 8), 1),
    ("therapist", "B01.047.001", (1, 2, 3, 1), 1),
    ("therapist", "A05.10.004", (1, 2), 1),
    ("surgeon", "A16.01.004", (4, 5), 1),
)
LATELY: Sequence[tuple[str, str, Sequence[int], int]] = (
    ("therapist", "B01.047.001", (1,), 1),
    ("nurse", "A11.02.002", (8,), 1),
)
# What the register said, in turn.
SAID = (("ACCEPTED", None), ("ACCEPTED", None), ("REJECTED", "PERSON_POST_IN_FRMR_MISMATCH"), ("DEAD", "UNREACHABLE"))
# Whose reports, and what became of each issue.
REPORTED: Sequence[tuple[str, Sequence[tuple[str, str | None]]]] = (
    ("therapist", (("RETURNED", "TOTALS_DIFFER"), ("ACCEPTED", None))),
    ("surgeon", (("REPLACED", None), ("SUBMITTED", None))),
    ("head", (("SUBMITTED", None),)),
)
WATERMARK = "1000:1000:"

Row = tuple[object, ...]


def month_before(today: date) -> ReportPeriod:
    """The whole month before the one of a day."""
    last = today.replace(day=1) - DAY
    return ReportPeriod(starts_on=last.replace(day=1), last_on=last)


def procedures(block: Sequence[Patient], people: Sequence[Person], today: date) -> Iterator[Batch]:
    """What is made of the first block; nobody else has any."""
    rows: list[Row] = []
    if block[0].id == 1:
        cast = {person.persona: person for person in people if person.persona}
        rows = [*_done(cast, {one.id for one in block}, today)]
    yield Batch("procedure", COLUMNS, rows)
    yield Batch("procedure_message", MESSAGE_COLUMNS, [*_told(rows, today)])
    yield Batch("procedure_report", REPORT_COLUMNS, [*_reports(rows, people, today)] if rows else [])


def _done(cast: Mapping[str, Person], known: set[int], today: date) -> Iterator[Row]:
    key, month = FIRST, month_before(today)
    for made, first in ((BEFORE, month.starts_on), (LATELY, today - DAY)):
        for place, (persona, code, patients, count) in enumerate(made):
            person = cast[persona]
            for number, patient in enumerate(one for one in patients if one in known):
                day = first + number * DAY if made is BEFORE else first
                at = midnight(day) + timedelta(hours=9 + place, minutes=5 * number)
                note = "Перенёс хорошо." if number == 0 else None
                yield (
                    key, patient, person.place.id, person.id, person.department, code, BOOKS.services.version, at,
                    at + timedelta(minutes=10), count, note, "NORMAL", at,
                )  # fmt: skip
                key += 1


def _told(rows: Sequence[Row], today: date) -> Iterator[Row]:
    for number, row in enumerate(rows):
        at = row[COLUMNS.index("at")]
        assert isinstance(at, datetime)  # noqa: S101 - as `_done` made it
        old = at < midnight(today) - DAY
        status, code = SAID[number % len(SAID)] if old else ("QUEUED", None)
        yield (
            number + 1, row[0], "RECORDED", uuid5(NAMES, str(row[0])), status, {"QUEUED": 0, "DEAD": 12}.get(status, 1),
            midnight(today) if status == "QUEUED" else None, code,
            f"РМУ-{row[0]}" if status == "ACCEPTED" else None, at + timedelta(minutes=1),
        )  # fmt: skip


def _reports(rows: Sequence[Row], people: Sequence[Person], today: date) -> Iterator[Row]:
    month, key = month_before(today), 0
    cast = {person.persona: person for person in people if person.persona}
    since, until = midnight(month.starts_on), midnight(month.last_on + DAY)
    counted = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for persona, issues in REPORTED:
        person, whole = cast[persona], persona == "head"
        mine = [
            one
            for one in counted
            if since <= one["at"] < until and one["organization_id"] == person.place.id  # type: ignore[operator]
            if whole or one["practitioner_id"] == person.id
        ]
        lines = [
            {
                "code": code,
                "done": sum(one["count"] for one in mine if one["code"] == code),  # type: ignore[misc]
                "records": sum(one["code"] == code for one in mine),
                "patients": len({one["patient_id"] for one in mine if one["code"] == code}),
            }
            for code in sorted({str(one["code"]) for one in mine})
        ]
        total, replaces = sum(int(one["done"]) for one in lines), None  # type: ignore[call-overload]
        for issue, (status, reason) in enumerate(issues, 1):
            key += 1
            whose = None if whole else person.id
            submitted_at = midnight(month.last_on + DAY) + timedelta(hours=issue)
            answered_at = submitted_at + timedelta(minutes=30) if status in {"ACCEPTED", "RETURNED"} else None
            sha256 = digest(person.place.id, whose, month, issue, total, lines, WATERMARK)
            yield (
                key, person.place.id, whose, month.starts_on, month.last_on, issue, replaces, total, len(mine),
                len({one["patient_id"] for one in mine}), orjson.dumps(lines).decode(), WATERMARK, sha256,
                CAST[persona].subject, submitted_at.astimezone(UTC), status, reason, answered_at,
                1 if status == "SUBMITTED" else 2, answered_at or submitted_at,
            )  # fmt: skip
            replaces = key
