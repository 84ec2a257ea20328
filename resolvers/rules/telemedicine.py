"""The terms of sessions of telemedicine (телемедицинские консультации), and at which of them a diagnosis is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from resolvers.rules.reading import Table, versions

FILES = "telemedicine-*.json"


class TeleconsultationKind(StrEnum):
    """What a session is to those who meet at it."""

    PRIMARY = "PRIMARY"
    REPEAT = "REPEAT"


@dataclass(frozen=True, slots=True)
class TelemedicineRules:
    """One version of the terms.

    Attributes:
        waits: how long a request waits for a doctor.
        lasts: how long a session lasts at most.
        concluded_within: how long its doctor knows the patient still once it has ended.
        diagnosis_at: the kinds of session at which a diagnosis may be made.
    """

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    waits: timedelta
    lasts: timedelta
    concluded_within: timedelta
    diagnosis_at: frozenset[str]


def read_telemedicine(folder: Path) -> tuple[TelemedicineRules, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "requestHours", "longestMinutes", "conclusionHours"}
    return tuple(map(_version, versions(folder, FILES, known | {"diagnosisAt"})))


def _version(file: Table) -> TelemedicineRules:
    zone = file.zone("zone")
    return TelemedicineRules(
        file.version("version"),
        file.begins(),
        zone,
        timedelta(hours=file.number("requestHours", 1, 24 * 31)),
        timedelta(minutes=file.number("longestMinutes", 1, 24 * 60)),
        timedelta(hours=file.number("conclusionHours", 1, 24 * 31)),
        frozenset(file.texts("diagnosisAt", frozenset(TeleconsultationKind))),
    )
