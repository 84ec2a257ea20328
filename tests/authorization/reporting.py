"""Who may know what was done for patients, who counts, submits and acknowledges it, stated a second time."""

from collections.abc import Mapping

REPORTING = """
permission                   | DOC                                             | TMP         | NUR     | SUP                 | HED      | INS      | REG      | PAT     | MIS        | DSK
clinical:procedure:read      | cares~ emergency~ trusted! emergency_confirmed! | supervised~ | cares~  | ward~ ward_trusted! | inquiry! | inquiry! | inquiry! | patient | behalf     |
clinical:procedure:write     | cares trusted!                                  |             | nursing | ward ward_trusted!  |          |          |          |         | behalf     |
report:procedure:read        | own                                             | own         | own     | ward                | org      | inquiry! | inquiry! |         | org behalf | desk
report:procedure:submit      | own!                                            |             |         |                     | org!     |          |          |         |            |
report:procedure:acknowledge |                                                 |             |         |                     |          |          |          |         |            | desk
"""  # noqa: E501 - a table
OBJECTS: Mapping[str, str] = {
    "Procedure": "clinical:procedure:read",
    "SubmittedProcedureReport": "report:procedure:read",
}
FIELDS: Mapping[str, str] = {
    "clinical:procedure:read": "Patient.procedures Encounter.procedures Procedure.enteredInError",
    "clinical:procedure:write": "Mutation.recordProcedure Mutation.recordAdministration",
    "report:procedure:read": "Query.procedureReport Query.procedureReports",
    "report:procedure:submit": "Mutation.submitProcedureReport",
    "report:procedure:acknowledge": "Mutation.acknowledgeProcedureReport",
}
OPEN: Mapping[str, str] = {
    "Procedure": "id patient encounter organization department practitioner order code name bookVersion at endsAt "
    "count state version registration confidentiality specialKind",
    "ServiceRegistration": "status at number reason",
    "SubmittedProcedureReport": "id organization practitioner startsOn lastOn issue replaces report sha256 watermark "
    "submittedAt status reason acknowledgedAt version",
    "ProcedureReport": "organization practitioner startsOn lastOn by total withheld lines",
    "ProcedureReportLine": "code name practitioner department count",
    "ProcedurePayload": "procedure problems",
    "ProcedureReportPayload": "report problems",
}
CONNECTIONS = ("Procedure", "SubmittedProcedureReport")
