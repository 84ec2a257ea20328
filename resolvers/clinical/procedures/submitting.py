"""Acts on reports: submitted to the registration office, which accepts or returns them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.procedures.counting import DAY, ReportBy, is_of_months, is_too_long
from resolvers.clinical.procedures.reports import KEYS, PREFIX, ProcedureReportStatus, ReturnReason, by_id
from resolvers.clinical.reporting.period import ReportPeriod
from resolvers.context import Context
from sources.clinical.changes import Part, change
from sources.clinical.procedures import counting
from sources.clinical.procedures import report as source
from sources.clinical.procedures.counting import Span
from sources.clinical.procedures.report import ReportRecord
from sources.postgres.ask import Ask, midnight
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

CHANGED: Final = "PROCEDURE_REPORT_CHANGED"
FORMAT: Final = "kabinet-procedure-report/1"
SUBMIT, ACKNOWLEDGE = P.REPORT_PROCEDURE_SUBMIT, P.REPORT_PROCEDURE_ACKNOWLEDGE
OF_ONE: Final[Keys] = {"own": "practitioner_id"}
OF_ALL: Final[Keys] = {"org": "organization_id"}


class ProcedureReportScope(StrEnum):
    """Of whose work a report is."""

    OWN = "OWN"
    ORGANIZATION = "ORGANIZATION"


@dataclass(kw_only=True)
class SubmitProcedureReportInput(ActInput):
    """Of which days, where, and of whose work a report is submitted."""

    organization_id: str
    period: ReportPeriod
    scope: ProcedureReportScope


@dataclass(kw_only=True)
class AcknowledgeProcedureReportInput(VersionInput):
    """What the registration office says to a report."""

    status: ProcedureReportStatus
    reason: ReturnReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureReportPayload:
    """The report after the act."""

    report_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _ToBe:
    """Whose report it is to be, as rules look at it."""

    organization_id: int
    practitioner_id: int | None


async def submit(context: Context, *, input: SubmitProcedureReportInput) -> ProcedureReportPayload:
    """Freeze what was done in whole months, and hand it to the registration office; again, it is another issue."""

    async def do(unit: Unit) -> Effect:
        whose = _whose(context, input)
        if problems := [*_wrong(input.period, Ask(context.at))]:
            raise Hindered(*problems)
        days = input.period.starts_on, input.period.last_on
        last = await source.latest(unit, whose.organization_id, whose.practitioner_id, *days)
        reach("locked")
        span = Span(whose.organization_id, midnight(days[0]), midnight(days[1] + DAY), whose.practitioner_id)
        rows = await counting.counted_within(unit, RECORDS.counted, ReportBy.SERVICE.value, span)
        lines, whole = rows[:-1], rows[-1]
        frozen = [
            {"code": row.key, "done": row.done, "records": row.records, "patients": row.patients} for row in lines
        ]
        key, at = await source.next_report(unit), after(context.at, None if last is None else last.submitted_at)
        issue = 1 if last is None else last.issue + 1
        whose_key = whose.organization_id, whose.practitioner_id
        columns: dict[str, Any] = {
            "id": key,
            "organization_id": whose.organization_id,
            "practitioner_id": whose.practitioner_id,
            "starts_on": days[0],
            "last_on": days[1],
            "issue": issue,
            "replaces_id": None if last is None else last.id,
            "total": whole.done,
            "records": whole.records,
            "patients": whole.patients,
            "lines": orjson.dumps(frozen).decode(),
            "watermark": whole.snapshot,
            "sha256": digest(*whose_key, input.period, issue, whole.done, frozen, whole.snapshot),
            "submitted_by": context.viewer.subject,
            "submitted_at": at,
            "changed_at": at,
        }
        return _effect(
            key, whose.organization_id, whose.practitioner_id, "SUBMITTED", at,
            {"issue": issue} if last is None else {"issue": issue, "replaces": encode(PREFIX, last.id)},
            source.submitted(columns), *source.replaced(last, at),
        )  # fmt: skip

    doing = Doing(context, "submitProcedureReport", SUBMIT, input, do, into="clinical")
    return await carried_out(doing, ProcedureReportPayload)


async def acknowledge(context: Context, *, input: AcknowledgeProcedureReportInput) -> ProcedureReportPayload:
    """Accept a report, or return it with a reason; once."""

    async def do(unit: Unit) -> Effect:
        key, seen = decode(PREFIX, input.id), context.viewer[P.REPORT_PROCEDURE_READ]
        found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
        reach("locked")
        row = there(found, seen, "id")
        require(context, ACKNOWLEDGE, row, KEYS)
        as_it_was_read(row, input.expected_version, None, report_id=row.id)
        _see_it_wait(row)
        if (problem := _wrong_answer(input)) is not None:
            raise Hindered(problem, report_id=row.id)
        at, status = after(context.at, row.changed_at), str(input.status)
        reason = None if input.reason is None else str(input.reason)
        grounds = {"statusBefore": row.status, "statusAfter": status, **({} if reason is None else {"reason": reason})}
        part = source.acknowledged(row, at, status, reason)
        return _effect(row.id, row.organization_id, row.practitioner_id, status, at, grounds, part)

    doing = Doing(context, "acknowledgeProcedureReport", ACKNOWLEDGE, input, do, into="clinical")
    return await carried_out(doing, ProcedureReportPayload)


def digest(
    organization_id: int,
    practitioner_id: int | None,
    period: ReportPeriod,
    issue: int,
    total: int,
    lines: Sequence[Mapping[str, Any]],
    watermark: str,
) -> str:
    """SHA-256 of what a report says, in hexadecimal: JSON of sorted keys, without blanks."""
    said = {
        "format": FORMAT,
        "organization": encode(prefixes.ORGANIZATION, organization_id),
        "practitioner": None if practitioner_id is None else encode(prefixes.PRACTITIONER, practitioner_id),
        "startsOn": period.starts_on.isoformat(),
        "lastOn": period.last_on.isoformat(),
        "issue": issue,
        "total": total,
        "lines": [{"code": one["code"], "count": one["done"]} for one in lines],
        "watermark": watermark,
    }
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _whose(context: Context, input: SubmitProcedureReportInput) -> _ToBe:
    """Whose report it is to be, where the viewer may submit one.

    Raises:
        Hindered: there is no such organisation.
        NotAllowed: he may submit none there.
    """
    place = decode(prefixes.ORGANIZATION, input.organization_id)
    if place is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("organizationId",)))
    carer = context.viewer.standing.carer
    if input.scope == ProcedureReportScope.OWN:
        # One's own work is submitted where one works: by the accreditation that counts there.
        if carer is None or carer[1] != place:
            raise Hindered(Problem(ProblemCode.WRONG_WORKPLACE, ("organizationId",)))
        whose = _ToBe(place, carer[0])
        require(context, SUBMIT, whose, OF_ONE)
        return whose
    whose = _ToBe(place, None)
    require(context, SUBMIT, whose, OF_ALL)
    return whose


def _wrong(period: ReportPeriod, ask: Ask) -> Iterator[Problem]:
    if period.last_on < period.starts_on:
        yield Problem(ProblemCode.DATES_OUT_OF_ORDER, ("period", "lastOn"), {"field": "lastOn"})
    elif period.last_on >= ask.today:
        yield Problem(ProblemCode.PERIOD_NOT_OVER, ("period", "lastOn"))
    elif not is_of_months(period) or is_too_long(period):
        yield Problem(ProblemCode.PERIOD_NOT_WHOLE, ("period",))


def _see_it_wait(row: ReportRecord) -> None:
    """See to it that a report waits for an answer.

    Raises:
        Hindered: it was answered, or another issue took its place.
    """
    if row.status != ProcedureReportStatus.SUBMITTED:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",)), report_id=row.id)


ON_ACKNOWLEDGING: Final = Target(
    PREFIX, by_id, P.REPORT_PROCEDURE_READ, KEYS, KEYS,
    needs=frozenset({"status"}),
    then=lambda _, row: _see_it_wait(row),
)  # fmt: skip


def _wrong_answer(input: AcknowledgeProcedureReportInput) -> Problem | None:
    if input.status not in {ProcedureReportStatus.ACCEPTED, ProcedureReportStatus.RETURNED}:
        return Problem(ProblemCode.ILLEGAL_TRANSITION, ("status",), {"possible": "ACCEPTED, RETURNED"})
    if input.status == ProcedureReportStatus.RETURNED and input.reason is None:
        return Problem(ProblemCode.REASON_REQUIRED, ("reason",), {"field": "reason"})
    if input.status == ProcedureReportStatus.ACCEPTED and input.reason is not None:
        return Problem(ProblemCode.FIELD_FORMAT, ("reason",), {"field": "reason"})
    return None


def _effect(
    key: int,
    organization_id: int,
    practitioner_id: int | None,
    step: str,
    at: datetime,
    grounds: Mapping[str, Any],
    *parts: Part,
) -> Effect:
    thing = encode(PREFIX, key)
    ids = {"object": thing, "reportId": key, "step": step, "organizationId": organization_id}
    if practitioner_id is not None:
        ids["practitionerId"] = practitioner_id
    return Effect(
        at=at,
        outcome={"report_id": key},
        thing=thing,
        change=change(*parts),
        events=((CHANGED, ids),),
        grounds=grounds,
    )
