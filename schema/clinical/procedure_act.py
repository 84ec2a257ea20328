"""What acts on procedures and reports take, and what they answer with."""

from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers.clinical import record as records
from resolvers.clinical.procedures import recording, reports, submitting
from resolvers.clinical.procedures.reports import ProcedureReportStatus, ReturnReason
from resolvers.clinical.procedures.submitting import ProcedureReportScope
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.act import PATIENT, PROBLEMS
from schema.enums import enum

if TYPE_CHECKING:
    from schema.clinical.procedure import Procedure
    from schema.clinical.procedure_report import SubmittedProcedureReport
    from schema.payload import Problem

enum(
    ProcedureReportScope,
    "Of whose work a report is.",
    OWN="The viewer's own, at his workplace (свой).",
    ORGANIZATION="That of everybody who works there (организации).",
)
act_input(
    recording.RecordProcedureInput,
    "What the viewer did for a patient.",
    patient_id=PATIENT,
    code="Code of the nomenclature of medical services, as A11.12.003.",
    encounter_id=(ID | None, "Global id of the encounter at which it was done, if at one."),
    order_id=(ID | None, "Global id of the order that it fulfils."),
    at="When it was done, or begun; left out, now.",
    ends_at="When it ended.",
    count="How often: 1 to 1,000.",
    note="A remark, 4,000 characters at most.",
)
act_input(
    submitting.SubmitProcedureReportInput,
    "Which report is submitted to the registration office.",
    organization_id=(ID, "Global id of the organisation."),
    period="Whole calendar months that are over, twelve at most.",
    scope=(ProcedureReportScope, "Of whose work it is."),
)
act_input(
    submitting.AcknowledgeProcedureReportInput,
    "What the registration office says to a report.",
    id=(ID, "Global id of the report."),
    expected_version=VERSION,
    status=(ProcedureReportStatus, "ACCEPTED or RETURNED."),
    reason=(ReturnReason | None, "Why it is returned."),
)


@shows(recording.ProcedurePayload)
class ProcedurePayload:
    """What came of recording a procedure."""

    procedure: "Procedure | None" = edge(
        records.PROCEDURES.by_id, "The procedure after the act, for whoever may see it.", by="procedure_id"
    )
    problems: "list[Problem]" = public(PROBLEMS)


@shows(submitting.ProcedureReportPayload)
class ProcedureReportPayload:
    """What came of an act on a report."""

    report: "SubmittedProcedureReport | None" = edge(reports.by_id, "The report after the act.", by="report_id")
    problems: "list[Problem]" = public(PROBLEMS)
