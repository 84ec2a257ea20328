"""The texts of consents (тексты согласий): what an applicant agrees to, version by version."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from resolvers.rules.procedure import CONSENTS, Procedure
from resolvers.rules.reading import RulesAreWrong, content

FILE = "consents.json"

# By kind and version, then by language.
Texts = Mapping[tuple[str, str], Mapping[str, str]]


def read_consents(folder: Path, procedures: Iterable[Procedure]) -> Texts:
    """The text of every consent that one of the procedures asks for, or asked for.

    Raises:
        RulesAreWrong: the file is malformed, says one thing twice, or has no text for a consent.
    """
    file = content(folder / FILE, known={"inForceFrom", "source", "texts"})
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in file.rows("texts", known={"kind", "version", "text"}):
        named = row.one_of("kind", CONSENTS), row.version("version")
        if named in found:
            raise row.wrong("version", "this text is there already")
        found[named] = row.translated("text")
    for one in procedures:
        for kind, version in one.consents.items():
            if (kind, version) not in found:
                raise RulesAreWrong(f"{FILE}: {kind} {version} has no text, and the rules {one.version} ask for it")
    return found
