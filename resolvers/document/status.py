"""How far the processing of a document can have come."""

from enum import StrEnum


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
