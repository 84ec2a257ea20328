"""Which signatures a kind of document has to have (порядок подписания): whose, and by which algorithms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import Table, midnight, versions
from sources.signing.algorithms import FAMILIES

FILES = "signatures-*.json"


class SignatureRole(StrEnum):
    """As whom somebody signs."""

    OWNER = "OWNER"
    OFFICIAL = "OFFICIAL"
    ORGANIZATION = "ORGANIZATION"


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """What holds for one kind.

    Attributes:
        algorithms: families of algorithms that count.
        due: as whom somebody has to sign, each once; when all have, the document is signed.
    """

    algorithms: frozenset[str]
    due: frozenset[SignatureRole]

    def complete(self, roles: Iterable[str | None]) -> bool:
        """Whether signatures that hold, by the role of each, are all that are due."""
        return self.due <= set(roles)


@dataclass(frozen=True, slots=True)
class SignatureRules:
    """One version of who signs what.

    Attributes:
        kinds: by the kind of document.
        others: for kinds that are not named.
        notes: families of algorithms that count under clinical notes.
    """

    version: str
    in_force_from: datetime
    kinds: Mapping[str, SignaturePolicy]
    others: SignaturePolicy
    notes: frozenset[str]

    def of(self, kind: str) -> SignaturePolicy:
        """What holds for a kind."""
        return self.kinds.get(kind, self.others)


def read_signatures(folder: Path) -> tuple[SignatureRules, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a kind stands twice, or two versions begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "kinds", "others", "notes"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> SignatureRules:
    kinds: dict[str, SignaturePolicy] = {}
    for row in file.rows("kinds", {"kind", "algorithms", "due"}):
        kind = row.text("kind")
        if kind in kinds:
            raise file.wrong("kinds", f"{kind} stands twice")
        kinds[kind] = _policy(row)
    others = Table(f"{file.place}.others", file.raw("others"), known={"algorithms", "due"})
    return SignatureRules(
        file.version("version"),
        midnight(file.day("inForceFrom"), file.zone("zone")),
        MappingProxyType(kinds),
        _policy(others),
        frozenset(file.texts("notes", FAMILIES)),
    )


def _policy(row: Table) -> SignaturePolicy:
    due = frozenset(map(SignatureRole, row.texts("due", tuple(SignatureRole))))
    algorithms = frozenset(row.texts("algorithms", FAMILIES))
    if not due or not algorithms:
        raise row.wrong("due", "somebody has to sign, by some algorithm")
    return SignaturePolicy(algorithms, due)
