"""What a reader can put right in an act (поправимая ошибка): a code, a place, and what may be told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ProblemCode(StrEnum):
    """Codes of problems; each has its words in `resolvers.wording`."""

    # What is asked for does not fit.
    FIELD_REQUIRED = "FIELD_REQUIRED"
    FIELD_FORMAT = "FIELD_FORMAT"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    FIELD_FORBIDDEN_CHARACTER = "FIELD_FORBIDDEN_CHARACTER"
    UNKNOWN_SPECIALTY = "UNKNOWN_SPECIALTY"
    SPECIALTY_NOT_SUPPORTED_BY_EDUCATION = "SPECIALTY_NOT_SUPPORTED_BY_EDUCATION"
    DIRECTION_NOT_OF_SPECIALTY = "DIRECTION_NOT_OF_SPECIALTY"
    TERM_OUT_OF_RANGE = "TERM_OUT_OF_RANGE"
    CONSENT_MISSING = "CONSENT_MISSING"
    DOCUMENT_MISSING = "DOCUMENT_MISSING"
    DOCUMENT_UNKNOWN = "DOCUMENT_UNKNOWN"
    DOCUMENT_NOT_SUITABLE = "DOCUMENT_NOT_SUITABLE"
    NOT_EMPLOYED = "NOT_EMPLOYED"
    LICENSE_NOT_ACTIVE = "LICENSE_NOT_ACTIVE"
    SUPERVISOR_REQUIRED = "SUPERVISOR_REQUIRED"
    SUPERVISOR_NOT_QUALIFIED = "SUPERVISOR_NOT_QUALIFIED"
    BASE_REQUIRED = "BASE_REQUIRED"
    BASE_NOT_IN_FORCE = "BASE_NOT_IN_FORCE"
    ALREADY_OPEN = "ALREADY_OPEN"
    ALREADY_GRANTED = "ALREADY_GRANTED"
    ACCREDITATION_SUSPENDED = "ACCREDITATION_SUSPENDED"
    RENEWAL_TOO_EARLY = "RENEWAL_TOO_EARLY"
    PAYMENT_NOT_CONFIRMED = "PAYMENT_NOT_CONFIRMED"
    # What is to be recorded of a patient does not fit.
    UNKNOWN_CODE = "UNKNOWN_CODE"
    UNIT_NOT_OF_CODE = "UNIT_NOT_OF_CODE"
    VALUE_OUT_OF_RANGE = "VALUE_OUT_OF_RANGE"
    FLAG_NOT_OF_VALUE = "FLAG_NOT_OF_VALUE"
    DATE_IN_FUTURE = "DATE_IN_FUTURE"
    DATE_OUTSIDE_EPISODE = "DATE_OUTSIDE_EPISODE"
    DATES_OUT_OF_ORDER = "DATES_OUT_OF_ORDER"
    EPISODE_CLOSED = "EPISODE_CLOSED"
    PRACTITIONER_NOT_QUALIFIED = "PRACTITIONER_NOT_QUALIFIED"
    RELATION_MISSING = "RELATION_MISSING"
    WRONG_WORKPLACE = "WRONG_WORKPLACE"
    ALREADY_RECORDED = "ALREADY_RECORDED"
    LABEL_TOO_OPEN = "LABEL_TOO_OPEN"
    SPECIALTY_NOT_FITTING = "SPECIALTY_NOT_FITTING"
    PATIENT_CONSENT_MISSING = "PATIENT_CONSENT_MISSING"
    CORRECTION_OPEN = "CORRECTION_OPEN"
    OWN_NOTE = "OWN_NOTE"
    DATE_OUT_OF_RANGE = "DATE_OUT_OF_RANGE"
    BASIS_NOT_SUITABLE = "BASIS_NOT_SUITABLE"
    TOO_MANY_INQUIRIES = "TOO_MANY_INQUIRIES"
    RECORDS_REMAIN = "RECORDS_REMAIN"
    # The act itself cannot be done now, or not by this person.
    CONFLICT = "CONFLICT"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
    ALREADY_CLAIMED = "ALREADY_CLAIMED"
    NOT_CLAIMED = "NOT_CLAIMED"
    REASON_REQUIRED = "REASON_REQUIRED"
    REASON_TOO_SHORT = "REASON_TOO_SHORT"
    AMBIGUOUS = "AMBIGUOUS"
    TOO_OFTEN = "TOO_OFTEN"
    ALREADY_IN_FORCE = "ALREADY_IN_FORCE"
    OPENED_BY_YOURSELF = "OPENED_BY_YOURSELF"
    # What stands in the way of an appointment.
    ACCOUNT_MISSING = "ACCOUNT_MISSING"
    APPOINTED_NOT_EMPLOYED = "APPOINTED_NOT_EMPLOYED"
    ALREADY_APPOINTED = "ALREADY_APPOINTED"
    FUNCTIONS_INCOMPATIBLE = "FUNCTIONS_INCOMPATIBLE"
    SECOND_PERSON_REQUIRED = "SECOND_PERSON_REQUIRED"
    LAST_OFFICER = "LAST_OFFICER"
    # What stands in the way of handing access on.
    GRANT_TOO_WIDE = "GRANT_TOO_WIDE"
    SELF_GRANT = "SELF_GRANT"
    TOO_MANY_GRANTS = "TOO_MANY_GRANTS"
    NOT_ON_DUTY = "NOT_ON_DUTY"
    # What stands in the way of a booking, or of a registration.
    NOT_PUBLISHED = "NOT_PUBLISHED"
    SLOT_PAST = "SLOT_PAST"
    SLOT_TAKEN = "SLOT_TAKEN"
    PATIENT_BUSY = "PATIENT_BUSY"
    ON_BEHALF_REQUIRED = "ON_BEHALF_REQUIRED"
    PATIENT_DIFFERS = "PATIENT_DIFFERS"
    # What somebody asks of the register cannot be done so.
    REGISTRY_OWNED = "REGISTRY_OWNED"
    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    IDENTITY_MISMATCH = "IDENTITY_MISMATCH"
    DATA_MISMATCH = "DATA_MISMATCH"
    OWN_REQUEST = "OWN_REQUEST"
    ORG_NOT_FOUND = "ORG_NOT_FOUND"
    ORG_CLOSED = "ORG_CLOSED"
    POST_MISSING = "POST_MISSING"
    MAIN_POST_TAKEN = "MAIN_POST_TAKEN"
    # A contact is not proved.
    TOO_EARLY = "TOO_EARLY"
    CODE_WRONG = "CODE_WRONG"
    CODE_EXPIRED = "CODE_EXPIRED"
    CHANNEL_UNAVAILABLE = "CHANNEL_UNAVAILABLE"
    # What stands in the way of a document that the product makes.
    SIGNING_UNAVAILABLE = "SIGNING_UNAVAILABLE"
    # What stands in the way of documents that are to be sent.
    RECIPIENT_UNKNOWN = "RECIPIENT_UNKNOWN"
    TOO_MANY_DOCUMENTS = "TOO_MANY_DOCUMENTS"
    DOCUMENT_NOT_FOR_RECIPIENT = "DOCUMENT_NOT_FOR_RECIPIENT"
    DOCUMENT_NOT_IN_ORDER = "DOCUMENT_NOT_IN_ORDER"
    DOCUMENT_ELSEWHERE = "DOCUMENT_ELSEWHERE"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SENDING_BASIS = "SENDING_BASIS"
    SENDING_CONSENT = "SENDING_CONSENT"
    # What stands in the way of a package of the journal.
    EXPORT_TOO_LARGE = "EXPORT_TOO_LARGE"
    EXPORT_NOT_SET_UP = "EXPORT_NOT_SET_UP"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem.

    Attributes:
        path: from the input inwards, as it was written: ("documents", "0", "ids", "1"), places in a list from 0; it
            ends at the list where the entry is missing, and is empty where the input has no such field.
        values: what the message may tell: names, codes, limits and days; never a person's data.
    """

    code: ProblemCode
    path: tuple[str, ...] = ()
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def about(self) -> str | None:
        """What the path alone does not tell: the slot, the consent, or the field that the register lacks."""
        named = self.values.get("slot") or self.values.get("consent")
        if named is None and not self.path:
            named = self.values.get("field")
        return None if named is None else str(named)


class Hindered(Exception):
    """The act cannot be done as it stands; nothing of it is kept. The outcome says which object the problems are of."""

    def __init__(self, *problems: Problem, **outcome: Any) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems
        self.outcome = outcome
