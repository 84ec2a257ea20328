"""What the cast were told of their applications, and a notice to everybody."""

import json
from collections.abc import Sequence
from datetime import date, timedelta

from gateway.world.applications import number_of
from gateway.world.batch import Batch
from gateway.world.cast import CAST, MAIN_HOSPITAL
from gateway.world.days import midnight
from gateway.world.files import File
from gateway.world.people import Person
from gateway.world.records import Record, protocol_of
from resolvers.telling.texts import masked

COLUMNS = (
    "id", "subject", "kind", "at", "template", "parameters", "application_id", "accreditation_id", "read_at",
    "document_id", "practitioner_id", "organization_id",
)  # fmt: skip
NOTHING_ELSE = (None, None, None)
NOTICE_COLUMNS = ("id", "at", "starts_at", "ends_at", "text_ru", "text_en")

# One of the cast, and a report of his on his work.
CHECKED = ("surgeon", 14)
LEADERS = ("head", "registrar")  # of the hospital where the cast work
TEMPLATES = {
    "SUBMITTED": "application_submitted",
    "STAGE_CHANGED": "application_advanced",
    "CLARIFICATION_REQUESTED": "clarification_requested",
    "CLARIFIED": "application_clarified",
    "DECIDED": "decision_granted",
}


def messages(files: Sequence[File], records: Sequence[Record], today: date) -> Batch:
    """What each step of an application of the cast told; what is decided has been read. And what was suspended."""
    rows: list[tuple[object, ...]] = []
    granted = {record.application_id: record for record in records if record.application_id is not None}
    for file in files:
        if file.person is None or not file.person.persona:
            continue
        record = granted.get(file.id)
        for at, kind, stage in file.story:
            if kind not in TEMPLATES:
                continue
            decided = record if kind == "DECIDED" else None
            said = {"application": number_of(file), "kind": file.kind, "stage": stage}
            if decided is not None:
                said["protocol"] = protocol_of(decided)
            rows.append(
                (
                    len(rows) + 1,
                    CAST[file.person.persona].subject,
                    "APPLICATION_STATUS" if decided is None else "DECISION",
                    at,
                    TEMPLATES[kind],
                    json.dumps(said, ensure_ascii=False),
                    file.id,
                    None if decided is None else decided.id,
                    None if file.outcome is None else at + timedelta(hours=3),
                    *NOTHING_ELSE,
                )
            )
    for record in records:
        told = _of_suspension(record, today)
        rows += [(key, *one) for key, one in enumerate(told, len(rows) + 1)]
    rows += [(key, *one) for key, one in enumerate(_of_things(today), len(rows) + 1)]
    return Batch("message", COLUMNS, rows)


def _of_suspension(record: Record, today: date) -> list[tuple[object, ...]]:
    """What the suspension of a record told its holder, who is one of the cast, and those who lead where he works."""
    holder, at = record.holder, record.changed_at(today)
    if record.state != "SUSPENDED" or not isinstance(holder, Person) or not holder.persona:
        return []
    said = json.dumps({"record": masked(record.registry_number), "kind": record.kind}, ensure_ascii=False)
    own = (holder.persona, "ACCREDITATION_STATUS", "accreditation_suspended")
    told = [own, *((leader, "STAFF_ACCREDITATION", "staff_suspended") for leader in LEADERS)]
    return [
        (
            CAST[persona].subject,
            kind,
            at,
            template,
            said,
            None,
            record.id,
            None,
            None,
            None if one is own else holder.id,
            None,
        )
        for one in told
        for persona, kind, template in (one,)
    ]


def _of_things(today: date) -> list[tuple[object, ...]]:
    """A check that a document of one of the cast did not pass, and what those who lead are told of a licence."""
    at = midnight(today - timedelta(days=3))
    persona, document = CHECKED
    failed = json.dumps({"paper": "EXPERIENCE", "fault": "RESOLUTION"})
    stopped = json.dumps({"record": "…0001"}, ensure_ascii=False)
    found: list[tuple[str, str, str, str, int | None, int | None]] = [
        (persona, "DOCUMENT_WARNING", "document_failed", failed, document, None)
    ]
    found += [(leader, "LICENSE_UPDATE", "licence_active", stopped, None, MAIN_HOSPITAL) for leader in LEADERS]
    return [
        (CAST[who].subject, kind, at, template, said, None, None, at, document_id, None, place)
        for who, kind, template, said, document_id, place in found
    ]


def service_notices(today: date) -> Batch:
    """Works that are announced, and works that are over."""
    rows = [
        (
            number,
            midnight(today + timedelta(days=days - 7)),
            midnight(today + timedelta(days=days)) + timedelta(hours=1),
            midnight(today + timedelta(days=days)) + timedelta(hours=3),
            "Плановые работы: подача заявлений будет недоступна два часа.",
            "Planned works: applications cannot be submitted for two hours.",
        )
        for number, days in ((1, -20), (2, 5))
    ]
    return Batch("service_notice", NOTICE_COLUMNS, rows)
