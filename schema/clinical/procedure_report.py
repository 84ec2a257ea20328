"""Reports on procedures as the graph shows them: counted at this instant, or submitted and frozen."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.clinical.orders import reading as orders
from resolvers.clinical.procedures import reports
from resolvers.clinical.procedures.counting import LineView, ReportBy, ReportView
from resolvers.clinical.procedures.reports import ProcedureReportFilter, ProcedureReportStatus, ReturnReason
from schema.enums import enum
from schema.inputs import graph_input
from sources.clinical.procedures.report import ReportRecord

if TYPE_CHECKING:
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner

FIRST_DAY, LAST_DAY = "Its first day.", "Its last day."

enum(
    ReportBy,
    "What the lines of a report are.",
    PERFORMER="Who did it (по исполнителям).",
    UNIT="In which department (по подразделениям).",
    SERVICE="Which service (по услугам).",
)
enum(
    ProcedureReportStatus,
    "How far a report that was submitted has come (статус отчёта).",
    SUBMITTED="The registration office has it, and has not answered (передан).",
    ACCEPTED="It was accepted (принят).",
    RETURNED="It was returned, with a reason (возвращён).",
    REPLACED="Another issue took its place before it was answered (заменён).",
)
enum(
    ReturnReason,
    "Why a report was returned (причина возврата).",
    TOTALS_DIFFER="Its totals are not those that the registration office has (итоги не сходятся).",
    PERIOD_INCOMPLETE="Something of the period is missing (период неполон).",
    SERVICE_NOT_PROVIDED="It names a service that the organisation does not provide (услуга не оказывается).",
    DUPLICATE="The same was reported already (повтор).",
)
graph_input(
    ProcedureReportFilter,
    "Which reports are wanted: all conditions must hold.",
    organization_id=(strawberry.ID, "Of the organisation of this global id."),
    status=(list[ProcedureReportStatus], "In any of these states."),
)

# What the fields of the root take.
WANTED_REPORT = {
    "period": "Of which days; of a whole organisation, whole calendar months. A year at most.",
    "organization_id": "Global id of the organisation.",
    "by": "What its lines shall be.",
}
WANTED_REPORTS = {"filter": "Which are wanted."}


@shows(LineView)
class ProcedureReportLine:
    """One line of a report: by what the report says."""

    code: str | None = public("Code of the service, of a report by services.")
    name: str | None = derived(orders.service_name, "Name of the service in the book.", needs=("code",))
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "Who did it, of a report by performers.", by="practitioner_id"
    )
    department: "Department | None" = edge(
        organizations.department,
        "Where, of a report by departments; null for whoever has none.",
        by="department_id",
    )
    count: int | None = public(
        "How often it was done; null where that is withheld, for it is about few people.", column="done"
    )


@shows(ReportView)
class ProcedureReport:
    """How many procedures were done (отчёт об услугах); what was entered in error is not counted."""

    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "By whom, of a report on one's own work that was submitted.", by="practitioner_id"
    )
    starts_on: date = public(FIRST_DAY)
    last_on: date = public(LAST_DAY)
    by: ReportBy = public("What its lines are.")
    total: int | None = public("How many in all; null where that is withheld.")
    withheld: bool = public("Whether a number is withheld, for it would be about few people.")
    lines: list[ProcedureReportLine] = public("In the order of codes, of keys of people or of departments.")


@shows(
    ReportRecord,
    prefix=reports.PREFIX,
    node=reports.by_id,
    gate=P.REPORT_PROCEDURE_READ,
    keys=reports.KEYS,
)
class SubmittedProcedureReport(Node):
    """A report on procedures as it was submitted to the registration office (отчёт, переданный в регистратуру)."""

    id: strawberry.ID = derived(Ids(reports.PREFIX), NODE_DESCRIPTION, needs=("id",))
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    practitioner: "Practitioner | None" = edge(
        practitioners.by_id, "Whose work it is; null where it is of the whole organisation.", by="practitioner_id"
    )
    starts_on: date = public(FIRST_DAY)
    last_on: date = public(LAST_DAY)
    issue: int = public("Which issue of the same report it is, from 1.")
    replaces: "SubmittedProcedureReport | None" = edge(reports.by_id, "The issue before.", by="replaces_id")
    report: "ProcedureReport | None" = edge(reports.numbers, "What it says, by services.", by="id")
    sha256: str = public("SHA-256 of what it says, in hexadecimal.")
    watermark: str = public("Which transactions of the store were counted: a snapshot of PostgreSQL.")
    submitted_at: datetime = public("When it was submitted.")
    status: ProcedureReportStatus = public("How far it has come.")
    reason: ReturnReason | None = public("Why it was returned.")
    acknowledged_at: datetime | None = public("When it was accepted or returned.")
    version: int = public("How often it was changed.")
