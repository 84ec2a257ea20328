"""How entries of the journal are found: of acts, and of what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.batch import one, page
from engine.errors import BadArgument, Finding
from resolvers.bounds import between
from resolvers.codes import codes
from resolvers.context import Context
from sources import audit as source
from sources.audit import AuditEntryRecord
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
    CONFIRM_ACCESS_TERMS = "confirmAccessTerms"
    WITHDRAW_ACCESS_TERMS = "withdrawAccessTerms"
    OPEN_EPISODE = "openEpisode"
    CLOSE_EPISODE = "closeEpisode"
    RECORD_ENCOUNTER = "recordEncounter"
    RECORD_CONDITION = "recordCondition"
    RECORD_OBSERVATION = "recordObservation"
    RECORD_LABORATORY_RESULT = "recordLaboratoryResult"
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
    OPEN_INQUIRY = "openInquiry"
    CLOSE_INQUIRY = "closeInquiry"
    BOOK_APPOINTMENT = "bookAppointment"
    CANCEL_APPOINTMENT = "cancelAppointment"
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
    CHANGE_NOTIFICATION_SETTINGS = "changeNotificationSettings"
    SIGN_IN = "signIn"
    STEP_UP = "stepUp"
    REFRESH_REFUSED = "refreshRefused"
    CLIENT_REFUSED = "clientRefused"
    SIGN_OUT = "signOut"
    END_SESSION = "endSession"
    SIGN_OUT_EVERYWHERE = "signOutEverywhere"
    ANNOUNCE = "announce"
    WITHDRAW_ANNOUNCEMENT = "withdrawAnnouncement"
    ANNOUNCE_WORKS = "announceWorks"
    CORRECT_WORKS = "correctWorks"
    WITHDRAW_WORKS = "withdrawWorks"
    SIGN_IN_REFUSED = "signInRefused"
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
    if given.person is not None and given.patient is not None:
        raise BadArgument("filter.patient", "give either 'person' or 'patient'", Finding.EXCLUSIVE)
    for name, column in (("object", "object"), ("actor", "subject"), ("person", "person"), ("patient", "person")):
        if (text := getattr(given, name)) is not None:
            if len(text) > LONGEST:
                raise BadArgument(
                    f"filter.{name}", f"expected at most {LONGEST} characters", Finding.TOO_LONG, most=LONGEST
                )
            if not text.isprintable():
                raise BadArgument(f"filter.{name}", "expected characters that can be printed", Finding.ILL_FORMED)
            found[column] = text
    return found


@one("journal", AuditEntryRecord)
async def at(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AuditEntryRecord]:
    """Audit entries by position."""
    return await source.at_positions(context.stores.journal, keys, ask)


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: AuditFilter | None = None
) -> dict[None, int]:
    return await source.entries_count(context.stores.journal, keys, ask, filters(filter))


@page("journal", AuditEntryRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: AuditFilter | None = None
) -> dict[None, Slice[AuditEntryRecord]]:
    """All audit entries that fit the filter, the last that arrived first."""
    return await source.entries(context.stores.journal, keys, ask, window, filters(filter))
