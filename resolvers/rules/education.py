"""Which education supports a specialty (соответствие специальности и образования)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import content
from sources.books import BOOKS

FILE = "specialties.json"
KINDS = frozenset({"SECONDARY", "HIGHER", "RESIDENCY", "RETRAINING"})


@dataclass(frozen=True, slots=True)
class Support:
    """What a specialty rests on.

    Attributes:
        by: kinds of education that, completed in the specialty itself, support it in full.
        after: specialties of higher education that let somebody work in it under a supervisor.
    """

    by: frozenset[str]
    after: frozenset[str]


def read_supports(folder: Path) -> Mapping[str, Support]:
    """What each specialty of the book rests on, by its code.

    Raises:
        RulesAreWrong: the file is missing or malformed, or a specialty of the book is not in it exactly once.
    """
    file = content(folder / FILE, known={"inForceFrom", "source", "groups"})
    book = BOOKS.specialties.by_code
    found: dict[str, Support] = {}
    for row in file.rows("groups", known={"specialties", "by", "after"}):
        support = Support(frozenset(row.texts("by", KINDS)), frozenset(row.texts("after", book)))
        for code in row.texts("specialties", book):
            if code in found:
                raise row.wrong("specialties", f"{code} stands in an earlier group too")
            found[code] = support
    left = sorted(set(book) - set(found))
    if left:
        raise file.wrong("groups", f"nothing is said of {', '.join(left)}")
    return MappingProxyType(found)
