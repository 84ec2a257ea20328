"""What a label of confidentiality asks of a reader: which specialties fit it, and which consent a reading takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from resolvers.rules.reading import Table, versions
from sources.books import BOOKS, SPECIAL_KINDS

FILES = "confidentiality-*.json"
LABELS = frozenset({"NORMAL", "RESTRICTED", "SPECIAL"})
# Records of an organisation at which the reader is related to the patient, and records of others.
OWN, OTHER = "OWN", "OTHER"
CONSENTS = frozenset({"EXCHANGE", "SPECIAL"})


@dataclass(frozen=True, slots=True)
class Confidentiality:
    """One version of what labels ask for."""

    version: str
    in_force_from: datetime
    special: Mapping[str, frozenset[str]]
    consents: Mapping[tuple[str, str], str]

    def specialties(self, special_kind: str) -> frozenset[str]:
        """The specialties that fit records of a kind that is specially protected."""
        return self.special[special_kind]

    def consent(self, label: str, *, own: bool) -> str | None:
        """The kind of consent that reading a record takes, of his own organisation or of another; None for none."""
        return self.consents.get((label, OWN if own else OTHER))


def read_confidentiality(folder: Path) -> tuple[Confidentiality, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a special kind has no specialty, something is said twice, or two versions
            begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "special", "consents"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> Confidentiality:
    special: dict[str, frozenset[str]] = {}
    for row in file.rows("special", {"kind", "specialties"}):
        kind = row.one_of("kind", SPECIAL_KINDS)
        specialties = frozenset(row.texts("specialties", BOOKS.specialties.by_code))
        if kind in special or not specialties:
            raise row.wrong("kind", f"{kind} stands twice, or nobody could read it")
        special[kind] = specialties
    if silent := sorted(SPECIAL_KINDS - set(special)):
        raise file.wrong("special", f"nothing is said of {', '.join(silent)}")
    consents: dict[tuple[str, str], str] = {}
    for row in file.rows("consents", {"label", "whose", "consent"}):
        what = row.one_of("label", LABELS), row.one_of("whose", {OWN, OTHER})
        if what in consents:
            raise row.wrong("label", f"{what[0]} of {what[1]} stands twice")
        consents[what] = row.one_of("consent", CONSENTS)
    in_force_from = file.begins()
    return Confidentiality(
        file.version("version"), in_force_from, MappingProxyType(special), MappingProxyType(consents)
    )
