"""Who may read what, stated a second time: the table of access as the product promises it, not as its code has it.

Nothing here is taken from `auth/`: when the two statements differ, one of them is wrong.
"""

from collections.abc import Mapping
from functools import cache

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
    "census": ("ALL",),
}

WORKERS = ("APL", "LNK", "TMP", "DOC", "NUR")

# "!" after a rule: only with a fresh second factor. Several rules: any of them.
ACCESS = """
permission                    | workers   | SUP          | HRR    | HED | EXP        | REG       | MIS | SUPP | AUD
practitioner:identity:read    | own       |              | org!   |     | case       | case      | org |      |
practitioner:identity:masked  | own       |              | org    | org | case       | all       | org | all  |
practitioner:contact:read     | own       | unit trainee | org    | org | case       | case      | org |      |
practitioner:employment:read  | own       | unit         | org    | org | case       | case      | org |      |
practitioner:education:read   | own       | unit trainee | org    | org | case       | all       | org |      |
accreditation:record:read     | own       | unit trainee | org    | org | case       | all       | org |      |
accreditation:decision:read   | own       |              | org    | org | case       | all       |     |      |
accreditation:state:write     |           |              |        |     |            | all       |     |      |
accreditation:recheck:request |           |              |        | org |            | all       |     |      |
application:queue:read        | own       |              | org    | org | case queue file | all  |     |      |
application:file:read         | own       |              | org    | org | case file  | all       |     |      |
application:file:write        | own       |              |        | org |            |           |     |      |
application:review:read       | own       |              |        |     | case file  | all       |     |      |
application:case:claim        |           |              |        |     | queue      |           |     |      |
application:case:decide       |           |              |        |     | queue file |           |     |      |
application:comment:read      | addressed |              |        |     | all        | all       |     |      |
application:comment:write     |           |              |        |     | queue file |           |     |      |
document:catalogue:read       | own       |              | shared | holder | case    | case      |     |      |
access:terms:write            | own       |              |        |     |            |           |     |      |
schedule:shift:read           | org       | org          | org    | org |            |           | org |      |
audit:event:read              |           |              |        |     |            |           |     |      | all
"""

# Whoever is signed in, in whatever role, reads what is addressed to him.
SIGNED_IN: Mapping[str, tuple[str, ...]] = {
    "notification:message:read": ("addressee",),
    "notification:message:write": ("addressee",),
}

# Objects of these types are absent without the permission; an institution's accreditation is public.
OBJECTS: Mapping[str, str] = {
    "Employment": "practitioner:employment:read",
    "Accreditation": "accreditation:record:read",
    "AccreditationApplication": "application:queue:read",
    "ApplicationComment": "application:comment:read",
    "Document": "document:catalogue:read",
    "Shift": "schedule:shift:read",
    "Message": "notification:message:read",
    "AuditEvent": "audit:event:read",
}

# What is told of a change is told to those who may see the object, or could until now.
CHANGES: Mapping[str, str] = {
    "PractitionerChange": "practitioner:contact:read",
    "DocumentChange": "document:catalogue:read",
    "ShiftChange": "schedule:shift:read",
}

# Fields that take a permission of their own, whoever sees the object.
FIELDS: Mapping[str, str] = {
    "practitioner:identity:read": "Practitioner.birthOn Practitioner.snils Practitioner.inn",
    "practitioner:identity:masked": "Practitioner.snilsMasked Practitioner.birthYear",
    "practitioner:contact:read": (
        "Practitioner.phone Practitioner.email AccreditationApplication.phone AccreditationApplication.email "
        "Subscription.practitionerChanged"
    ),
    "practitioner:employment:read": "Practitioner.employments Employment.rate Organization.staff",
    "practitioner:education:read": "Practitioner.education Practitioner.certificates",
    "accreditation:record:read": "Practitioner.accreditations",
    "accreditation:decision:read": "Accreditation.decision Accreditation.stateReason",
    "accreditation:state:write": (
        "Mutation.suspendAccreditation Mutation.reinstateAccreditation Mutation.revokeAccreditation"
    ),
    "accreditation:recheck:request": "Mutation.requestRecheck",
    "access:terms:write": "Mutation.confirmAccessTerms Mutation.withdrawAccessTerms",
    "application:queue:read": "Query.applications Subscription.applicationChanged",
    "application:file:read": (
        "Practitioner.applications Accreditation.application AccreditationApplication.applicant "
        "AccreditationApplication.clarification AccreditationApplication.outcome "
        "AccreditationApplication.submittedAt AccreditationApplication.history AccreditationApplication.changedAt "
        "AccreditationApplication.organization AccreditationApplication.purpose AccreditationApplication.days "
        "AccreditationApplication.supervisor AccreditationApplication.base AccreditationApplication.directions "
        "AccreditationApplication.licenceNumber AccreditationApplication.papers AccreditationApplication.consents "
        "AccreditationApplication.previous AccreditationApplication.renews AccreditationApplication.changes "
        "AccreditationApplication.rejection AccreditationApplication.termsKept "
        "AccreditationApplication.accreditation AccreditationApplication.protocolNumber "
        "AccreditationApplication.dated AccreditationApplication.filingStatus"
    ),
    "application:file:write": (
        "Mutation.createApplication Mutation.updateApplication Mutation.validateApplication "
        "Mutation.discardApplication "
        "Mutation.submitApplication Mutation.withdrawApplication Mutation.answerClarification "
        "Mutation.resubmitApplication Mutation.renewAccreditation"
    ),
    "application:case:claim": "Mutation.claimApplication",
    "application:case:decide": (
        "Mutation.releaseApplication Mutation.requestClarification Mutation.advanceApplication "
        "Mutation.approveApplication Mutation.rejectApplication"
    ),
    "application:comment:write": "Mutation.commentApplication",
    "application:review:read": "AccreditationApplication.comments",
    "document:catalogue:read": (
        "Practitioner.documents AccreditationApplication.documents Query.documents Subscription.documentChanged"
    ),
    "schedule:shift:read": "Practitioner.shifts Subscription.shiftChanged",
    "notification:message:read": (
        "Subscription.notificationReceived Viewer.messages Viewer.inbox Viewer.notificationSettings"
    ),
    "audit:event:read": "Query.auditEvents",
    "notification:message:write": "Mutation.markMessagesRead Mutation.changeNotificationSettings",
}

# Fields that anybody who sees the object may read.
OPEN: Mapping[str, str] = {
    "Practitioner": "id registryNumber familyName givenName patronymic fullName specialty category organization "
    "licences standing",
    "Organization": "id oid name shortName ogrn inn region departments licences accreditation",
    "Department": "id oid name kind organization",
    "Employment": "id practitioner organization department position kind startsOn endsOn accreditation",
    "Accreditation": "id registryNumber holder kind procedure specialty directions status validFrom validTo supervisor "
    "version operations",
    "AccreditationApplication": "id number kind specialty stage attempt deadline version claimed queuePosition "
    "filingKind",
    "ApplicationComment": "at audience text",
    "ApplicationEvent": "at kind stage",
    "Document": "id owner organization kind title status number issuedOn expiresOn issuer mediaType byteSize sha256 "
    "checks signatures",
    "DocumentCheck": "code verdict checkedAt",
    "Signature": "signer profile verdict signedAt",
    "Shift": "id practitioner organization department room startsAt endsAt kind",
    "Specialty": "code name level bookVersion",
    "Position": "code name category bookVersion",
    "QualificationCategory": "level specialty awardedOn endsOn filingKind dated filingStatus",
    "Education": "kind institution specialty documentNumber completedOn hours",
    "Certificate": "number institution specialty issuedOn endsOn",
    "Licence": "number activity authority status startsOn endsOn filingKind dated filingStatus",
    "Standing": "accredited kinds validUntil",
    "Decision": "protocolNumber decidedOn authority summary",
    "Clarification": "requestedAt deadline what",
    "FilledSlot": "slot ids",
    "Consent": "kind version at",
    "Rejection": "reasons missingDocuments",
    "Problem": "code path about message currentVersion possible",
    "ApplicationPayload": "application problems",
    "DiscardPayload": "discardedId application problems",
    "SubmissionPayload": "application receipt problems",
    "Receipt": "number at",
    "DecisionPayload": "application accreditation verdict problems",
    "Verdict": "number outcome protocolNumber decidedOn",
    "AccreditationPayload": "accreditation problems",
    "Deadline": "automaticOn earliestOn latestOn provisional",
    "TermsKept": "automatic decision",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Query": "viewer node nodes practitioner practitioners organization organizations application document "
    "specialties positions serviceNotices applicationRules",
    "ApplicationRules": "kind version inForceFrom authority slots consents days terms purposes directions bases "
    "supervisors",
    "PaperSlot": "name title kinds most sparedBy",
    "ConsentText": "kind version text",
    "CalendarDays": "least most",
    "WorkingDays": "automatic earliest latest clarification",
    "ApplicationForm": "rules slots suggestions lacks",
    "FormSlot": "name needed sparedBy",
    "Suggestion": "field value origin specialty organization accreditation",
    "Viewer": "practitioner roles permissions readiness accreditations operations specialisedResources assurance "
    "accessTerms filings applicationForm",
    "FiledItem": "filing",
    "AccessTerms": "version inForceFrom text",
    "AccessTermsPayload": "viewer problems",
    "OpenedOperation": "operation validUntil",
    "SpecialisedResource": "code topic title url",
    "HeldAccreditation": "accreditation origin",
    "Message": "id kind at title body readAt application accreditation document practitioner organization",
    "AuditEvent": "id position link at arrivedAt store act actor object roles permission factsAsOf requestId "
    "versionBefore versionAfter",
    "Inbox": "unreadCount mailLanguage",
    "NotificationSetting": "kind channel enabled leadDays required",
    "MarkMessagesReadPayload": "marked inbox",
    "ChangeNotificationSettingsPayload": "settings inbox problems",
    "ServiceNotice": "at startsAt endsAt text",
    "Subscription": "standingChanged",
    "ApplicationChange": "application step at",
    "StandingChange": "viewer at",
    "PractitionerChange": "practitionerId practitioner at",
    "DocumentChange": "documentId document at",
    "ShiftChange": "shiftId shift at",
    "Role": "name because validUntil",
    "Permission": "name rules",
    "ReadinessItem": "item done since next",
    "Assurance": "level authTime secondFactorAt",
}
CONNECTIONS = (
    "Practitioner", "Organization", "Employment", "AccreditationApplication", "Document", "Shift", "Message",
    "AuditEvent",
)  # fmt: skip
CONNECTION_FIELDS = "edges nodes pageInfo totalCount"
EDGE_FIELDS = "cursor node"

# A part of the value may be had where the whole may not.
MASKED_BY: Mapping[str, str] = {
    "Practitioner.snils": "practitioner:identity:masked",
    "Practitioner.birthOn": "practitioner:identity:masked",
}

# Inputs that look at somebody's identity.
INPUTS: Mapping[str, str] = {
    "PractitionerBy.snils": "practitioner:identity:read",
    "PractitionerFilter.snils": "practitioner:identity:read",
    "PractitionerFilter.bornFrom": "practitioner:identity:read",
    "PractitionerFilter.bornTo": "practitioner:identity:read",
    "PractitionerOrderField.BIRTH_ON": "practitioner:identity:read",
}

# Rules that the object itself cannot settle: only what hangs on it can.
LEFT_TO_CHILDREN: Mapping[str, frozenset[str]] = {
    "Organization": frozenset({"own", "unit", "trainee", "case"}),
    "AccreditationApplication": frozenset({"shared"}),
}


@cache
def access() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Permission → role → rules."""
    heading, *rows = ([cell.strip() for cell in line.split("|")] for line in ACCESS.strip().splitlines())
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for permission, *cells in rows:
        row = found[permission] = {}
        for column, cell in zip(heading[1:], cells, strict=True):
            for role in WORKERS if column == "workers" else (column,):
                if cell:
                    row[role] = tuple(cell.split())
    roles = {role for held in CAST.values() for role in held} - {"NOB", "ALL"}
    found |= {permission: dict.fromkeys(roles, rules) for permission, rules in SIGNED_IN.items()}
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
