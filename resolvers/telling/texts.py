"""The words of messages: templates of `texts.json` with named places, of which only a few names are allowed."""

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from sources.postgres.ask import AUTHORITY_ZONE, LANGUAGES

DAYS = frozenset({"latest", "clarification", "last", "day"})
# Whatever else a template could name might tell who somebody is or what he suffers from.
INSTANTS = frozenset({"starts", "ends"})
ALLOWED = (
    DAYS
    | INSTANTS
    | {"application", "kind", "stage", "protocol", "record", "days", "paper", "fault", "title", "office", "package"}
)
LONGEST = 64
# What was announced to everybody is said in the words of the announcement, in each language.
ANNOUNCED, LONGEST_ANNOUNCED = "title", 300

_FILE = json.loads((Path(__file__).parent / "texts.json").read_text(encoding="utf-8"))
TEMPLATES: Mapping[str, Mapping[str, Mapping[str, str]]] = MappingProxyType(_FILE["templates"])
CABINET: Mapping[str, str] = MappingProxyType(_FILE["cabinet"])
FOOTER: Mapping[str, str] = MappingProxyType(_FILE["footer"])
_WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = _FILE["words"]


class TextsAreWrong(Exception):
    """The file of texts cannot be used; says which template, and why."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in one language, plain text."""

    title: str
    body: str


def check(templates: Mapping[str, Mapping[str, Mapping[str, str]]] = TEMPLATES) -> None:
    """Every template is there in every language and names only what is allowed.

    Raises:
        TextsAreWrong: naming the template.
    """
    for name, languages in templates.items():
        if set(languages) != set(LANGUAGES):
            raise TextsAreWrong(f"{name}: expected {', '.join(LANGUAGES)}")
        for language, parts in languages.items():
            for part in ("title", "body"):
                strange = _places(parts[part]) - ALLOWED
                if strange:
                    raise TextsAreWrong(f"{name}, {language}: {', '.join(sorted(strange))}")


def render(template: str, parameters: Mapping[str, object], language: str) -> Rendered:
    """A message in a language; what a parameter does not say stays a dash."""
    parts = TEMPLATES[template][language]
    said = {name: _said(name, parameters.get(name), language) for name in ALLOWED}
    return Rendered(parts["title"].format_map(said), parts["body"].format_map(said))


def title(template: str, parameters: str, language: str) -> str:
    """The title of a message as the store has it, its parameters as JSON."""
    return render_stored(template, parameters, language).title


def body(template: str, parameters: str, language: str) -> str:
    """The body of a message as the store has it."""
    return render_stored(template, parameters, language).body


def word(name: str, code: str, language: str) -> str:
    """The word for a code; a dash for one that has none."""
    return _WORDS[name].get(code, {}).get(language, "—")


def masked(number: str) -> str:
    """The end of a number in the register: enough to tell one's own records apart."""
    return f"…{number[-4:]}"


@lru_cache(maxsize=1_024)
def render_stored(template: str, parameters: str, language: str) -> Rendered:
    """A message as the store has it, its parameters as JSON."""
    return render(template, json.loads(parameters), language)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _said(name: str, value: object, language: str) -> str:
    if value is None:
        return "—"
    if name in _WORDS:
        return word(name, str(value), language)
    if name in DAYS:
        day = date.fromisoformat(str(value))
        return f"{day:%d.%m.%Y}" if language == "ru" else f"{day:%Y-%m-%d}"
    if name in INSTANTS:
        local = datetime.fromisoformat(str(value)).astimezone(AUTHORITY_ZONE)
        return f"{local:%d.%m.%Y %H:%M}" if language == "ru" else f"{local:%Y-%m-%d %H:%M}"
    if name == ANNOUNCED and isinstance(value, Mapping):
        return _plain(value[language], LONGEST_ANNOUNCED)
    return _plain(value, LONGEST)


def _plain(value: object, longest: int) -> str:
    # Nothing that a store says can end a line, which a header of a mail could not bear.
    return "".join(character for character in str(value)[:longest] if character.isprintable())


check()
