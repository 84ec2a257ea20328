"""How many uploads an account may have open at once, and how long each may take; how large a file is, its kind says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from resolvers.rules.reading import Table, midnight, versions

FILES = "upload-*.json"
MOST_OPEN = 1_000
MOST_MINUTES = 1_440


@dataclass(frozen=True, slots=True)
class UploadRules:
    """One version of them.

    Attributes:
        open_uploads: how many an account has open at most.
        lasts: how long a ticket can be used.
    """

    version: str
    in_force_from: datetime
    open_uploads: int
    lasts: timedelta


def read_uploads(folder: Path) -> tuple[UploadRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "openUploads", "lastsMinutes"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> UploadRules:
    return UploadRules(
        file.version("version"),
        midnight(file.day("inForceFrom"), file.zone("zone")),
        file.number("openUploads", 1, MOST_OPEN),
        timedelta(minutes=file.number("lastsMinutes", 1, MOST_MINUTES)),
    )
