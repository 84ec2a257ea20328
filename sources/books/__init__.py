"""The code books (НСИ) in memory: specialties, positions, regions, conditions, measures; each with its version.

A book is a file `<name>.json`: `oid`, `version`, `publishedOn` and `entries`. An entry marked `local` has a code of our
own, until the official book gives it one.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

FOLDER = Path(__file__).parent

LEVELS = frozenset({"HIGHER", "SECONDARY"})
DIRECTIONS = frozenset({"SURGERY", "RADIATION_DIAGNOSTICS", "LABORATORY"})
CATEGORIES = frozenset({"DOCTOR", "NURSING", "HEAD", "OTHER"})
SPECIAL_KINDS = frozenset({"PSYCHIATRY", "HIV", "GENETICS", "REPRODUCTIVE"})
MEASURED = frozenset({"VITAL", "LABORATORY"})


class BookIsWrong(Exception):
    """A code book cannot be used; says which file, and of its entries each that is wrong, one a line."""


class Entry(Protocol):
    """What every entry of every book has."""

    @property
    def code(self) -> str:
        """The code, unique in its book."""
        ...

    @property
    def name(self) -> str:
        """The name in the words of the book."""
        ...


@dataclass(frozen=True, slots=True)
class Specialty:
    """A training direction (направление подготовки); `level` is HIGHER or SECONDARY.

    `direction` is the one that a SPECIAL accreditation of this specialty may open.
    """

    code: str
    name: str
    level: str
    direction: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """A post of a medical worker (должность); `category` is DOCTOR, NURSING, HEAD or OTHER."""

    code: str
    name: str
    category: str
    local: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A subject of the Russian Federation by its two digits."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A class of ICD-10 (МКБ-10); `special` is the kind of specially protected data that it tells, if it tells any."""

    code: str
    name: str
    special: str | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, by its code of LOINC as the federal book of tests has it; the unit is one of UCUM.

    Attributes:
        kind: VITAL or LABORATORY.
        unit: none where the result is words.
        low, high: between which a value is normal, in the unit.
        least, most: between which a value can be at all.
    """

    code: str
    name: str
    kind: str
    unit: str | None
    low: Decimal | None
    high: Decimal | None
    least: Decimal | None
    most: Decimal | None

    def flag(self, value: Decimal) -> str | None:
        """NORMAL, LOW or HIGH; none where nothing is said of what is normal."""
        if self.low is None or self.high is None:
            return None
        return "LOW" if value < self.low else "HIGH" if value > self.high else "NORMAL"

    def takes(self, value: Decimal, unit: str | None) -> bool:
        """Whether a value in a unit can be one of this measure."""
        if self.least is None or self.most is None:
            return False
        return unit == self.unit and self.least <= value <= self.most


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, slots=True)
class Book(Generic[EntryT]):
    """One version of one code book; `entries` are in the order of the book."""

    oid: str
    version: str
    published_on: date
    by_code: Mapping[str, EntryT]
    entries: tuple[EntryT, ...]

    def search(self, words: str) -> list[EntryT]:
        """Entries whose code begins with the text, or whose name has a word for each word of it, in the book's order.

        Case and ё do not matter; a word may be cut short. An empty text finds everything.
        """
        asked = _folded(words)
        parts = _words(asked)
        return [
            entry
            for entry in self.entries
            if (asked and _folded(entry.code).startswith(asked))
            or ((parts or not asked) and _has_words(_words(_folded(entry.name)), parts))
        ]


@dataclass(frozen=True, slots=True)
class Books:
    """The books that the graph knows."""

    specialties: Book[Specialty]
    positions: Book[Position]
    regions: Book[Region]
    conditions: Book[Diagnosis]
    measures: Book[Measure]


def load(folder: Path = FOLDER) -> Books:
    """Read and check the books of a folder.

    Raises:
        BookIsWrong: a file is missing or malformed, a code stands twice, a name is empty.
    """
    return Books(
        specialties=_read(folder / "specialties.json", _specialty),
        positions=_read(folder / "positions.json", _position),
        regions=_read(folder / "regions.json", _region),
        conditions=_read(folder / "conditions.json", _diagnosis),
        measures=_read(folder / "measures.json", _measure),
    )


def _read(path: Path, entry_of: Callable[[Mapping[str, Any]], EntryT]) -> Book[EntryT]:
    by_code: dict[str, EntryT] = {}
    wrong: list[str] = []
    with _told(path.name, wrong):
        content = json.loads(path.read_text(encoding="utf-8"))
        for number, raw in enumerate(content["entries"], start=1):
            place = f"{path.name}, entry {number}"
            with _told(place, wrong):
                entry = entry_of(raw)
                if by_code.setdefault(entry.code, entry) is not entry:
                    wrong.append(f"{place}: the code {entry.code} stands twice")
        made = Book(
            oid=_text(content, "oid"),
            version=_text(content, "version"),
            published_on=date.fromisoformat(content["publishedOn"]),
            by_code=MappingProxyType(by_code),
            entries=tuple(by_code.values()),
        )
    if wrong:
        raise BookIsWrong("\n".join(wrong))
    return made


@contextmanager
def _told(place: str, wrong: list[str]) -> Iterator[None]:
    """Note what is wrong at a place, and go on."""
    try:
        yield
    except KeyError as missing:
        wrong.append(f"{place}: no {missing}")
    except (OSError, ValueError, TypeError, AttributeError) as error:
        wrong.append(f"{place}: {error}")


def _specialty(raw: Mapping[str, Any]) -> Specialty:
    direction = raw.get("direction")
    return Specialty(
        code=_text(raw, "code"),
        name=_text(raw, "name"),
        level=_one_of(LEVELS, raw["level"]),
        direction=None if direction is None else _one_of(DIRECTIONS, direction),
    )


def _position(raw: Mapping[str, Any]) -> Position:
    return Position(
        code=_text(raw, "code"),
        name=_text(raw, "name"),
        category=_one_of(CATEGORIES, raw["category"]),
        local=bool(raw.get("local", False)),
    )


def _region(raw: Mapping[str, Any]) -> Region:
    return Region(code=_text(raw, "code"), name=_text(raw, "name"))


def _diagnosis(raw: Mapping[str, Any]) -> Diagnosis:
    special = raw.get("special")
    return Diagnosis(
        code=_text(raw, "code"),
        name=_text(raw, "name"),
        special=None if special is None else _one_of(SPECIAL_KINDS, special),
    )


def _measure(raw: Mapping[str, Any]) -> Measure:
    bounds = [None if raw.get(name) is None else Decimal(raw[name]) for name in ("low", "high", "least", "most")]
    low, high, least, most = bounds
    if (least is None or most is None) is not (raw.get("unit") is None) or (low is None) is not (high is None):
        raise ValueError("a unit, and bounds, come together or not at all")
    unit = None if raw.get("unit") is None else _text(raw, "unit")
    return Measure(_text(raw, "code"), _text(raw, "name"), _one_of(MEASURED, raw["kind"]), unit, low, high, least, most)


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is empty")
    return value


def _one_of(allowed: frozenset[str], value: object) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(sorted(allowed))}")
    return value


def _folded(text: str) -> str:
    return text.strip().casefold().replace("ё", "е")


def _words(folded: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


def _has_words(words: list[str], parts: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in parts)


BOOKS = load()
