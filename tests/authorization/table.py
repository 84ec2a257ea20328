"""Who may read what, stated a second time: the table of access as the product promises it, not as its code has it.

Nothing here is taken from `auth/`: when the two statements differ, one of them is wrong.
"""

from collections.abc import Mapping
from functools import cache

from tests.authorization import clinical, exchanging, reporting
from tests.authorization.clinical import CLINICAL
from tests.authorization.exchanging import EXCHANGE
from tests.authorization.open_fields import CONNECTION_FIELDS, CONNECTIONS, EDGE_FIELDS, OPEN
from tests.authorization.reporting import REPORTING

ANONYMOUS = "anonymous"

# Persona → roles. Whoever is employed is LNK besides.
CAST: Mapping[str, tuple[str, ...]] = {
    ANONYMOUS: ("NOB",),
    "newcomer": ("APL",),
    "applicant": ("LNK",),
    "lapsed": ("LNK",),
    "suspended": ("LNK",),
    "intern": ("LNK", "TMP"),
    "therapist": ("LNK", "DOC"),
    "surgeon": ("LNK", "DOC", "SPC"),
    "telemedic": ("LNK", "DOC", "REM"),
    "stranger": ("LNK", "DOC"),
    "nurse": ("LNK", "NUR"),
    "supervisor": ("LNK", "DOC", "SUP"),
    "registrar": ("LNK", "HRR"),
    "head": ("LNK", "DOC", "HED"),
    "expert": ("EXP",),
    "regulator": ("REG",),
    "insurer": ("INS",),
    "patient": ("PAT",),
    "mis": ("MIS",),
    "auditor": ("AUD",),
    "support": ("SUPP",),
    "desk": ("LNK", "DSK"),
    "appointer": ("ADM",),
    "coappointer": ("ADM",),
    "cosupport": ("SUPP",),
    "census": ("ALL",),
}

WORKERS = ("APL", "LNK", "TMP", "DOC", "NUR")

# "!" after a rule: only with a fresh second factor. Several rules: any of them.
ACCESS = """
permission                    | workers   | SUP          | HRR    | HED | EXP        | REG       | MIS | SUPP | AUD | ADM | DSK | PAT
practitioner:identity:read    | own       |              | org!   |     | case!      | case!     | org |      |
practitioner:identity:masked  | own       |              | org    | org | case       | all       | org | all  |
practitioner:contact:read     | own       | unit trainee | org    | org | case       | case      | org |      |
practitioner:contact:write    | own       |              |        |     |            |           |     |      |
practitioner:employment:read  | own       | unit         | org    | org | case       | case      | org |      |
practitioner:education:read   | own       | unit trainee | org    | org | case       | all       | org |      |
accreditation:record:read     | own       | unit trainee | org    | org | case       | all       | org |      |
accreditation:attestation:read | own      |              | org    | org | case       | all       |     |      |
accreditation:attestation:write |         |              | org!   | org! |           |           |     |      |
accreditation:decision:read   | own       |              | org    | org | case       | all       |     |      |
accreditation:state:write     |           |              |        |     |            | all!      |     |      |
accreditation:recheck:request |           |              |        | org |            | all       |     |      |
application:queue:read        | own       |              | org    | org holder | queue file | submitted | |   |
application:file:read         | own       |              | org    | org holder | file       | submitted | |   |
application:contact:read      | own       | unit trainee | org    | org holder | file       | case    | org | |
application:file:write        | own       |              |        | org |            |           |     |      |
application:review:read       | own       |              |        |     | file       | submitted |     |      |
application:case:claim        |           |              |        |     | queue      |           |     |      |
application:case:decide       |           |              |        |     | queue! file! |         |     |      |
application:case:examine      |           |              |        |     | queue file |           |     |      |
application:comment:read      | addressed |              |        |     | all        | all       |     |      |
application:comment:write     |           |              |        |     | queue file |           |     |      |
document:catalogue:read       | own       |              | shared | holder | enclosed file | case | holder given | |
document:certificate:issue    | own       |              |        |     |            |           |     |      |
document:check:write          |           |              | shared |        | enclosed file |       |     |      |
document:clinical:read        | own       |              |        | holder! |         |           |     |      |
document:content:read         | own plain |              | plain shared! | plain | plain enclosed! | plain case! | plain | | | | | plain
document:content:write        | own       |              |        | holder |         |           | behalf | |
document:signature:write      | own       |              | shared! | holder! |        |           |     |      |
document:number:read          | own plain |              | plain shared! | plain | plain enclosed! | plain case! | plain | |
access:terms:write            | own       |              |        |     |            |           |     |      |
schedule:shift:read           | org       | org          | org    | org |            |           | org |      |
schedule:slot:read            | org       | org          | org    | org |            |           | org |      |
registry:request:write        | addressee |              |        |     |            |           |     |      |
registry:request:read         | addressee |              | org    |     |            |           |     |      |
registry:request:values       | addressee |              | org!   |     |            |           |     |      |
registry:request:decide       |           |              | org!   |     |            |           |     |      |
organization:link:write       | own       |              |        |     |            |           |     |      |
organization:link:read        | own       |              | org    |     |            |           |     |      |
organization:link:decide      |           |              | org!   |     |            |           |     |      |
organization:service:read     | org       | org          | org    | org |            |           |     |      |
organization:service:write    |           |              |        | org! |           |           |     |      |
schedule:slot:write           |           | unit         | org    |     |            |           |     |      |     |     | org
audit:event:read              |           |              |        |     |            |           |     |      | all
audit:event:export            |           |              |        |     |            |           |     |      | all!
appointment:record:read       |           |              | org    | org |            |           |     |      | all | all
appointment:record:write      |           |              |        | org! |           |           |     |      |     | all!
support:lock:lift             |           |              |        |     |            |           |     | all! |
support:lock:read             |           |              |        |     |            |           |     | all  | all
support:match:read            |           |              |        |     |            |           |     | all  | all
support:ticket:answer         |           |              |        |     |            |           |     | all  |
support:ticket:close          |           |              |        |     |            |           |     | all  |
support:ticket:read           |           |              |        |     |            |           |     | all  |
"""  # noqa: E501 - a table

# Access that is handed on: by whoever has it himself, and taken back by who heads the organisation too.
GRANTS = """
permission              | workers | DOC  | SUP   | DSK  | HRR        | HED     | AUD
access:grant:read       | own     | own  | unit  |      | office     | org     | all
access:grant:write      |         | own  | own   | own  | own office | own org |
access:patients:grant   |         | own! | own!  | own! |            | own!    |
access:request:write    | own     | own  |       |      |            |         |
access:request:decide   |         |      |       |      | office!    | org!    |
access:emergency:grant  |         |      | unit! |      |            | org!    |
access:emergency:review |         |      |       |      |            | org!    | all!
"""

# Reports on work: of whoever is accredited his own, of those who lead theirs.
REPORTS = """
permission            | TMP | DOC | NUR | SUP  | HRR | HED | REG
analytics:report:read | own | own | own | unit | org | org | all
"""

# The platform on which whoever is accredited for telemedicine works, and nobody else.
PLATFORMS = """
permission                     | REM
organization:telemedicine:read | addressee
"""

# Everybody, signed in or not: an institution's accreditation, and a slot that its organisation has published, which is
# the one way in which somebody's second place of work may be known.
EVERYBODY: Mapping[str, str] = {"accreditation:record:read": "institution", "schedule:slot:read": "published"}

# Whoever is signed in, in whatever role, reads what is addressed to him.
SIGNED_IN: Mapping[str, tuple[str, ...]] = {
    "notification:message:read": ("addressee",),
    "notification:message:write": ("addressee",),
    "analytics:template:write": ("addressee",),
    "appointment:record:read": ("addressee",),
    "document:package:read": ("addressee",),
}

# Whoever is signed in ends what he began, sees what answers and asks support, be his account confirmed or not, or
# locked.
IN_ANY_CASE: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    (
        "identity:session:write",
        "service:status:read",
        "support:ticket:open",
        "support:ticket:read",
        "support:ticket:close",
    ),
    ("addressee",),
)

# Objects of these types are absent without the permission; an institution's accreditation is public.
OBJECTS: Mapping[str, str] = {
    "Employment": "practitioner:employment:read",
    "Accreditation": "accreditation:record:read",
    "Attestation": "accreditation:attestation:read",
    "ExternalService": "organization:service:read",
    "AccreditationApplication": "application:queue:read",
    "ApplicationComment": "application:comment:read",
    "Document": "document:catalogue:read",
    "Shift": "schedule:shift:read",
    "Slot": "schedule:slot:read",
    "Booking": "schedule:booking:read",
    "Message": "notification:message:read",
    "RegistryRequest": "registry:request:read",
    "OrganizationLink": "organization:link:read",
    "AuditEvent": "audit:event:read",
    "Appointment": "appointment:record:read",
    "LockedAccount": "support:lock:read",
    "SupportTicket": "support:ticket:read",
    **clinical.OBJECTS,
    **exchanging.OBJECTS,
    **reporting.OBJECTS,
    "AccessGrant": "access:grant:read",
    "Report": "analytics:report:read",
}

# What is told of a change is told to those who may see the object, or could until now.
CHANGES: Mapping[str, str] = {
    "PractitionerChange": "practitioner:contact:read",
    "DocumentChange": "document:catalogue:read",
    "ShiftChange": "schedule:shift:read",
    "PatientChange": "clinical:history:masked",
    "BookingChange": "schedule:booking:read",
    "OrderChange": "clinical:order:masked",
    "ReferralReceived": "clinical:referral:masked",
    "TeleconsultationChange": "clinical:teleconsultation:read",
    "PrescriptionChange": "clinical:prescription:masked",
    **exchanging.CHANGES,
}

# Fields that take a permission of their own, whoever sees the object.
FIELDS: Mapping[str, str] = {
    **clinical.FIELDS,
    **exchanging.FIELDS,
    **reporting.FIELDS,
    "practitioner:identity:read": "Practitioner.birthOn Practitioner.snils Practitioner.inn",
    "practitioner:identity:masked": "Practitioner.snilsMasked Practitioner.birthYear Practitioner.fieldOrigins",
    "practitioner:contact:read": (
        "Practitioner.phone Practitioner.email Practitioner.contactPoints Subscription.practitionerChanged"
    ),
    "practitioner:contact:write": ("Mutation.updateContacts Mutation.requestContactCode Mutation.confirmContact"),
    "registry:request:read": "Query.registryRequests",
    "registry:request:values": "RegistryRequest.values",
    "registry:request:write": "Mutation.registerPractitioner Mutation.requestRegistryCorrection",
    "registry:request:decide": "Mutation.decideRegistration Mutation.decideRegistryCorrection",
    "organization:link:read": "Query.organizationLinks Viewer.organizationLinks",
    "organization:link:write": "Mutation.linkOrganization Mutation.withdrawOrganizationLink",
    "organization:link:decide": "Mutation.decideOrganizationLink",
    "organization:service:read": "Organization.externalServices",
    "organization:service:write": (
        "Mutation.configureExternalService Mutation.disableExternalService ExternalService.secretName"
    ),
    "organization:telemedicine:read": "Viewer.telemedicineAccess",
    "application:contact:read": "AccreditationApplication.phone AccreditationApplication.email",
    "practitioner:employment:read": "Practitioner.employments Employment.rate Organization.staff "
    "Employment.prescribesNarcotics Practitioner.preferentialFrom Practitioner.preferentialTo",
    "practitioner:education:read": "Practitioner.education Practitioner.certificates",
    "accreditation:record:read": ("Practitioner.accreditations Query.accreditations Subscription.accreditationChanged"),
    "accreditation:attestation:read": "Practitioner.attestations",
    "accreditation:attestation:write": ("Mutation.addAttestation Mutation.renewAttestation Mutation.endAttestation"),
    "accreditation:decision:read": "Accreditation.decision Accreditation.stateReason",
    "accreditation:state:write": (
        "Mutation.suspendAccreditation Mutation.reinstateAccreditation Mutation.revokeAccreditation"
    ),
    "accreditation:recheck:request": "Mutation.requestRecheck",
    "access:terms:write": "Mutation.confirmAccessTerms Mutation.withdrawAccessTerms",
    "access:grant:read": "Query.accessGrants Viewer.grantsGiven Viewer.grantsReceived",
    "access:grant:write": "Mutation.grantAccess Mutation.revokeAccess",
    "access:request:write": "Mutation.requestAccessConfirmation",
    "access:request:decide": "Mutation.confirmAccess Mutation.refuseAccess",
    "access:emergency:grant": "Mutation.emergencyGrant",
    "access:emergency:review": "Mutation.reviewEmergencyGrant",
    "application:queue:read": "Query.applications Subscription.applicationChanged",
    "application:file:read": (
        "Practitioner.applications Accreditation.application AccreditationApplication.applicant "
        "AccreditationApplication.clarification AccreditationApplication.outcome "
        "AccreditationApplication.submittedAt AccreditationApplication.history AccreditationApplication.changedAt "
        "AccreditationApplication.organization AccreditationApplication.purpose AccreditationApplication.days "
        "AccreditationApplication.supervisor AccreditationApplication.base AccreditationApplication.directions "
        "AccreditationApplication.licenceNumber AccreditationApplication.consents "
        "AccreditationApplication.previous AccreditationApplication.renews AccreditationApplication.changes "
        "AccreditationApplication.rejection AccreditationApplication.termsKept "
        "AccreditationApplication.accreditation AccreditationApplication.protocolNumber "
        "AccreditationApplication.suspensions "
        "AccreditationApplication.dated AccreditationApplication.filingStatus"
    ),
    "application:file:write": (
        "Mutation.createApplication Mutation.updateApplication Mutation.validateApplication "
        "Mutation.discardApplication "
        "Mutation.submitApplication Mutation.withdrawApplication Mutation.answerClarification "
        "Mutation.resubmitApplication Mutation.renewAccreditation"
    ),
    "application:case:claim": "Mutation.claimApplication",
    "application:case:decide": "Mutation.approveApplication Mutation.rejectApplication",
    "application:case:examine": (
        "Mutation.releaseApplication Mutation.requestClarification Mutation.advanceApplication"
    ),
    "application:comment:write": "Mutation.commentApplication",
    "application:review:read": "AccreditationApplication.comments",
    "document:catalogue:read": (
        "Practitioner.documents AccreditationApplication.documents AccreditationApplication.papers Query.documents "
        "AccreditationApplication.form Subscription.documentChanged"
    ),
    "document:certificate:issue": "Mutation.issueQualificationCertificate",
    "document:check:write": "Mutation.inspectDocument",
    "document:content:read": "Mutation.requestDownload",
    "document:content:write": "Mutation.requestUpload Mutation.completeUpload",
    "document:number:read": "Document.number Document.issuer Signature.holder",
    "document:signature:write": "Mutation.signDocument",
    "schedule:shift:read": "Practitioner.shifts Subscription.shiftChanged",
    "schedule:slot:read": "Query.slots Practitioner.slots Shift.slots",
    "schedule:booking:read": (
        "Query.bookings Viewer.bookings Practitioner.bookings Patient.bookings Slot.booking Subscription.bookingChanged"
    ),
    "schedule:slot:write": "Mutation.publishSlots Mutation.withdrawSlots",
    "schedule:booking:write": "Mutation.bookAppointment Mutation.cancelAppointment",
    "notification:message:read": (
        "Subscription.notificationReceived Viewer.messages Viewer.inbox Viewer.notificationSettings"
    ),
    "appointment:record:read": "Query.appointments",
    "service:status:read": "Query.serviceStatus",
    "support:lock:lift": "Mutation.proposeUnlock Mutation.confirmUnlock",
    "support:lock:read": "Query.accountLocks",
    "support:match:read": "Query.accountMatch",
    "support:ticket:answer": "Mutation.answerTicket",
    "support:ticket:close": "Mutation.closeTicket",
    "support:ticket:open": "Mutation.supportTicket",
    "support:ticket:read": "Query.supportTickets",
    "appointment:record:write": ("Mutation.proposeAppointment Mutation.confirmAppointment Mutation.endAppointment"),
    "analytics:report:read": "Query.reporting",
    "analytics:template:write": "Mutation.saveReportTemplate Mutation.deleteReportTemplate",
    "audit:event:export": "Mutation.exportAudit",
    "audit:event:read": "Query.auditEvents Inquiry.officer Inquiry.patientId",
    "identity:session:write": "Mutation.signOut Mutation.endSession Mutation.signOutEverywhere Mutation.forgetDevice",
    "notification:message:write": "Mutation.markMessagesRead Mutation.changeNotificationSettings",
}

# A part of the value may be had where the whole may not.
MASKED_BY: Mapping[str, str] = {
    "Practitioner.snils": "practitioner:identity:masked",
    "Practitioner.birthOn": "practitioner:identity:masked",
    "Patient.birthOn": "clinical:card:masked",
    "Patient.insuranceNumber": "clinical:card:read",
}

# Inputs that look at somebody's identity, or at what a file says.
INPUTS: Mapping[str, str] = {
    "PractitionerBy.snils": "practitioner:identity:read",
    "PractitionerFilter.snils": "practitioner:identity:read",
    "PractitionerFilter.bornFrom": "practitioner:identity:read",
    "PractitionerFilter.bornTo": "practitioner:identity:read",
    "PractitionerOrderField.BIRTH_ON": "practitioner:identity:read",
    "ApplicationFilter.outcome": "application:file:read",
    "ApplicationFilter.submittedFrom": "application:file:read",
    "ApplicationFilter.submittedTo": "application:file:read",
    "DocumentFilter.number": "document:number:read",
    "PatientBy.insuranceNumber": "clinical:contact:read",
    "PatientBy.name": "clinical:card:read",
    # Whoever inquired, and may not know any more of whom, is not told by what he tries either.
    "InquiryFilter.patientId": "audit:event:read",
}

# Rules that the object itself cannot settle: only what hangs on it can.
ABOUT_RECORDS = frozenset({"nursing", "trusted", "ward_trusted", "emergency_confirmed"})
ABOUT_PATIENTS = ABOUT_RECORDS | {"cares", "supervised", "ward", "emergency", "inquiry", "patient", "desk"}
ABOUT_PATIENTS |= {"asked", "conducts"}
LEFT_TO_CHILDREN: Mapping[str, frozenset[str]] = {
    "Organization": frozenset({"own", "unit", "trainee", "case"}),
    "Practitioner": frozenset({"file", "enclosed", "submitted", "published"}) | ABOUT_PATIENTS,
    "Shift": ABOUT_PATIENTS | {"published"},
    "Slot": ABOUT_PATIENTS,
    "Encounter": frozenset({"directed"}),
    "Booking": ABOUT_RECORDS | {"emergency", "inquiry"},
    "Patient": ABOUT_RECORDS | {"opener", "here", "org", "party", "asked", "conducts"},
    "Accreditation": frozenset({"submitted"}),
    "AccreditationApplication": frozenset({"shared", "given"}),
}
# A value with such a permission; there are no objects below it that could tell.
WITHOUT_CHILDREN = frozenset({"AccreditationApplication.papers"})

# Edges that give fewer objects than may be seen elsewhere: those on which this permission holds.
NARROWED: Mapping[str, str] = {"Practitioner.applications": "application:file:read"}


@cache
def access() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Permission → role → rules."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for table in (ACCESS, GRANTS, REPORTS, PLATFORMS, CLINICAL, clinical.TELEMEDICINE, EXCHANGE, REPORTING):
        heading, *rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
        for permission, *cells in rows:
            row = found[permission] = {}
            for column, cell in zip(heading[1:], cells, strict=False):
                for role in WORKERS if column == "workers" else (column,):
                    if cell:
                        row[role] = tuple(cell.split())
    roles = {role for held in CAST.values() for role in held} - {"NOB", "ALL"} | {"DSK"}
    for given, whose in ((SIGNED_IN, roles), (IN_ANY_CASE, roles | {"NOB"})):
        for permission, rules in given.items():
            more = found.get(permission, {})
            found[permission] = {role: (*rules, *more.get(role, ())) for role in whose}
    return found


@cache
def permissions() -> Mapping[str, str | None]:
    """Coordinate → the permission that the field takes of its own; None for open ones. Every coordinate is here."""
    found: dict[str, str | None] = {}
    for type_name, fields in OPEN.items():
        found |= {f"{type_name}.{field}": None for field in fields.split()}
    for name in CONNECTIONS:
        found |= {f"{name}Connection.{field}": None for field in CONNECTION_FIELDS.split()}
        found |= {f"{name}Edge.{field}": None for field in EDGE_FIELDS.split()}
    for permission, coordinates in FIELDS.items():
        found |= dict.fromkeys(coordinates.split(), permission)
    return found
