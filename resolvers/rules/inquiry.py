"""What an office may inquire about patients: on which bases, for what, about how long a time, and for how long."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import Table, versions

FILES = "inquiries-*.json"
MOST_DAYS = 3_700


class InquiryOffice(StrEnum):
    """Offices that inquire, by the names of their roles."""

    INS = "INS"
    REG = "REG"
    HED = "HED"


class InquiryBasisKind(StrEnum):
    """Papers that an inquiry rests on."""

    ASSIGNMENT = "ASSIGNMENT"
    ORDER = "ORDER"
    REQUEST = "REQUEST"
    COMPLAINT = "COMPLAINT"


class InquiryPurpose(StrEnum):
    """What an inquiry is for."""

    ECONOMIC_EXAMINATION = "ECONOMIC_EXAMINATION"
    QUALITY_EXAMINATION = "QUALITY_EXAMINATION"
    STATE_CONTROL = "STATE_CONTROL"
    INTERNAL_CONTROL = "INTERNAL_CONTROL"
    COMPLAINT_REVIEW = "COMPLAINT_REVIEW"
    AUTHORITY_REQUEST = "AUTHORITY_REQUEST"


class InquiryTold(StrEnum):
    """Who may be told that an inquiry was opened."""

    PATIENT = "PATIENT"
    HEAD = "HEAD"
    AUDITOR = "AUDITOR"


@dataclass(frozen=True, slots=True)
class Inquiring:
    """What an office may do.

    Attributes:
        days: how long an inquiry stays open, unless it is closed.
        longest_period: about how many days of a patient's it may be at most.
        oldest_basis: of how many days ago its paper may be.
        most_in_a_day: how many an officer opens within 24 hours.
        told: who is told that one was opened.
    """

    days: int
    longest_period: int
    oldest_basis: int
    most_in_a_day: int
    bases: frozenset[str]
    purposes: frozenset[str]
    told: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inquiries:
    """One version of what offices may do."""

    version: str
    in_force_from: datetime
    offices: Mapping[str, Inquiring]


def read_inquiries(folder: Path) -> tuple[Inquiries, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, an office is missing or stands twice, nothing is allowed to one, or two
            versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "offices"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> Inquiries:
    offices: dict[str, Inquiring] = {}
    for office, rules in _offices(file):
        if office in offices:
            raise file.wrong("offices", f"{office} stands twice")
        offices[office] = rules
    if silent := sorted(set(InquiryOffice) - set(offices)):
        raise file.wrong("offices", f"nothing is said of {', '.join(silent)}")
    in_force_from = file.begins()
    return Inquiries(file.version("version"), in_force_from, MappingProxyType(offices))


def _offices(file: Table) -> Iterator[tuple[str, Inquiring]]:
    numbers = ("days", "longestPeriod", "oldestBasis", "mostInADay")
    for row in file.rows("offices", {"office", *numbers, "bases", "purposes", "told"}):
        bases, purposes = row.texts("bases", tuple(InquiryBasisKind)), row.texts("purposes", tuple(InquiryPurpose))
        if not bases or not purposes:
            raise row.wrong("office", "it could inquire nothing")
        days, period, basis, most = (row.number(name, 1, MOST_DAYS) for name in numbers)
        told = frozenset(row.texts("told", tuple(InquiryTold)))
        rules = Inquiring(days, period, basis, most, frozenset(bases), frozenset(purposes), told)
        yield row.one_of("office", tuple(InquiryOffice)), rules
