"""How long access is handed on (передача доступа): by module, in an emergency, and until when that is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from auth.granting import Module
from resolvers.rules.reading import Table, versions

FILES = "grants-*.json"


@dataclass(frozen=True, slots=True)
class GrantRules:
    """One version of the terms.

    Attributes:
        days: by module, how many days from when it is given a grant lasts at most.
        patients: how many patients one grant names at most.
        most: how many grants that are not over one person gives, or has, at an organisation at most.
        emergency: how long one in an emergency lasts.
        review_days: how many working days after it was given that one is judged at the latest.
    """

    version: str
    in_force_from: datetime
    zone: ZoneInfo
    days: Mapping[Module, int]
    patients: int
    most: int
    emergency: timedelta
    review_days: int


def read_grants(folder: Path) -> tuple[GrantRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a module is missing or stands twice, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "modules", "patients", "most"}
    known |= {"emergencyHours", "reviewWorkingDays"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> GrantRules:
    zone, days = file.zone("zone"), dict[Module, int]()
    for row in file.rows("modules", {"module", "days"}):
        module = Module(row.one_of("module", tuple(Module)))
        if module in days:
            raise file.wrong("modules", f"{module} stands twice")
        days[module] = row.number("days", 1, 3_700)
    if silent := sorted(set(Module) - set(days)):
        raise file.wrong("modules", f"nothing is said of {', '.join(silent)}")
    return GrantRules(
        file.version("version"),
        file.begins(),
        zone,
        MappingProxyType(days),
        file.number("patients", 1, 1_000),
        file.number("most", 1, 1_000),
        timedelta(hours=file.number("emergencyHours", 1, 24 * 7)),
        file.number("reviewWorkingDays", 1, 100),
    )
