"""The terms of an emergency access (экстренный доступ): how long, how often, why, and until when it is judged."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from resolvers.rules.reading import Table, versions

FILES = "emergency-*.json"


@dataclass(frozen=True, slots=True)
class EmergencyRules:
    """One version of the terms.

    Attributes:
        lasts: how long an opening is in force.
        reason_letters: how many letters a reason has at least.
        attempts, within: how often an account may ask, in how long; whether anybody was found or not.
        review_days: how many working days after the day of the opening it is judged at the latest.
    """

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    lasts: timedelta
    reason_letters: int
    attempts: int
    within: timedelta
    review_days: int


def read_emergency(folder: Path) -> tuple[EmergencyRules, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "minutes", "reasonLetters", "attempts"}
    known |= {"attemptHours", "reviewWorkingDays"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> EmergencyRules:
    zone = file.zone("zone")
    return EmergencyRules(
        file.version("version"),
        file.begins(),
        zone,
        timedelta(minutes=file.number("minutes", 1, 24 * 60)),
        file.number("reasonLetters", 1, 1_000),
        file.number("attempts", 1, 1_000),
        timedelta(hours=file.number("attemptHours", 1, 24 * 365)),
        file.number("reviewWorkingDays", 1, 100),
    )
