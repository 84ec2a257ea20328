"""The least assurance for each permission, on one page: account, and age of a second factor. Acts have that of theirs.

What concerns others asks for more than what is one's own; what identifies a person, decides about him, signs, or is
specially protected asks for a second factor of 15 minutes, and the histories of patients for one of a shift. Of a
program nobody can ask for one: it proves who it is by its key. The policy says who has a permission, by which rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from auth.assurance import Age, Level
from auth.permissions import Permission as P
from auth.role import RoleName
from auth.rules import Clause, Row, Rule

# What is the viewer's own, or about himself.
OF_HIMSELF: Final = frozenset({Rule.OWN, Rule.ADDRESSED, Rule.ADDRESSEE, Rule.PATIENT, Rule.OPENER})
# What everybody may know.
OF_EVERYBODY: Final = frozenset({Rule.INSTITUTION, Rule.PUBLISHED, Rule.PLAIN})
PROGRAMS: Final = frozenset({RoleName.MIS})


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least assurance for a permission.

    Attributes:
        level: of the account; whoever is below it reads by this permission what everybody may, if anything.
        others: how old a second factor may be for what concerns others; None where none is asked for.
        himself: the same for what is the viewer's own.
        by: rules for which another age holds than `others`, for they reach further, or less far.
    """

    level: Level = Level.CONFIRMED
    others: Age | None = None
    himself: Age | None = None
    by: Mapping[Rule, Age | None] = field(default_factory=dict)

    def of(self, role: RoleName, rule: Rule) -> Age | None:
        """How old a second factor may be for one way to the permission; None where none is asked for."""
        if rule in OF_EVERYBODY or rule is Rule.BEHALF or role in PROGRAMS:
            return None
        return self.himself if rule in OF_HIMSELF else self.by.get(rule, self.others)


_NONE: Final = Minimum()
_PUBLIC: Final = Minimum(level=Level.UNCONFIRMED)
_FRESH: Final = Minimum(others=Age.FRESH)
# Whoever looks into a patient's data by an inquiry does not treat him, and may come upon what is specially protected.
_INQUIRY: Final = {Rule.INQUIRY: Age.FRESH}
_SPECIAL: Final = dict.fromkeys((Rule.TRUSTED, Rule.WARD_TRUSTED, Rule.EMERGENCY_CONFIRMED), Age.FRESH)
_OF_PATIENTS: Final = Minimum(by=_INQUIRY)
_HISTORY: Final = Minimum(others=Age.RECENT, by=_INQUIRY | _SPECIAL)
_OF_REFERRALS: Final = Minimum(by=_INQUIRY | _SPECIAL)
_WRITING: Final = Minimum(by=_SPECIAL)

MINIMUMS: Final[Mapping[P, Minimum]] = {
    P.ACCESS_EMERGENCY_GRANT: _FRESH,
    P.ACCESS_EMERGENCY_REVIEW: _FRESH,
    P.ACCESS_GRANT_READ: _NONE,
    P.ACCESS_GRANT_WRITE: _NONE,
    # Whose patients they are hands their histories on: that asks for a factor, though the right is his own.
    P.ACCESS_PATIENTS_GRANT: Minimum(others=Age.FRESH, himself=Age.FRESH),
    P.ACCESS_REQUEST_DECIDE: _FRESH,
    P.ACCESS_REQUEST_WRITE: _NONE,
    P.ACCESS_TERMS_WRITE: _NONE,
    P.ACCREDITATION_ATTESTATION_READ: _NONE,
    # It opens the right to treat from afar, and ends it.
    P.ACCREDITATION_ATTESTATION_WRITE: _FRESH,
    P.ACCREDITATION_DECISION_READ: _NONE,
    P.ACCREDITATION_RECORD_READ: _PUBLIC,
    P.ACCREDITATION_RECHECK_REQUEST: _NONE,
    P.ACCREDITATION_STATE_WRITE: _FRESH,
    P.ANALYTICS_REPORT_READ: _NONE,
    P.ANALYTICS_TEMPLATE_WRITE: _NONE,
    P.APPLICATION_CASE_CLAIM: _NONE,
    P.APPLICATION_CASE_DECIDE: _FRESH,
    P.APPLICATION_CASE_EXAMINE: _NONE,
    P.APPLICATION_COMMENT_READ: _NONE,
    P.APPLICATION_COMMENT_WRITE: _NONE,
    P.APPLICATION_CONTACT_READ: _NONE,
    P.APPLICATION_FILE_READ: _NONE,
    P.APPLICATION_FILE_WRITE: _NONE,
    P.APPLICATION_QUEUE_READ: _NONE,
    P.APPLICATION_REVIEW_READ: _NONE,
    P.APPOINTMENT_RECORD_READ: _NONE,
    P.APPOINTMENT_RECORD_WRITE: _FRESH,
    P.AUDIT_EVENT_EXPORT: _FRESH,
    P.AUDIT_EVENT_READ: _NONE,
    P.CLINICAL_CARD_MASKED: _OF_PATIENTS,
    P.CLINICAL_CARD_READ: _OF_PATIENTS,
    P.CLINICAL_CARD_WRITE: _NONE,
    P.CLINICAL_CONSENT_WRITE: _NONE,
    P.CLINICAL_CONSULTATION_WRITE: _NONE,
    P.CLINICAL_CONTACT_READ: _OF_PATIENTS,
    P.CLINICAL_EMERGENCY_CLOSE: _NONE,
    P.CLINICAL_EMERGENCY_CONFIRM: _FRESH,
    P.CLINICAL_EMERGENCY_OPEN: _FRESH,
    # A second doctor is asked while it is in force.
    P.CLINICAL_EMERGENCY_READ: Minimum(others=Age.RECENT, by={Rule.HERE: Age.FRESH}),
    P.CLINICAL_EMERGENCY_REVIEW: _FRESH,
    P.CLINICAL_EPISODE_WRITE: _NONE,
    P.CLINICAL_ERROR_MARK: _WRITING,
    P.CLINICAL_HISTORY_MASKED: _HISTORY,
    P.CLINICAL_HISTORY_READ: _HISTORY,
    P.CLINICAL_INQUIRY_CLOSE: _NONE,
    P.CLINICAL_INQUIRY_OPEN: _FRESH,
    P.CLINICAL_INQUIRY_READ: _NONE,
    P.CLINICAL_LABEL_WRITE: _NONE,
    P.CLINICAL_NOTE_COSIGN: _FRESH,
    P.CLINICAL_NOTE_SIGN: _FRESH,
    P.CLINICAL_NOTE_WRITE: _WRITING,
    P.CLINICAL_OBSERVATION_WRITE: _NONE,
    P.CLINICAL_ORDER_MASKED: _HISTORY,
    P.CLINICAL_ORDER_READ: _HISTORY,
    P.CLINICAL_ORDER_WRITE: _WRITING,
    P.CLINICAL_PROTOCOL_SIGN: _FRESH,
    # Whoever records it signs it by that; a program does not, and shows none.
    P.CLINICAL_PROTOCOL_WRITE: _FRESH,
    P.CLINICAL_PROCEDURE_READ: _HISTORY,
    P.CLINICAL_PROCEDURE_WRITE: _WRITING,
    P.CLINICAL_PRESCRIPTION_ANNUL: _FRESH,
    P.CLINICAL_PRESCRIPTION_DISPENSE: _NONE,
    P.CLINICAL_PRESCRIPTION_DRAFT: _WRITING,
    P.CLINICAL_PRESCRIPTION_MASKED: _HISTORY,
    P.CLINICAL_PRESCRIPTION_READ: _HISTORY,
    P.CLINICAL_PRESCRIPTION_SIGN: _FRESH,
    P.CLINICAL_REFERRAL_ACCEPT: _NONE,
    P.CLINICAL_REFERRAL_ANNUL: _WRITING,
    P.CLINICAL_REFERRAL_ANSWER: _NONE,
    P.CLINICAL_REFERRAL_CARD: _OF_REFERRALS,
    P.CLINICAL_REFERRAL_DRAFT: _WRITING,
    P.CLINICAL_REFERRAL_MASKED: _OF_REFERRALS,
    P.CLINICAL_REFERRAL_READ: _HISTORY,
    P.CLINICAL_REFERRAL_SIGN: _FRESH,
    P.CLINICAL_RESULT_MASKED: _HISTORY,
    P.CLINICAL_RESULT_READ: _HISTORY,
    P.CLINICAL_SPECIAL_READ: _FRESH,
    # A session says of its patient what a history does; its conclusion is signed with a fresh factor.
    P.CLINICAL_TELECONSULTATION_CONDUCT: Minimum(others=Age.RECENT),
    P.CLINICAL_TELECONSULTATION_READ: Minimum(others=Age.RECENT),
    P.CLINICAL_TELECONSULTATION_REQUEST: _NONE,
    P.DOCUMENT_CATALOGUE_READ: _NONE,
    P.DOCUMENT_CERTIFICATE_ISSUE: _NONE,
    P.DOCUMENT_CHECK_WRITE: _NONE,
    P.DOCUMENT_CLINICAL_READ: _FRESH,
    P.DOCUMENT_CONTENT_READ: _FRESH,
    P.DOCUMENT_CONTENT_WRITE: _NONE,
    P.DOCUMENT_NUMBER_READ: _FRESH,
    P.DOCUMENT_PACKAGE_READ: _NONE,
    # What was sent is out of our hands: that asks for a factor, though the documents are his own.
    P.DOCUMENT_PACKAGE_SEND: Minimum(others=Age.FRESH, himself=Age.FRESH),
    P.DOCUMENT_REQUEST_READ: _NONE,
    P.DOCUMENT_REQUEST_WRITE: Minimum(others=Age.FRESH, himself=Age.FRESH),
    # The signature itself proves who signs; whoever signs for an organisation shows his factor as for its decisions.
    P.DOCUMENT_SIGNATURE_WRITE: _FRESH,
    # Whoever is not confirmed has begun a session too.
    P.IDENTITY_SESSION_WRITE: _PUBLIC,
    P.NOTIFICATION_MESSAGE_READ: _NONE,
    P.NOTIFICATION_MESSAGE_WRITE: _NONE,
    P.ORGANIZATION_LINK_DECIDE: _FRESH,
    P.ORGANIZATION_LINK_READ: _NONE,
    P.ORGANIZATION_LINK_WRITE: _NONE,
    P.ORGANIZATION_SERVICE_READ: _NONE,
    # It says where a secret of the organisation is shown.
    P.ORGANIZATION_SERVICE_WRITE: _FRESH,
    P.ORGANIZATION_TELEMEDICINE_READ: _NONE,
    P.PRACTITIONER_CONTACT_READ: _NONE,
    P.PRACTITIONER_CONTACT_WRITE: _NONE,
    P.PRACTITIONER_EDUCATION_READ: _NONE,
    P.PRACTITIONER_EMPLOYMENT_READ: _NONE,
    P.PRACTITIONER_IDENTITY_MASKED: _NONE,
    P.PRACTITIONER_IDENTITY_READ: _FRESH,
    P.REGISTRY_REQUEST_DECIDE: _FRESH,
    P.REGISTRY_REQUEST_READ: _NONE,
    P.REGISTRY_REQUEST_VALUES: _FRESH,
    P.REGISTRY_REQUEST_WRITE: _NONE,
    # Whoever submits a report vouches for it, be it of his own work.
    P.REPORT_PROCEDURE_ACKNOWLEDGE: _NONE,
    P.REPORT_PROCEDURE_READ: _OF_PATIENTS,
    P.REPORT_PROCEDURE_SUBMIT: Minimum(others=Age.FRESH, himself=Age.FRESH),
    P.SCHEDULE_BOOKING_READ: _NONE,
    P.SCHEDULE_BOOKING_WRITE: _NONE,
    P.SCHEDULE_SHIFT_READ: _NONE,
    P.SCHEDULE_SLOT_READ: _PUBLIC,
    P.SCHEDULE_SLOT_WRITE: _NONE,
    P.SERVICE_STATUS_READ: _PUBLIC,
    P.SUPPORT_LOCK_LIFT: _FRESH,
    P.SUPPORT_LOCK_READ: _NONE,
    P.SUPPORT_MATCH_READ: _NONE,
    P.SUPPORT_TICKET_ANSWER: _NONE,
    P.SUPPORT_TICKET_CLOSE: _PUBLIC,
    P.SUPPORT_TICKET_OPEN: _PUBLIC,
    P.SUPPORT_TICKET_READ: _PUBLIC,
}


def held_to(rows: Mapping[P, Row], minimums: Mapping[P, Minimum] = MINIMUMS) -> dict[P, Row]:
    """The rows of a policy with the age of a second factor at each way; those without a minimum are left out."""
    return {
        permission: {
            role: tuple(Clause(one.rule, minimums[permission].of(role, one.rule)) for one in clauses)
            for role, clauses in row.items()
        }
        for permission, row in rows.items()
        if permission in minimums
    }
