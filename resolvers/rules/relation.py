"""How long relations of care last that nobody ends himself (сроки отношений лечения)."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from resolvers.rules.reading import content

FILE = "relations.json"


@dataclass(frozen=True, slots=True)
class RelationTerms:
    """How long relations last.

    Attributes:
        after_booking: how long after its end a booking opens the record still.
        assignment: how long a patient is assigned to somebody.
    """

    after_booking: timedelta
    assignment: timedelta


def read_relations(folder: Path) -> RelationTerms:
    """The terms.

    Raises:
        RulesAreWrong: the file is malformed.
    """
    file = content(folder / FILE, known={"inForceFrom", "source", "bookingHours", "assignmentDays"})
    return RelationTerms(
        timedelta(hours=file.number("bookingHours", 1, 24 * 31)), timedelta(days=file.number("assignmentDays", 1, 3660))
    )
