"""What checks of documents are about, what they find, and what they are made on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class CheckCode(StrEnum):
    """What is looked at."""

    SAFETY = "SAFETY"
    FORMAT = "FORMAT"
    SIZE = "SIZE"
    PAGES = "PAGES"
    RESOLUTION = "RESOLUTION"
    DESCRIPTION = "DESCRIPTION"
    DATE = "DATE"
    DUPLICATE = "DUPLICATE"
    REGISTER = "REGISTER"
    SIGNATURE = "SIGNATURE"
    SIGNATURE_OR_STAMP = "SIGNATURE_OR_STAMP"


class CheckVerdict(StrEnum):
    """Outcome of a check."""

    PASSED = "PASSED"
    WARNED = "WARNED"
    FAILED = "FAILED"


class CheckSeverity(StrEnum):
    """How much what was found weighs."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


SEVERITIES: Mapping[str, CheckSeverity] = {
    CheckVerdict.PASSED: CheckSeverity.INFO,
    CheckVerdict.WARNED: CheckSeverity.WARNING,
    CheckVerdict.FAILED: CheckSeverity.ERROR,
}


class CheckReason(StrEnum):
    """What exactly was found; each has its words in `resolvers/wording/checks.py`."""

    EMPTY_FILE = "EMPTY_FILE"
    SIZE_DIFFERS = "SIZE_DIFFERS"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    FORMAT_NOT_OF_KIND = "FORMAT_NOT_OF_KIND"
    FILE_DAMAGED = "FILE_DAMAGED"
    MIXED_FORMATS = "MIXED_FORMATS"
    ENCRYPTED = "ENCRYPTED"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    ATTACHED_FILES = "ATTACHED_FILES"
    EXPANDS_TOO_FAR = "EXPANDS_TOO_FAR"
    TAKES_TOO_LONG = "TAKES_TOO_LONG"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    LOW_RESOLUTION = "LOW_RESOLUTION"
    NUMBER_MISSING = "NUMBER_MISSING"
    NUMBER_MALFORMED = "NUMBER_MALFORMED"
    ISSUER_MISSING = "ISSUER_MISSING"
    ISSUE_DATE_MISSING = "ISSUE_DATE_MISSING"
    EXPIRY_DATE_MISSING = "EXPIRY_DATE_MISSING"
    ISSUED_IN_FUTURE = "ISSUED_IN_FUTURE"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    TOO_OLD = "TOO_OLD"
    SAME_CONTENT = "SAME_CONTENT"
    ISSUER_UNKNOWN = "ISSUER_UNKNOWN"
    NOT_IN_REGISTER = "NOT_IN_REGISTER"
    REGISTER_DIFFERS = "REGISTER_DIFFERS"
    LICENCE_NOT_ACTIVE = "LICENCE_NOT_ACTIVE"
    NOT_SIGNED = "NOT_SIGNED"
    SIGNATURE_OR_STAMP_NOT_SEEN = "SIGNATURE_OR_STAMP_NOT_SEEN"
    NO_SIGNATURE_OR_STAMP = "NO_SIGNATURE_OR_STAMP"


class Register(StrEnum):
    """A register that a document is compared with."""

    WORKERS = "WORKERS"
    ORGANIZATIONS = "ORGANIZATIONS"
    ACCREDITATIONS = "ACCREDITATIONS"


class VerificationResult(StrEnum):
    """What a register says of a document."""

    CONFIRMED = "CONFIRMED"
    DIFFERS = "DIFFERS"
    NOT_FOUND = "NOT_FOUND"
    NOT_IN_FORCE = "NOT_IN_FORCE"


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found.

    Attributes:
        reason: what exactly; None where all is well.
        values: what its words name: bounds, numbers of pages, words of ours, never a value of a person.
        page: where, from 1; None for the document as a whole.
    """

    code: CheckCode
    verdict: CheckVerdict
    reason: CheckReason | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)
    page: int | None = None

    @property
    def severity(self) -> CheckSeverity:
        """How much it weighs."""
        return SEVERITIES[self.verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is said of a document by whoever put it in; `expires_on` is the first day on which it is over."""

    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A completed course of education as the register of workers has it."""

    number: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class Licensed:
    """A licence as the register of organisations has it; `ends_on` is the first day without it."""

    number: str
    status: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the registers say of the owner of a document, as far as it is compared with it.

    Attributes:
        snils: eleven digits; None for an institution.
        institutions: names of institutions that issued what the register has of anybody, as `plain_name` gives them.
        duplicates: titles of other documents of the owner with the same bytes.
    """

    snils: str | None = None
    courses: tuple[Course, ...] = ()
    accreditations: frozenset[str] = frozenset()
    licences: tuple[Licensed, ...] = ()
    institutions: frozenset[str] = frozenset()
    duplicates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a register says of a document."""

    register: Register
    result: VerificationResult
