"""Who issues certificates of qualification (справки о квалификации), and how often to one person."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resolvers.rules.reading import Table, midnight, versions

FILES = "references-*.json"
MOST = 1_000


@dataclass(frozen=True, slots=True)
class ReferenceRules:
    """One version of it; `most_daily` is how many one person may have within 24 hours."""

    version: str
    in_force_from: datetime
    authority: str
    most_daily: int


def read_references(folder: Path) -> tuple[ReferenceRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, two versions have one name or begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "authority", "mostDaily"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> ReferenceRules:
    in_force_from = midnight(file.day("inForceFrom"), file.zone("zone"))
    return ReferenceRules(
        file.version("version"), in_force_from, file.text("authority"), file.number("mostDaily", 1, MOST)
    )
