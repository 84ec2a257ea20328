"""What a document can be, and how far its processing can have come."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is."""

    PASSPORT = "PASSPORT"
    SNILS = "SNILS"
    DIPLOMA = "DIPLOMA"
    RETRAINING = "RETRAINING"
    CPD = "CPD"
    EXPERIENCE = "EXPERIENCE"
    SIGNING_CERTIFICATE = "SIGNING_CERTIFICATE"
    APPLICATION_FORM = "APPLICATION_FORM"
    REFERENCE = "REFERENCE"
    DECISION = "DECISION"
    CASE_HISTORY = "CASE_HISTORY"
    DISCHARGE_SUMMARY = "DISCHARGE_SUMMARY"
    REFERRAL = "REFERRAL"


class DocumentStatus(StrEnum):
    """How far the processing of a document has come."""

    DRAFT = "DRAFT"
    CHECKED = "CHECKED"
    SIGNED = "SIGNED"
    QUEUED = "QUEUED"
    SENT = "SENT"
    REGISTERED = "REGISTERED"
    REJECTED = "REJECTED"
    ANNULLED = "ANNULLED"
