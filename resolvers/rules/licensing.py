"""On which licences operations rest (лицензии): all on one for medical work, some on one of their own besides."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from resolvers.rules.capability import Operation
from resolvers.rules.reading import content

FILE = "licensing.json"


def read_licensing(folder: Path) -> Mapping[str, frozenset[str]]:
    """For each activity that is licensed apart from medical work the operations that rest on its licence besides.

    Raises:
        RulesAreWrong: the file is malformed, or says one thing twice.
    """
    file = content(folder / FILE, known={"inForceFrom", "source", "apart"})
    found: dict[str, frozenset[str]] = {}
    for row in file.rows("apart", known={"activity", "operations"}):
        activity = row.text("activity")
        if activity in found:
            raise row.wrong("activity", "this activity is there already")
        found[activity] = frozenset(row.texts("operations", tuple(Operation)))
    return found


def licence_stands(status: str, starts_on: date, ends_on: date | None, day: date) -> bool:
    """Whether a licence is in force on a day; `ends_on` is the first day without it."""
    return status == "ACTIVE" and starts_on <= day and (ends_on is None or day < ends_on)
