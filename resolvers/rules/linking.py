"""The consent to be tied to an organisation (согласие на привязку): its text, version by version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from resolvers.rules.reading import Table, versions

FILES = "linking-*.json"


@dataclass(frozen=True, slots=True)
class LinkConsent:
    """One version of the text, by language."""

    version: str
    in_force_from: datetime
    text: Mapping[str, str]


def read_link_consents(folder: Path) -> tuple[LinkConsent, ...]:
    """Every version in a folder, in the order in which they come into force.

    Raises:
        RulesAreWrong: a file is malformed, two versions have one name or begin on one day.
    """
    known = {"version", "inForceFrom", "zone", "source", "text"}
    return tuple(map(_version, versions(folder, FILES, known)))


def _version(file: Table) -> LinkConsent:
    in_force_from = file.begins()
    return LinkConsent(file.version("version"), in_force_from, file.translated("text"))
