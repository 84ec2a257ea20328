"""What everybody who sees an object may read of it, typed once more: by type, and of connections."""

from collections.abc import Mapping

# Fields that anybody who sees the object may read.
OPEN: Mapping[str, str] = {
    "Practitioner": "id registryNumber familyName givenName patronymic fullName specialty category organization "
    "licences standing",
    "Organization": "id oid name shortName ogrn inn region federalSubject closedOn departments licences accreditation",
    "Department": "id oid name category kind closedOn organization",
    "Employment": "id practitioner organization licences department position kind startsOn lastOn endsOn accreditation",
    "Accreditation": "id registryNumber holder kind procedure specialty directions status validFrom validTo supervisor "
    "version changedAt operations place",
    "AccreditationApplication": "id number kind specialty stage attempt deadline version claimed queuePosition "
    "filingKind",
    "ApplicationComment": "id at audience text",
    "ApplicationEvent": "id at kind stage",
    "Document": "id owner organization kind title status number issuedOn lastOn expiresOn createdAt issuer mediaType "
    "byteSize sha256 checks signatures",
    "DocumentCheck": "id code verdict checkedAt",
    "Signature": "id signer format profile verdict signedAt",
    "Shift": "id practitioner organization department room startsAt endsAt kind",
    "Slot": "id practitioner organization department shift startsAt endsAt publishedAt free",
    "Booking": "id slot patient practitioner organization department startsAt endsAt madeAt booker cancelledAt version",
    "BookingPayload": "booking problems",
    "RegistrationPayload": "patient problems",
    "Specialty": "code name level bookVersion",
    "Position": "code name category bookVersion",
    "Region": "code name bookVersion",
    "QualificationCategory": "id level specialty awardedOn lastOn endsOn filingKind dated filingStatus",
    "Education": "id level kind institution specialty documentNumber completedOn hours",
    "Certificate": "id number institution specialty issuedOn lastOn endsOn",
    "Licence": "id number activity authority status startsOn lastOn endsOn filingKind dated filingStatus",
    "Standing": "accredited kinds validUntil",
    "Decision": "protocolNumber decidedOn authority summary",
    "Clarification": "requestedAt deadline what",
    "FilledSlot": "slot ids",
    "Consent": "kind version at",
    "Rejection": "reasons missingDocuments",
    "Problem": "code path about message currentVersion againAt possible",
    "ApplicationPayload": "application problems",
    "DiscardPayload": "discardedId application problems",
    "SubmissionPayload": "application receipt problems",
    "Receipt": "number at",
    "DecisionPayload": "application accreditation verdict problems",
    "Verdict": "number outcome protocolNumber decidedOn",
    "AccreditationPayload": "accreditation problems",
    "ConditionPayload": "condition problems",
    "EpisodePayload": "episode problems",
    "EncounterPayload": "encounter problems",
    "ObservationPayload": "observation problems",
    "LaboratoryResultPayload": "result problems",
    "NotePayload": "note problems",
    "NoteVersion": "version state text changedAt",
    "Deadline": "automaticOn expectedFrom earliestOn latestOn provisional",
    "TermsKept": "automatic decision",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Patient": "id sex",
    "HistoryEntry": "id at kind entry",
    "Representative": "id kind fullName startsAt endsAt",
    "EpisodeOfCare": "id patient organization department practitioner kind basis at endsAt outcome version "
    "confidentiality specialKind",
    "Encounter": "id patient practitioner organization department episode shift booking kind at endsAt confidentiality "
    "specialKind version documents",
    "Condition": "id patient encounter organization practitioner kind code name bookVersion certainty at beganOn "
    "resolvedOn version confidentiality specialKind",
    "Observation": "id patient encounter organization practitioner code name bookVersion unit low high state at "
    "version confidentiality specialKind",
    "LaboratoryResult": "id patient encounter organization practitioner code name bookVersion unit low high state at "
    "version confidentiality specialKind",
    "ImagingStudy": "id patient encounter organization practitioner modality at version confidentiality specialKind",
    "ClinicalNote": "id patient encounter episode organization author kind state at cosigner signer signedAt "
    "accreditation workplace corrects version confidentiality specialKind",
    "PatientConsent": "id patient organization kind specialKinds organizations textVersion at endsAt version",
    "PatientConsentText": "kind version text mostDays",
    "PatientConsentPayload": "consent problems",
    "RestrictRecordPayload": "record practitioners problems",
    "ConsultationPayload": "id patient practitioner endsAt problems",
    "EmergencyOpening": "id patient practitioner organization department reason openedAt endsAt confirmedBy "
    "confirmedAt reviewDueAt reviewedBy reviewedAt verdict review version",
    "EmergencyOpeningPayload": "opening problems",
    "Inquiry": "id patient office organization startsOn lastOn basis purpose state openedAt endsAt closedAt",
    "InquiryBasis": "kind number issuedOn",
    "InquiryPayload": "inquiry problems",
    "Query": "viewer node nodes patient practitioner practitioners organization organizations application document "
    "specialties positions regions serviceNotices applicationRules patientConsentTexts",
    "ApplicationRules": "kind version inForceFrom authority slots consents days terms purposes directions bases "
    "supervisors",
    "PaperSlot": "name title kinds most sparedBy",
    "ConsentText": "kind version text",
    "CalendarDays": "least most",
    "WorkingDays": "automatic earliest latest clarification",
    "ApplicationForm": "rules slots suggestions lacks",
    "FormSlot": "name needed sparedBy",
    "Suggestion": "field value origin specialty organization accreditation",
    "Viewer": "id practitioner patients accesses roles workplaces permissions readiness accreditations operations "
    "specialisedResources assurance accessTerms filings applicationForm session sessions signInMethods",
    "Session": "id kind client device current assurance secondFactorAt firstSignIn startedAt usedAt expiresAt "
    "idleExpiresAt",
    "LinkedSignInMethod": "id kind issuer linkedAt lastUsedAt",
    "SessionsPayload": "ended viewer problems",
    "FiledItem": "filing",
    "AccessTerms": "version inForceFrom text",
    "AccessTermsPayload": "viewer problems",
    "OpenedOperation": "operation validUntil organizations coordinates",
    "SpecialisedResource": "code topic title url",
    "HeldAccreditation": "accreditation origin",
    "Message": "id kind at title body readAt application accreditation document practitioner organization",
    "AuditEvent": "id position link at arrivedAt store action act actor object roleNames roles permission workplace "
    "onBehalfOf asked factsAsOf requestId versionBefore versionAfter verdict reads about emergency kinds "
    "accreditations operationName operationHash client count by person",
    "AuditedRead": "coordinates objects",
    "DataAccess": "id at by roleNames fields permission emergency person patient",
    "Inbox": "unreadCount mailLanguage",
    "NotificationSetting": "kind channel enabled leadDays required",
    "MarkMessagesReadPayload": "marked inbox viewer",
    "ChangeNotificationSettingsPayload": "settings inbox viewer problems",
    "ServiceNotice": "at startsAt endsAt text",
    "Subscription": "standingChanged",
    "ApplicationChange": "application step at",
    "StandingChange": "viewer at",
    "PractitionerChange": "practitionerId practitioner at",
    "DocumentChange": "documentId document at",
    "ShiftChange": "shiftId shift at",
    "AccreditationChange": "accreditation step at",
    "PatientChange": "patientId patient kind recordId record at",
    "BookingChange": "bookingId booking step at",
    "Role": "name because validUntil organizations",
    "Workplace": "employment active",
    "Permission": "name rules",
    "ReadinessItem": "item done since next",
    "Assurance": "level authTime secondFactorAt",
}
CONNECTIONS = (
    "Practitioner", "Organization", "Employment", "Accreditation", "AccreditationApplication", "Document", "Shift",
    "Message",
    "AuditEvent", "EpisodeOfCare", "Encounter", "Condition", "Observation", "LaboratoryResult", "ImagingStudy",
    "ClinicalNote", "PatientConsent", "Patient", "HistoryEntry", "EmergencyOpening", "Inquiry", "Slot", "Booking",
    "DataAccess",
)  # fmt: skip
CONNECTION_FIELDS = "edges nodes pageInfo totalCount"
EDGE_FIELDS = "cursor node"
