"""The vocabulary of permissions, `domain:facet:action`, kept sorted; who holds them stands in `auth/policy.py`."""

from enum import StrEnum


class Permission(StrEnum):
    """What a field or an object may ask of its reader."""

    ACCESS_EMERGENCY_GRANT = "access:emergency:grant"
    """Hand access on for a short time while the service is down."""

    ACCESS_EMERGENCY_REVIEW = "access:emergency:review"
    """Judge afterwards whether access in an emergency was rightly handed on."""

    ACCESS_GRANT_READ = "access:grant:read"
    """See what access was handed on, by whom, to whom and until when."""

    ACCESS_GRANT_WRITE = "access:grant:write"
    """Hand one's own access on, and take that back."""

    ACCESS_PATIENTS_GRANT = "access:patients:grant"
    """Hand on a module that is about patients."""

    ACCESS_REQUEST_DECIDE = "access:request:decide"
    """Confirm or refuse a request for access."""

    ACCESS_REQUEST_WRITE = "access:request:write"
    """Ask that access be confirmed which a colleague has."""

    ACCESS_TERMS_WRITE = "access:terms:write"
    """Consent to the terms of access, and take the consent back."""

    ACCREDITATION_ATTESTATION_READ = "accreditation:attestation:read"
    """See what is attested for work from afar, by whom and until when."""

    ACCREDITATION_ATTESTATION_WRITE = "accreditation:attestation:write"
    """Record what is attested for work from afar, renew it, and end it before its term."""

    ACCREDITATION_DECISION_READ = "accreditation:decision:read"
    """Read the decision of the commission behind a record."""

    ACCREDITATION_RECORD_READ = "accreditation:record:read"
    """See records of accreditation, with what they rest on."""

    ACCREDITATION_RECHECK_REQUEST = "accreditation:recheck:request"
    """Ask for a repeated check of a record."""

    ACCREDITATION_STATE_WRITE = "accreditation:state:write"
    """Suspend, reinstate and revoke a record."""

    ANALYTICS_REPORT_READ = "analytics:report:read"
    """Read reports on work: how many encounters there were, and whether they were documented in time; no patient."""

    ANALYTICS_TEMPLATE_WRITE = "analytics:template:write"
    """Keep, change and throw away one's own templates of reports."""

    APPLICATION_CASE_CLAIM = "application:case:claim"
    """Take an application from the queue."""

    APPLICATION_CASE_DECIDE = "application:case:decide"
    """Approve or reject a claimed application."""

    APPLICATION_CASE_EXAMINE = "application:case:examine"
    """Examine a claimed application: ask, advance, put back."""

    APPLICATION_COMMENT_READ = "application:comment:read"
    """See a comment on an application at all; internal ones are for those who examine."""

    APPLICATION_COMMENT_WRITE = "application:comment:write"
    """Remark on a claimed application."""

    APPLICATION_CONTACT_READ = "application:contact:read"
    """Read phone and e-mail that an application names."""

    APPLICATION_FILE_READ = "application:file:read"
    """Read the file of an application: applicant, course, outcome, history."""

    APPLICATION_FILE_WRITE = "application:file:write"
    """Draft an application, submit it, answer for it, withdraw it."""

    APPLICATION_QUEUE_READ = "application:queue:read"
    """See that an application exists: number, kind, specialty, stage, deadline."""

    APPLICATION_REVIEW_READ = "application:review:read"
    """Read what the examining expert remarked."""

    APPOINTMENT_RECORD_READ = "appointment:record:read"
    """See appointments to functions: who holds which, where, until when, and by whom it was given."""

    APPOINTMENT_RECORD_WRITE = "appointment:record:write"
    """Propose, confirm and end appointments; who does which for which function stands in the rules of appointing."""

    AUDIT_EVENT_EXPORT = "audit:event:export"
    """Have a sealed package made of a part of the journal, and fetch it."""

    AUDIT_EVENT_READ = "audit:event:read"
    """Read the journal of acts: who did what to which object, without what it says."""

    CLINICAL_CARD_MASKED = "clinical:card:masked"
    """See that there is a patient: sex and year of birth, no name."""

    CLINICAL_CARD_READ = "clinical:card:read"
    """Read a patient's card: names, sex, date of birth, representatives."""

    CLINICAL_CARD_WRITE = "clinical:card:write"
    """Register a patient at an organisation."""

    CLINICAL_CONSENT_WRITE = "clinical:consent:write"
    """Give a patient's consent, and take it back."""

    CLINICAL_CONSULTATION_WRITE = "clinical:consultation:write"
    """Ask a colleague to consult on a patient, and end that."""

    CLINICAL_CONTACT_READ = "clinical:contact:read"
    """Read a patient's contacts and the number of his policy."""

    CLINICAL_EMERGENCY_CLOSE = "clinical:emergency:close"
    """End one's own emergency opening before its time."""

    CLINICAL_EMERGENCY_CONFIRM = "clinical:emergency:confirm"
    """Let an emergency opening reach what is specially protected."""

    CLINICAL_EMERGENCY_OPEN = "clinical:emergency:open"
    """Open the history of a patient in an emergency, with a reason."""

    CLINICAL_EMERGENCY_READ = "clinical:emergency:read"
    """See emergency openings: who opened whose history, why, and what was found of it."""

    CLINICAL_EMERGENCY_REVIEW = "clinical:emergency:review"
    """Judge an emergency opening afterwards."""

    CLINICAL_EPISODE_WRITE = "clinical:episode:write"
    """Open an episode of care, close it, record encounters."""

    CLINICAL_ERROR_MARK = "clinical:error:mark"
    """Say that a record was entered in error: one's own, or one of the ward."""

    CLINICAL_HISTORY_MASKED = "clinical:history:masked"
    """See episodes, encounters, conditions, notes and studies as codes and dates, without texts."""

    CLINICAL_HISTORY_READ = "clinical:history:read"
    """Read episodes, encounters, conditions, notes and studies."""

    CLINICAL_LABEL_WRITE = "clinical:label:write"
    """Restrict a record to those on its list, or open it again."""

    CLINICAL_INQUIRY_CLOSE = "clinical:inquiry:close"
    """End an inquiry about a patient."""

    CLINICAL_INQUIRY_OPEN = "clinical:inquiry:open"
    """Open an inquiry about a patient and a time, on a basis."""

    CLINICAL_INQUIRY_READ = "clinical:inquiry:read"
    """See inquiries: whose, about which time, on which basis, until when."""

    CLINICAL_NOTE_COSIGN = "clinical:note:cosign"
    """Sign what a trainee wrote, beside him."""

    CLINICAL_NOTE_SIGN = "clinical:note:sign"
    """Sign entries of the history."""

    CLINICAL_NOTE_WRITE = "clinical:note:write"
    """Write entries of the history, and diagnoses, as drafts."""

    CLINICAL_OBSERVATION_WRITE = "clinical:observation:write"
    """Record observations."""

    CLINICAL_ORDER_MASKED = "clinical:order:masked"
    """See what was ordered for a patient, and how far it has come."""

    CLINICAL_ORDER_READ = "clinical:order:read"
    """Read the words of an order, and of the protocol by which it was carried out."""

    CLINICAL_ORDER_WRITE = "clinical:order:write"
    """Order a service for a patient, cancel that, and acknowledge what was found."""

    CLINICAL_PROTOCOL_SIGN = "clinical:protocol:sign"
    """Sign the protocol of an order that was recorded by a service account."""

    CLINICAL_PROTOCOL_WRITE = "clinical:protocol:write"
    """Carry an order out: record its values or its conclusion."""

    CLINICAL_PROCEDURE_READ = "clinical:procedure:read"
    """Read which procedures were done for a patient."""

    CLINICAL_PROCEDURE_WRITE = "clinical:procedure:write"
    """Record that a procedure was done for a patient."""

    CLINICAL_PRESCRIPTION_ANNUL = "clinical:prescription:annul"
    """Annul a prescription that is registered."""

    CLINICAL_PRESCRIPTION_DISPENSE = "clinical:prescription:dispense"
    """Say what was dispensed by a prescription."""

    CLINICAL_PRESCRIPTION_DRAFT = "clinical:prescription:draft"
    """Draft a prescription, change the draft, and throw it away."""

    CLINICAL_PRESCRIPTION_MASKED = "clinical:prescription:masked"
    """See that something was prescribed, when, and where the prescription stands."""

    CLINICAL_PRESCRIPTION_READ = "clinical:prescription:read"
    """Read what was prescribed, with series and number."""

    CLINICAL_PRESCRIPTION_SIGN = "clinical:prescription:sign"
    """Sign a prescription, or co-sign that of another."""

    CLINICAL_REFERRAL_ACCEPT = "clinical:referral:accept"
    """Accept a referral for the organisation that it names, or decline it."""

    CLINICAL_REFERRAL_ANNUL = "clinical:referral:annul"
    """Take back a referral that was issued."""

    CLINICAL_REFERRAL_ANSWER = "clinical:referral:answer"
    """Say what came of a referral."""

    CLINICAL_REFERRAL_CARD = "clinical:referral:card"
    """Read whom a referral names: his name, day of birth and number of insurance."""

    CLINICAL_REFERRAL_DRAFT = "clinical:referral:draft"
    """Draw up a referral, and throw it away again."""

    CLINICAL_REFERRAL_MASKED = "clinical:referral:masked"
    """See that there is a referral: of which kind, from whom to whom, until when, and how it stands."""

    CLINICAL_REFERRAL_READ = "clinical:referral:read"
    """Read what a referral says: the diagnosis, why, and what came of it."""

    CLINICAL_REFERRAL_SIGN = "clinical:referral:sign"
    """Sign a referral, so that it is issued."""

    CLINICAL_RESULT_MASKED = "clinical:result:masked"
    """See observations and results as codes and dates, without texts."""

    CLINICAL_RESULT_READ = "clinical:result:read"
    """Read observations and results."""

    CLINICAL_SPECIAL_READ = "clinical:special:read"
    """Read what is specially protected: psychiatry, HIV, genetics, reproduction."""

    CLINICAL_TELECONSULTATION_CONDUCT = "clinical:teleconsultation:conduct"
    """Begin a session of telemedicine, finish it, and call it off."""

    CLINICAL_TELECONSULTATION_READ = "clinical:teleconsultation:read"
    """See sessions of telemedicine, asked for and held."""

    CLINICAL_TELECONSULTATION_REQUEST = "clinical:teleconsultation:request"
    """Ask for a session of telemedicine for oneself, and take that back."""

    DOCUMENT_CATALOGUE_READ = "document:catalogue:read"
    """See documents with their checks and signatures."""

    DOCUMENT_CERTIFICATE_ISSUE = "document:certificate:issue"
    """Have a certificate of one's own qualification issued."""

    DOCUMENT_CHECK_WRITE = "document:check:write"
    """Say what one saw on a document oneself: a stamp, a signature by hand."""

    DOCUMENT_CLINICAL_READ = "document:clinical:read"
    """Fetch the bytes of documents that say something of a patient, and see pictures of their pages."""

    DOCUMENT_CONTENT_READ = "document:content:read"
    """Fetch the bytes of documents, and see pictures of their pages; those of passports and СНИЛС identify a person."""

    DOCUMENT_CONTENT_WRITE = "document:content:write"
    """Put files in: new documents, and other content of those that are neither signed nor sent."""

    DOCUMENT_NUMBER_READ = "document:number:read"
    """Read series, number and issuer of documents; those of passports and СНИЛС identify a person."""

    DOCUMENT_PACKAGE_READ = "document:package:read"
    """See which documents were sent to whom, or came from whom, and what came of it."""

    DOCUMENT_PACKAGE_SEND = "document:package:send"
    """Send documents to an insurer, a regulator or another organisation."""

    DOCUMENT_REQUEST_READ = "document:request:read"
    """See requests for information to an organisation."""

    DOCUMENT_REQUEST_WRITE = "document:request:write"
    """Request information of an organisation."""
    DOCUMENT_SIGNATURE_WRITE = "document:signature:write"
    """Put a signature under a document."""

    IDENTITY_SESSION_WRITE = "identity:session:write"
    """End one's own sessions: sign out, here, elsewhere and everywhere."""

    NOTIFICATION_MESSAGE_READ = "notification:message:read"
    """Read one's own messages and the settings of notifications."""

    NOTIFICATION_MESSAGE_WRITE = "notification:message:write"
    """Mark one's own messages read, and change the settings of notifications."""

    ORGANIZATION_LINK_DECIDE = "organization:link:decide"
    """Confirm or refuse that somebody is tied to the organisation."""

    ORGANIZATION_LINK_READ = "organization:link:read"
    """See who is, or asked to be, tied to which organisation."""

    ORGANIZATION_LINK_WRITE = "organization:link:write"
    """Ask to be tied to an organisation, and take that back."""

    ORGANIZATION_SERVICE_READ = "organization:service:read"
    """See with which services elsewhere an organisation works, and how these are."""

    ORGANIZATION_SERVICE_WRITE = "organization:service:write"
    """Say where an organisation asks a service elsewhere and under which name its secret is kept, and disable it."""

    ORGANIZATION_TELEMEDICINE_READ = "organization:telemedicine:read"
    """See how the platform of telemedicine at one's workplace is."""

    PRACTITIONER_CONTACT_READ = "practitioner:contact:read"
    """Read phone and e-mail."""

    PRACTITIONER_CONTACT_WRITE = "practitioner:contact:write"
    """Have one's own phone and e-mail changed, once they are proved."""

    PRACTITIONER_EDUCATION_READ = "practitioner:education:read"
    """Read education and certificates."""

    PRACTITIONER_EMPLOYMENT_READ = "practitioner:employment:read"
    """See employments with their terms."""

    PRACTITIONER_IDENTITY_MASKED = "practitioner:identity:masked"
    """Read the last two digits of the СНИЛС and the year of birth."""

    PRACTITIONER_IDENTITY_READ = "practitioner:identity:read"
    """Read, search and order by date of birth, СНИЛС and ИНН."""

    REGISTRY_REQUEST_DECIDE = "registry:request:decide"
    """Decide what somebody asks of the register."""

    REGISTRY_REQUEST_READ = "registry:request:read"
    """See that somebody asks something of the register, and what came of it."""

    REGISTRY_REQUEST_VALUES = "registry:request:values"
    """Read what somebody asks to have entered of him."""

    REGISTRY_REQUEST_WRITE = "registry:request:write"
    """Ask to be entered in the register, and to have corrected what it says."""

    REPORT_PROCEDURE_ACKNOWLEDGE = "report:procedure:acknowledge"
    """Accept a report on procedures that was submitted to the registration office, or return it."""

    REPORT_PROCEDURE_READ = "report:procedure:read"
    """Read reports on procedures: how many were done, and those that were submitted."""

    REPORT_PROCEDURE_SUBMIT = "report:procedure:submit"
    """Submit a report on procedures to the registration office."""

    SCHEDULE_BOOKING_READ = "schedule:booking:read"
    """See who is booked when."""

    SCHEDULE_BOOKING_WRITE = "schedule:booking:write"
    """Book for a patient, and call that off."""

    SCHEDULE_SHIFT_READ = "schedule:shift:read"
    """See shifts."""

    SCHEDULE_SLOT_READ = "schedule:slot:read"
    """See times at which one can be booked; those that are published are public."""

    SCHEDULE_SLOT_WRITE = "schedule:slot:write"
    """Publish times at which one can be booked, and withdraw them."""

    SERVICE_STATUS_READ = "service:status:read"
    """See which stores and services of the cabinet answer."""

    SUPPORT_LOCK_LIFT = "support:lock:lift"
    """Propose that a lock of an account is lifted, and confirm what another proposed."""

    SUPPORT_LOCK_READ = "support:lock:read"
    """See locks of accounts: whose, why, until when."""

    SUPPORT_MATCH_READ = "support:match:read"
    """See why an account was matched with a row of the register, or was not."""

    SUPPORT_TICKET_ANSWER = "support:ticket:answer"
    """Answer what somebody asked support."""

    SUPPORT_TICKET_CLOSE = "support:ticket:close"
    """Close a ticket of support."""

    SUPPORT_TICKET_OPEN = "support:ticket:open"
    """Ask support for something, even while the account is locked or not confirmed."""

    SUPPORT_TICKET_READ = "support:ticket:read"
    """See tickets of support with their words."""
