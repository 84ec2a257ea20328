"""The terms of access (условия доступа): the text that whoever is accredited agrees to, version by version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from resolvers.rules.procedure import DOCUMENTS
from resolvers.rules.reading import RulesAreWrong, content, midnight

FILES = "access-*.json"
LANGUAGES = frozenset({"ru", "en"})


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
    found = sorted(map(_version, folder.glob(FILES)), key=lambda one: one.in_force_from)
    if not found:
        raise RulesAreWrong(f"{FILES}: there is no such file")
    for one, following in pairwise(found):
        if one.in_force_from == following.in_force_from:
            raise RulesAreWrong(f"{FILES.replace('*', one.version)}.inForceFrom: another version begins on that day")
    ends = [*(one.in_force_from for one in found[1:]), None]
    return tuple(replace(one, in_force_to=end) for one, end in zip(found, ends, strict=True))


def _version(path: Path) -> AccessTerms:
    file = content(path, known={"version", "inForceFrom", "zone", "source", "documents", "text"})
    version = file.version("version")
    if path.name != FILES.replace("*", version):
        raise file.wrong("version", "the name of the file says another")
    documents = frozenset(file.texts("documents", DOCUMENTS))
    if not documents:
        raise file.wrong("documents", "no document would do")
    text = file.words("text", LANGUAGES)
    if missing := sorted(LANGUAGES - set(text)):
        raise file.wrong("text", f"{', '.join(missing)} is missing")
    return AccessTerms(version, midnight(file.day("inForceFrom"), file.zone("zone")), documents, text)
