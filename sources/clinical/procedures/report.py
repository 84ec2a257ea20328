"""Reports on procedures that were submitted to a registration office: frozen, each version naming the one before.

What is in one never changes: a trigger keeps it, and its digest says what it was. How far it has come changes, once.
Nothing of patients stands there but numbers, and a reason is one of a list: what anybody could write of a patient would
have no key to be sealed under.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    any_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.tables import metadata, versioned
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity
from sources.postgres.writing import Unit

STATUSES = "'SUBMITTED','ACCEPTED','RETURNED','REPLACED'"
REASONS = "'TOTALS_DIFFER','PERIOD_INCOMPLETE','SERVICE_NOT_PROVIDED','DUPLICATE'"

procedure_report = Table(
    "procedure_report",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("organization_id", BigInteger, nullable=False),
    Column("practitioner_id", BigInteger),  # whose work it is; none where it is of the whole organisation
    Column("starts_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("issue", Integer, CheckConstraint("issue >= 1"), nullable=False),
    Column("replaces_id", BigInteger, ForeignKey("procedure_report.id")),
    Column("total", Integer, CheckConstraint("total >= 0"), nullable=False),
    Column("records", Integer, CheckConstraint("records >= 0"), nullable=False),
    Column("patients", Integer, CheckConstraint("patients >= 0"), nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("watermark", Text, nullable=False),  # which transactions of the store were counted
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'"), nullable=False),
    Column("submitted_by", Text, nullable=False),  # the account
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, CheckConstraint(f"status IN ({STATUSES})"), nullable=False, server_default="SUBMITTED"),
    Column("reason", Text, CheckConstraint(f"reason IN ({REASONS})")),
    Column("acknowledged_at", DateTime(timezone=True)),
    *versioned(),
    CheckConstraint("last_on >= starts_on", name="procedure_report_period"),
    CheckConstraint("(issue = 1) = (replaces_id IS NULL)", name="procedure_report_issue"),
    CheckConstraint("(status = 'RETURNED') = (reason IS NOT NULL)", name="procedure_report_reason"),
    CheckConstraint(
        "(status IN ('ACCEPTED','RETURNED')) = (acknowledged_at IS NOT NULL)", name="procedure_report_answered"
    ),
    UniqueConstraint(
        "organization_id", "practitioner_id", "starts_on", "last_on", "issue",
        name="one_report_of_an_issue", postgresql_nulls_not_distinct=True,
    ),
    Index("procedure_report_by_place", "organization_id", "submitted_at", "id"),
    Index("procedure_report_by_practitioner", "practitioner_id", "submitted_at", "id"),
)  # fmt: skip


class ReportRecord(Row):
    """A report that was submitted; `lines` are code, how often, of how many records and people, by codes."""

    id: int
    organization_id: int
    practitioner_id: int | None
    starts_on: date
    last_on: date
    issue: int
    replaces_id: int | None
    total: int
    records: int
    patients: int
    lines: str
    watermark: str
    sha256: str
    submitted_by: str
    submitted_at: datetime
    status: str
    reason: str | None
    acknowledged_at: datetime | None
    version: int
    changed_at: datetime


REPORT: Final = Entity(
    ReportRecord,
    procedure_report,
    filters={
        "organization": (BigInteger(), lambda value: procedure_report.c.organization_id == value),
        "status": (ARRAY(Text), lambda value: procedure_report.c.status == any_(value)),
    },
)
_HELD = "SELECT * FROM procedure_report WHERE {seen} FOR UPDATE"
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('procedure report ' || $1, 0))"
_LATEST = """
SELECT * FROM procedure_report
WHERE organization_id = $1 AND practitioner_id IS NOT DISTINCT FROM $2 AND starts_on = $3 AND last_on = $4
ORDER BY issue DESC LIMIT 1 FOR UPDATE
"""
_NEXT = "SELECT nextval(pg_get_serial_sequence('procedure_report', 'id')) AS id"
_OF_EVENTS = "SELECT * FROM procedure_report WHERE id = ANY($1::bigint[])"


class _Next(Row):
    id: int


def lines_of(kept: str) -> list[dict[str, Any]]:
    """The lines of a report as they were frozen."""
    found: list[dict[str, Any]] = orjson.loads(kept)
    return found


async def latest(
    unit: Unit, organization_id: int, practitioner_id: int | None, starts_on: date, last_on: date
) -> ReportRecord | None:
    """The newest issue of a report; until the transaction ends, nobody submits one more of it."""
    await unit.run(_TURN, f"{organization_id} {practitioner_id} {starts_on} {last_on}")
    return await unit.row(ReportRecord, _LATEST, organization_id, practitioner_id, starts_on, last_on)


async def next_report(unit: Unit) -> int:
    """The key of a report to be."""
    found: Any = await unit.row(_Next, _NEXT)
    key: int = found.id
    return key


def submitted(columns: Mapping[str, Any]) -> Part:
    """A report more."""
    return inserted(procedure_report, columns)


def replaced(row: ReportRecord | None, at: datetime) -> Iterator[Part]:
    """That a held report that waits for its answer waits no more, for another issue takes its place."""
    if row is not None and row.status == "SUBMITTED":
        yield updated(procedure_report, row.id, at, {"status": "REPLACED"})


async def held(unit: Unit, key: int, seen: Seen) -> ReportRecord | None:
    """A report that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(REPORT, key, seen)
    return await unit.row(ReportRecord, _HELD.format(seen=where), *values)


def acknowledged(row: ReportRecord, at: datetime, status: str, reason: str | None) -> Part:
    """That the registration office took a held report, or returned it."""
    return updated(procedure_report, row.id, at, {"status": status, "reason": reason, "acknowledged_at": at})


async def told_reports(connection: Any, ids: Sequence[int]) -> dict[int, ReportRecord]:
    """Reports that events speak of, as they are now."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ReportRecord)
    return {row.id: row for row in rows}
