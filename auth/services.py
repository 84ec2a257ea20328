"""Service accounts: programs that ask in their own name, behind which no person has signed in."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from auth.assurance import Assurance, Level


class Services(StrEnum):
    """By what the tokens of an issuer are known that belong to a service account."""

    NONE = "NONE"
    """None of them do: whatever one says, it is a person's."""
    SUBJECT = "SUBJECT"
    """By a subject that is the client itself, as RFC 9068 has it where nobody owns what is asked for."""
    CLAIM = "CLAIM"
    """By what the token says of itself: this program's own."""


def is_service(payload: Mapping[str, Any], known_by: Services) -> bool:
    """Whether the claims of a verified token are those of a service account."""
    if known_by is Services.SUBJECT:
        return payload.get("sub") == payload.get("client_id") is not None
    return known_by is Services.CLAIM and payload.get("assurance") == Level.SERVICE


def of_service(at: datetime) -> Assurance:
    """The assurance of a service account: it proved who it is with a key, and has no second factor to show."""
    return Assurance(Level.SERVICE, at)
