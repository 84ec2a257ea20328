"""How entries of the journal are found: of acts, and of what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.batch import one, page
from engine.errors import BadArgument, Finding
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.bounds import between
from resolvers.codes import codes, printed
from resolvers.context import Context
from sources import audit as source
from sources.audit import AuditEntryRecord
from sources.clinical.emergency_openings import patient_of
from sources.postgres.ask import Ask, Slice, Window

PREFIX = "aud"
LONGEST = 128


class AuditedAct(StrEnum):
    """Acts that leave an entry, by the word that it has for them."""

    CREATE_APPLICATION = "createApplication"
    UPDATE_APPLICATION = "updateApplication"
    DISCARD_APPLICATION = "discardApplication"
    SUBMIT_APPLICATION = "submitApplication"
    WITHDRAW_APPLICATION = "withdrawApplication"
    ANSWER_CLARIFICATION = "answerClarification"
    RESUBMIT_APPLICATION = "resubmitApplication"
    RENEW_ACCREDITATION = "renewAccreditation"
    CLAIM_APPLICATION = "claimApplication"
    RELEASE_APPLICATION = "releaseApplication"
    REQUEST_CLARIFICATION = "requestClarification"
    ADVANCE_APPLICATION = "advanceApplication"
    APPROVE_APPLICATION = "approveApplication"
    REJECT_APPLICATION = "rejectApplication"
    COMMENT_APPLICATION = "commentApplication"
    LAPSE_CLARIFICATION = "lapseClarification"
    RECOMPUTE_DEADLINE = "recomputeDeadline"
    SUSPEND_ACCREDITATION = "suspendAccreditation"
    REINSTATE_ACCREDITATION = "reinstateAccreditation"
    REVOKE_ACCREDITATION = "revokeAccreditation"
    REQUEST_RECHECK = "requestRecheck"
    ADD_ATTESTATION = "addAttestation"
    RENEW_ATTESTATION = "renewAttestation"
    END_ATTESTATION = "endAttestation"
    CONFIGURE_EXTERNAL_SERVICE = "configureExternalService"
    DISABLE_EXTERNAL_SERVICE = "disableExternalService"
    ISSUE_QUALIFICATION_CERTIFICATE = "issueQualificationCertificate"
    ISSUE_PATIENT_CERTIFICATE = "issuePatientCertificate"
    DRAFT_PRESCRIPTION = "draftPrescription"
    UPDATE_PRESCRIPTION = "updatePrescription"
    DISCARD_PRESCRIPTION = "discardPrescription"
    SIGN_PRESCRIPTION = "signPrescription"
    COSIGN_PRESCRIPTION = "cosignPrescription"
    ANNUL_PRESCRIPTION = "annulPrescription"
    RECORD_DISPENSING = "recordDispensing"
    CONFIRM_ACCESS_TERMS = "confirmAccessTerms"
    WITHDRAW_ACCESS_TERMS = "withdrawAccessTerms"
    OPEN_EPISODE = "openEpisode"
    CLOSE_EPISODE = "closeEpisode"
    RECORD_ENCOUNTER = "recordEncounter"
    RECORD_CONDITION = "recordCondition"
    RECORD_OBSERVATION = "recordObservation"
    RECORD_LABORATORY_RESULT = "recordLaboratoryResult"
    ORDER_SERVICE = "orderService"
    CANCEL_ORDER = "cancelOrder"
    RECORD_RESULT = "recordResult"
    SIGN_RESULT = "signResult"
    ACKNOWLEDGE_RESULT = "acknowledgeResult"
    RECORD_ADMINISTRATION = "recordAdministration"
    RECORD_PROCEDURE = "recordProcedure"
    SUBMIT_PROCEDURE_REPORT = "submitProcedureReport"
    ACKNOWLEDGE_PROCEDURE_REPORT = "acknowledgeProcedureReport"
    REQUEUE_SERVICE_MESSAGE = "requeueServiceMessage"
    MARK_ENTERED_IN_ERROR = "markEnteredInError"
    ADD_NOTE = "addNote"
    UPDATE_NOTE = "updateNote"
    DISCARD_NOTE = "discardNote"
    SIGN_NOTE = "signNote"
    COSIGN_NOTE = "cosignNote"
    CORRECT_NOTE = "correctNote"
    ASK_EMERGENCY_ACCESS = "askEmergencyAccess"
    OPEN_EMERGENCY_ACCESS = "openEmergencyAccess"
    CONFIRM_EMERGENCY_ACCESS = "confirmEmergencyAccess"
    CLOSE_EMERGENCY_ACCESS = "closeEmergencyAccess"
    REVIEW_EMERGENCY_ACCESS = "reviewEmergencyAccess"
    GIVE_CONSENT = "giveConsent"
    WITHDRAW_CONSENT = "withdrawConsent"
    RESTRICT_RECORD = "restrictRecord"
    ASK_CONSULTATION = "askConsultation"
    END_CONSULTATION = "endConsultation"
    DRAFT_REFERRAL = "draftReferral"
    DISCARD_REFERRAL = "discardReferral"
    ISSUE_REFERRAL = "issueReferral"
    ANNUL_REFERRAL = "annulReferral"
    ACCEPT_REFERRAL = "acceptReferral"
    DECLINE_REFERRAL = "declineReferral"
    ANSWER_REFERRAL = "answerReferral"
    REQUEST_TELECONSULTATION = "requestTeleconsultation"
    WITHDRAW_TELECONSULTATION = "withdrawTeleconsultation"
    START_TELECONSULTATION = "startTeleconsultation"
    FINISH_TELECONSULTATION = "finishTeleconsultation"
    CANCEL_TELECONSULTATION = "cancelTeleconsultation"
    OPEN_INQUIRY = "openInquiry"
    CLOSE_INQUIRY = "closeInquiry"
    GRANT_ACCESS = "grantAccess"
    REVOKE_ACCESS = "revokeAccess"
    REQUEST_ACCESS_CONFIRMATION = "requestAccessConfirmation"
    CONFIRM_ACCESS = "confirmAccess"
    REFUSE_ACCESS = "refuseAccess"
    EMERGENCY_GRANT = "emergencyGrant"
    REVIEW_EMERGENCY_GRANT = "reviewEmergencyGrant"
    BOOK_APPOINTMENT = "bookAppointment"
    CANCEL_APPOINTMENT = "cancelAppointment"
    PUBLISH_SLOTS = "publishSlots"
    WITHDRAW_SLOTS = "withdrawSlots"
    REGISTER_PATIENT = "registerPatient"
    REGISTER_PRACTITIONER = "registerPractitioner"
    REQUEST_REGISTRY_CORRECTION = "requestRegistryCorrection"
    DECIDE_REGISTRATION = "decideRegistration"
    DECIDE_REGISTRY_CORRECTION = "decideRegistryCorrection"
    LINK_ORGANIZATION = "linkOrganization"
    WITHDRAW_ORGANIZATION_LINK = "withdrawOrganizationLink"
    DECIDE_ORGANIZATION_LINK = "decideOrganizationLink"
    UPDATE_CONTACTS = "updateContacts"
    REQUEST_CONTACT_CODE = "requestContactCode"
    CONFIRM_CONTACT = "confirmContact"
    MATCH_REGISTRY = "matchRegistry"
    TIE_ACCOUNT = "tieAccount"
    UNTIE_ACCOUNT = "untieAccount"
    UNLINK_SIGN_IN_METHOD = "unlinkSignInMethod"
    CHANGE_NOTIFICATION_SETTINGS = "changeNotificationSettings"
    SIGN_IN = "signIn"
    STEP_UP = "stepUp"
    REFRESH_REFUSED = "refreshRefused"
    CLIENT_REFUSED = "clientRefused"
    SIGN_OUT = "signOut"
    END_SESSION = "endSession"
    SIGN_OUT_EVERYWHERE = "signOutEverywhere"
    REQUEST_UPLOAD = "requestUpload"
    COMPLETE_UPLOAD = "completeUpload"
    FORGET_DEVICE = "forgetDevice"
    INSPECT_DOCUMENT = "inspectDocument"
    SIGN_DOCUMENT = "signDocument"
    JUDGE_SIGNATURE = "judgeSignature"
    VERIFY_CONTENT = "verifyContent"
    EXPORT_AUDIT = "exportAudit"
    SEND_DOCUMENT = "sendDocument"
    RESEND_PACKAGE = "resendPackage"
    REQUEUE_PACKAGE = "requeuePackage"
    RECEIVE_PACKAGE = "receivePackage"
    REQUEST_INFORMATION = "requestInformation"
    WITHDRAW_INFORMATION_REQUEST = "withdrawInformationRequest"
    FETCH_AUDIT = "fetchAudit"
    ANNOUNCE = "announce"
    WITHDRAW_ANNOUNCEMENT = "withdrawAnnouncement"
    ANNOUNCE_WORKS = "announceWorks"
    CORRECT_WORKS = "correctWorks"
    WITHDRAW_WORKS = "withdrawWorks"
    SIGN_IN_REFUSED = "signInRefused"
    PROPOSE_APPOINTMENT = "proposeAppointment"
    CONFIRM_APPOINTMENT = "confirmAppointment"
    END_APPOINTMENT = "endAppointment"
    APPOINT = "appoint"
    LOCK_ACCOUNT = "lockAccount"
    PROPOSE_UNLOCK = "proposeUnlock"
    CONFIRM_UNLOCK = "confirmUnlock"
    SUPPORT_TICKET = "supportTicket"
    ANSWER_TICKET = "answerTicket"
    CLOSE_TICKET = "closeTicket"
    SAVE_REPORT_TEMPLATE = "saveReportTemplate"
    DELETE_REPORT_TEMPLATE = "deleteReportTemplate"
    READ = "read"


class AccessVerdict(StrEnum):
    """What came of an access to what is journaled."""

    GIVEN = "GIVEN"
    ABSENT = "ABSENT"
    SIGN_IN = "SIGN_IN"
    ACCOUNT_BLOCKED = "ACCOUNT_BLOCKED"
    ACCOUNT_NOT_CONFIRMED = "ACCOUNT_NOT_CONFIRMED"
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    REGISTRY_LINK_MISSING = "REGISTRY_LINK_MISSING"
    LINK_REQUIRED = "LINK_REQUIRED"
    ORG_CLOSED = "ORG_CLOSED"
    ROLE = "ROLE"
    OBJECT = "OBJECT"
    SECOND_FACTOR = "SECOND_FACTOR"
    SECOND_FACTOR_NOT_CONFIGURED = "SECOND_FACTOR_NOT_CONFIGURED"
    WORKPLACE = "WORKPLACE"
    REMOTE_ACCREDITATION = "REMOTE_ACCREDITATION"
    MASKED = "MASKED"


@dataclass(frozen=True)
class AuditFilter:
    """Which audit entries are wanted: all conditions must hold."""

    since: datetime | None = None
    until: datetime | None = None
    action: list[AuditedAct] | None = None
    act: list[str] | None = None
    object: str | None = None
    actor: str | None = None
    person: str | None = None
    patient: str | None = None
    verdict: list[AccessVerdict] | None = None
    opening: str | None = None


def filters(given: AuditFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: a time that ends before it begins, or what cannot be the name of anything.
    """
    if given is None:
        return {}
    found = between({"since": given.since, "until": given.until}, "filter.")
    if given.action is not None:
        found["action"] = [*dict.fromkeys(action.value for action in given.action)]
    if given.act is not None:
        found["act"] = codes(given.act, "filter.act", LONGEST)
    if given.verdict is not None:
        found["verdict"] = [*dict.fromkeys(verdict.value for verdict in given.verdict)]
    if given.opening is not None:
        found["opening"] = decode(prefixes.EMERGENCY_OPENING, given.opening) or 0
    if given.person is not None and given.patient is not None:
        raise BadArgument("filter.patient", "give either 'person' or 'patient'", Finding.EXCLUSIVE)
    for name, column in (("object", "object"), ("actor", "subject"), ("person", "person"), ("patient", "person")):
        if (text := getattr(given, name)) is not None:
            found[column] = printed(text, f"filter.{name}", LONGEST)
    return found


async def _wanted(context: Context, given: AuditFilter | None) -> dict[str, object]:
    """The filter with the patient of the opening that it names: by him an index finds the entries.

    Raises:
        BadArgument: a time that ends before it begins, or what cannot be the name of anything.
        SourceFailure: the clinical store did not say whose opening it is.
    """
    found = filters(given)
    key: Any = found.pop("opening", None)
    if key is not None:
        patient = await patient_of(context.stores.clinical, key)
        found |= {"about": encode(prefixes.PATIENT, patient or 0), "opening": encode(prefixes.EMERGENCY_OPENING, key)}
    return found


def _ahead(given: Mapping[str, Any]) -> int:
    """Whose opening it is, is asked by a statement of its own."""
    wanted: AuditFilter | None = given.get("filter")
    return int(wanted is not None and wanted.opening is not None)


@one("journal", AuditEntryRecord)
async def at(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AuditEntryRecord]:
    """Audit entries by position."""
    return await source.at_positions(context.stores.journal, keys, ask)


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: AuditFilter | None = None
) -> dict[None, int]:
    return await source.entries_count(context.stores.journal, keys, ask, await _wanted(context, filter))


@page("journal", AuditEntryRecord, _count, ahead=_ahead)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: AuditFilter | None = None
) -> dict[None, Slice[AuditEntryRecord]]:
    """All audit entries that fit the filter, the last that arrived first."""
    return await source.entries(context.stores.journal, keys, ask, window, await _wanted(context, filter))
