"""What may be sent to whom on which basis, and what the codes of answers mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from resolvers.rules.document_kind import DocumentKind
from resolvers.rules.reading import Table, midnight, versions

FILES = "exchange-*.json"
CODES = "answers-*.json"
METADATA = ("title", "number", "issuedOn", "expiresOn", "issuer", "owner")
MOST_DAYS = 3_700

T = TypeVar("T")


class RecipientKind(StrEnum):
    """Whom packages are sent to."""

    INSURER = "INSURER"
    REGULATOR = "REGULATOR"
    ORGANIZATION = "ORGANIZATION"


class LegalBasis(StrEnum):
    """What lets documents be sent."""

    CONSENT = "CONSENT"
    INSURANCE_CONTROL = "INSURANCE_CONTROL"
    STATE_CONTROL = "STATE_CONTROL"
    REGISTRATION_BY_LAW = "REGISTRATION_BY_LAW"
    CARE_BETWEEN_ORGANIZATIONS = "CARE_BETWEEN_ORGANIZATIONS"


class ExchangePurpose(StrEnum):
    """What documents are sent for."""

    ECONOMIC_EXAMINATION = "ECONOMIC_EXAMINATION"
    QUALITY_EXAMINATION = "QUALITY_EXAMINATION"
    PAYMENT = "PAYMENT"
    REGISTRATION = "REGISTRATION"
    STATE_CONTROL = "STATE_CONTROL"
    INFORMATION_REQUEST = "INFORMATION_REQUEST"
    CARE = "CARE"
    EMPLOYMENT = "EMPLOYMENT"


class Mender(StrEnum):
    """Who has to mend what a code says."""

    NOBODY = "NOBODY"
    SENDER = "SENDER"
    CLINIC = "CLINIC"
    OPERATOR = "OPERATOR"
    RECIPIENT = "RECIPIENT"


@dataclass(frozen=True, slots=True)
class Given:
    """What a kind of recipient may get.

    Attributes:
        documents: kinds of documents.
        metadata: what is said of each beside its kind and file.
    """

    documents: frozenset[str]
    metadata: frozenset[str]
    purposes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Basis:
    """When documents may be sent on a basis.

    Attributes:
        consent: whether whose documents they are has to consent.
        paper: whether it is a paper with a number and a day.
    """

    recipients: frozenset[str]
    purposes: frozenset[str]
    consent: bool
    paper: bool


@dataclass(frozen=True, slots=True)
class Requesting:
    """How information is requested: in how many days it may be wanted, and by a paper how old at most."""

    least_days: int
    most_days: int
    oldest_basis: int
    bases: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trying:
    """How often a package is tried, and how many seconds lie between two attempts: twice as many each time."""

    attempts: int
    first_pause: int
    longest_pause: int

    def next_at(self, tried: int, at: datetime, first_pause: float | None = None) -> datetime | None:
        """When what failed at an instant is tried again, after so many attempts; None where it is given up."""
        if tried >= self.attempts:
            return None
        first = self.first_pause if first_pause is None else first_pause
        return at + timedelta(seconds=min(first * 2 ** (tried - 1), self.longest_pause))


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """One version of what is sent to whom.

    Attributes:
        signed: kinds of documents that are sent with a good signature only.
        registers, registered: to which recipients which kinds go to be registered: their status follows.
    """

    version: str
    in_force_from: datetime
    most_documents: int
    consent_version: str
    consent_text: Mapping[str, str]
    recipients: Mapping[str, Given]
    bases: Mapping[str, Basis]
    signed: frozenset[str]
    registers: frozenset[str]
    registered: frozenset[str]
    requests: Requesting
    delivery: Trying


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: whether it is worth to try again, and who has to mend it."""

    retryable: bool
    mender: Mender
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExchangeCodes:
    """One version of what codes mean."""

    version: str
    in_force_from: datetime
    codes: Mapping[str, Meaning]


def read_exchange(folder: Path) -> tuple[ExchangeRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, something is missing or stands twice, or two versions begin on one day.
    """
    known = {
        "version", "inForceFrom", "zone", "source", "mostDocuments", "consent", "recipients", "bases", "signed",
        "registered", "requests", "delivery",
    }  # fmt: skip
    return tuple(map(_version, versions(folder, FILES, known)))


def read_exchange_codes(folder: Path) -> tuple[ExchangeCodes, ...]:
    """Every version of the codes in a folder.

    Raises:
        RulesAreWrong: a file is malformed, or a code stands twice.
    """
    return tuple(map(_codes, versions(folder, CODES, {"version", "inForceFrom", "zone", "source", "codes"})))


def _version(file: Table) -> ExchangeRules:
    consent = Table(f"{file.place}.consent", file.raw("consent"), known=("version", "text"))
    registered = Table(f"{file.place}.registered", file.raw("registered"), known=("recipients", "documents"))
    return ExchangeRules(
        file.version("version"),
        midnight(file.day("inForceFrom"), file.zone("zone")),
        file.number("mostDocuments", 1, 1_000),
        consent.version("version"),
        consent.translated("text"),
        _once(file, "recipients", _recipients(file), RecipientKind),
        _once(file, "bases", _bases(file), LegalBasis),
        frozenset(file.texts("signed", tuple(DocumentKind))),
        frozenset(registered.texts("recipients", tuple(RecipientKind))),
        frozenset(registered.texts("documents", tuple(DocumentKind))),
        _requesting(file),
        _trying(file),
    )


def _once(file: Table, name: str, rows: Iterator[tuple[str, T]], all_: type[StrEnum]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for key, value in rows:
        if key in found:
            raise file.wrong(name, f"{key} stands twice")
        found[key] = value
    if silent := sorted(set(all_) - set(found)):
        raise file.wrong(name, f"nothing is said of {', '.join(silent)}")
    return MappingProxyType(found)


def _recipients(file: Table) -> Iterator[tuple[str, Given]]:
    for row in file.rows("recipients", {"kind", "documents", "metadata", "purposes"}):
        yield (
            row.one_of("kind", tuple(RecipientKind)),
            Given(
                frozenset(row.texts("documents", tuple(DocumentKind))),
                frozenset(row.texts("metadata", METADATA)),
                frozenset(row.texts("purposes", tuple(ExchangePurpose))),
            ),
        )


def _bases(file: Table) -> Iterator[tuple[str, Basis]]:
    for row in file.rows("bases", {"basis", "recipients", "purposes", "consent", "paper"}):
        yield (
            row.one_of("basis", tuple(LegalBasis)),
            Basis(
                frozenset(row.texts("recipients", tuple(RecipientKind))),
                frozenset(row.texts("purposes", tuple(ExchangePurpose))),
                row.flag("consent"),
                row.flag("paper"),
            ),
        )


def _requesting(file: Table) -> Requesting:
    known = ("leastDays", "mostDays", "oldestBasis", "bases")
    row = Table(f"{file.place}.requests", file.raw("requests"), known=known)
    least, most, oldest = (row.number(name, 1, MOST_DAYS) for name in known[:3])
    return Requesting(least, most, oldest, frozenset(row.texts("bases", tuple(LegalBasis))))


def _trying(file: Table) -> Trying:
    known = ("attempts", "firstPause", "longestPause")
    row = Table(f"{file.place}.delivery", file.raw("delivery"), known=known)
    return Trying(*(row.number(name, 1, 1_000_000) for name in known))


def _codes(file: Table) -> ExchangeCodes:
    found: dict[str, Meaning] = {}
    for row in file.rows("codes", {"code", "retryable", "mender", "text"}):
        code = row.text("code")
        if code in found:
            raise file.wrong("codes", f"{code} stands twice")
        found[code] = Meaning(
            row.flag("retryable"), Mender(row.one_of("mender", tuple(Mender))), row.translated("text")
        )
    start = midnight(file.day("inForceFrom"), file.zone("zone"))
    return ExchangeCodes(file.version("version"), start, MappingProxyType(found))
