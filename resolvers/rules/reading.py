"""How a file of rules is read: every value checked, every fault told with its place."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sources.postgres.ask import LANGUAGES

FOLDER = Path(__file__).parent

_VERSION = re.compile(r"[0-9]{4}[.][0-9]{1,3}", re.ASCII)

T = TypeVar("T")


class RulesAreWrong(Exception):
    """A file of rules cannot be used; says which file, and where in it."""


class Table:
    """One object of a file; what is asked of it must be there, and nothing else may be."""

    def __init__(self, place: str, content: object, *, known: Collection[str]) -> None:
        if not isinstance(content, dict):
            raise RulesAreWrong(f"{place}: an object is expected")
        unknown = sorted(set(content) - set(known))
        if unknown:
            raise RulesAreWrong(f"{place}: {', '.join(unknown)} means nothing here")
        self.place = place
        self.members: Mapping[str, Any] = content

    def __contains__(self, name: str) -> bool:
        return name in self.members

    def over(self, other: "Table") -> "Table":
        """This table with the members of another where it has none of its own."""
        merged = {**other.members, **self.members}
        return Table(self.place, merged, known=merged)

    def raw(self, name: str) -> Any:
        """The value of a member as it stands."""
        if name not in self.members:
            raise self.wrong(name, "is missing")
        return self.members[name]

    def wrong(self, name: str, what: str) -> RulesAreWrong:
        """A fault of one member."""
        return RulesAreWrong(f"{self.place}.{name}: {what}")

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self.raw(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(name, "a text is expected")
        return value

    def number(self, name: str, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.raw(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.wrong(name, f"a whole number from {least} to {most} is expected")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.raw(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false is expected")
        return value

    def one_of(self, name: str, allowed: Collection[str]) -> str:
        """One of the words that are allowed."""
        value = self.text(name)
        if value not in allowed:
            raise self.wrong(name, f"{value!r} is none of {', '.join(sorted(allowed))}")
        return value

    def texts(self, name: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
        """Texts without repetition, all of them allowed."""
        value = self.raw(name)
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.wrong(name, "a list of texts is expected")
        if len(set(value)) < len(value):
            raise self.wrong(name, "something stands twice")
        strange = sorted(set(value) - set(allowed)) if allowed is not None else []
        if strange:
            raise self.wrong(name, f"{', '.join(strange)} cannot stand here")
        return tuple(value)

    def words(self, name: str, allowed: Collection[str]) -> Mapping[str, str]:
        """Texts by names that are allowed."""
        inner = Table(f"{self.place}.{name}", self.raw(name), known=allowed)
        return MappingProxyType({key: inner.text(key) for key in self.raw(name)})

    def translated(self, name: str) -> Mapping[str, str]:
        """A text in each language."""
        found = self.words(name, LANGUAGES)
        if missing := sorted(set(LANGUAGES) - set(found)):
            raise self.wrong(name, f"{', '.join(missing)} is missing")
        return found

    def rows(self, name: str, known: Collection[str]) -> list["Table"]:
        """Objects of a list."""
        value = self.raw(name)
        if not isinstance(value, list):
            raise self.wrong(name, "a list is expected")
        return [Table(f"{self.place}.{name}[{i}]", one, known=known) for i, one in enumerate(value)]

    def days(self, name: str) -> frozenset[date]:
        """Days without repetition."""
        return frozenset(self._parsed(name, one, date.fromisoformat) for one in self.texts(name))

    def day(self, name: str) -> date:
        """A day."""
        return self._parsed(name, self.text(name), date.fromisoformat)

    def begins(self) -> datetime:
        """The instant from which a dated file holds: its first day, in its zone."""
        return midnight(self.day("inForceFrom"), self.zone("zone"))

    def zone(self, name: str) -> ZoneInfo:
        """A time zone by its name."""
        return self._parsed(name, self.text(name), ZoneInfo)

    def version(self, name: str) -> str:
        """A version: a year and a number in it."""
        value = self.text(name)
        if not _VERSION.fullmatch(value):
            raise self.wrong(name, "a version such as 2023.1 is expected")
        return value

    def _parsed(self, name: str, text: str, parse: Callable[[str], T]) -> T:
        try:
            return parse(text)
        except (ValueError, LookupError, OSError) as error:
            raise self.wrong(name, f"{text!r} cannot be read") from error


def versions(folder: Path, files: str, known: Collection[str]) -> list[Table]:
    """The files of a pattern, the one that began first before the others.

    Raises:
        RulesAreWrong: one is not named after its version, two begin on one day, or there is none.
    """
    found: list[Table] = []
    for path in sorted(folder.glob(files)):
        file = content(path, known=known)
        if path.name != files.replace("*", file.version("version")):
            raise file.wrong("version", "the name of the file says another")
        if any(other.day("inForceFrom") == file.day("inForceFrom") for other in found):
            raise file.wrong("inForceFrom", "another version begins on that day")
        found.append(file)
    if not found:
        raise RulesAreWrong(f"{files}: there is no such file")
    return sorted(found, key=lambda one: one.day("inForceFrom"))


def content(path: Path, known: Collection[str]) -> Table:
    """A whole file; every file says since when it holds and where it comes from."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RulesAreWrong(f"{path.name}: {error}") from error
    table = Table(path.name, read, known=known)
    table.day("inForceFrom")
    table.texts("source")
    return table


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)
