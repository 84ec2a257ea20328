"""How reports on work are made: how small a number may be shown, how long a report is, when a note is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from resolvers.rules.reading import Table, versions

FILES: Final = "reporting-*.json"
MEETINGS: Final = ("AMBULATORY", "INPATIENT", "HOME", "EMERGENCY", "TELEMEDICINE")
MOST_HOURS: Final = 24 * 31


@dataclass(frozen=True, slots=True)
class ReportingRules:
    """One version of them.

    Attributes:
        zone: in which weeks and days begin.
        least_cell: a number that is smaller is shown to those alone who see the patients themselves.
        most_weeks: how many weeks a report has at most.
        note_hours: by kind of encounter, how many hours after its end its note is signed at the latest.
    """

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    least_cell: int
    most_weeks: int
    note_hours: Mapping[str, int]


def read_reporting(folder: Path) -> tuple[ReportingRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, says nothing of a kind of encounter, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "leastCell", "mostWeeks", "noteHours"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> ReportingRules:
    hours = Table(f"{file.place}.noteHours", file.raw("noteHours"), known=MEETINGS)
    return ReportingRules(
        file.version("version"),
        file.begins(),
        file.zone("zone"),
        file.number("leastCell", 2, 100),
        file.number("mostWeeks", 1, 530),
        MappingProxyType({kind: hours.number(kind, 1, MOST_HOURS) for kind in MEETINGS}),
    )
