"""The terms of access (условия доступа): the text that whoever is accredited agrees to, version by version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from resolvers.rules.procedure import DOCUMENTS
from resolvers.rules.reading import Table, versions

FILES = "access-*.json"


@dataclass(frozen=True, slots=True)
class AccessTerms:
    """One version of the terms.

    Attributes:
        documents: kinds of documents of which one must be there before somebody agrees.
        text: what is agreed to, by language.
        in_force_to: the instant from which the next version is in force instead.
    """

    version: str
    in_force_from: datetime
    documents: frozenset[str]
    text: Mapping[str, str]
    in_force_to: datetime | None = None


def read_terms(folder: Path) -> tuple[AccessTerms, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, two versions have one name or begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "documents", "text"}
    found = [*map(_version, versions(folder, FILES, known))]
    ends = [*(one.in_force_from for one in found[1:]), None]
    return tuple(replace(one, in_force_to=end) for one, end in zip(found, ends, strict=True))


def _version(file: Table) -> AccessTerms:
    documents = frozenset(file.texts("documents", DOCUMENTS))
    if not documents:
        raise file.wrong("documents", "no document would do")
    in_force_from = file.begins()
    return AccessTerms(file.version("version"), in_force_from, documents, file.translated("text"))
