"""The code books (НСИ) in memory: specialties, positions, regions, conditions, measures, services, medicines.

A book is a file `<name>.json`: `oid`, `version`, `publishedOn` and `entries`. An entry marked `local` has a code of our
own, until the official book gives it one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sources.books.medicine import Medicine, medicines
from sources.books.reading import Book, BookIsWrong, one_of, read, text
from sources.books.service import DIRECTIONS, Service, services

__all__ = [
    "BOOKS",
    "DIRECTIONS",
    "Book",
    "BookIsWrong",
    "Books",
    "Diagnosis",
    "Measure",
    "Medicine",
    "Position",
    "Region",
    "Service",
    "Specialty",
    "load",
]

FOLDER = Path(__file__).parent

LEVELS = frozenset({"HIGHER", "SECONDARY"})
CATEGORIES = frozenset({"DOCTOR", "NURSING", "HEAD", "OTHER"})
SPECIAL_KINDS = frozenset({"PSYCHIATRY", "HIV", "GENETICS", "REPRODUCTIVE"})
MEASURED = frozenset({"VITAL", "LABORATORY"})


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


@dataclass(frozen=True, slots=True)
class Books:
    """The books that the graph knows."""

    specialties: Book[Specialty]
    positions: Book[Position]
    regions: Book[Region]
    conditions: Book[Diagnosis]
    measures: Book[Measure]
    services: Book[Service]
    medicines: Book[Medicine]


def load(folder: Path = FOLDER) -> Books:
    """Read and check the books of a folder.

    Raises:
        BookIsWrong: a file is missing or malformed, a code stands twice, a name is empty.
    """
    specialties = read(folder / "specialties.json", _specialty)
    measures = read(folder / "measures.json", _measure)
    return Books(
        specialties=specialties,
        positions=read(folder / "positions.json", _position),
        regions=read(folder / "regions.json", _region),
        conditions=read(folder / "conditions.json", _diagnosis),
        measures=measures,
        services=services(folder / "services.json", measures.by_code),
        medicines=medicines(folder / "medicines.json"),
    )


def _specialty(raw: Mapping[str, Any]) -> Specialty:
    direction = raw.get("direction")
    return Specialty(
        code=text(raw, "code"),
        name=text(raw, "name"),
        level=one_of(LEVELS, raw["level"]),
        direction=None if direction is None else one_of(DIRECTIONS, direction),
    )


def _position(raw: Mapping[str, Any]) -> Position:
    return Position(
        code=text(raw, "code"),
        name=text(raw, "name"),
        category=one_of(CATEGORIES, raw["category"]),
        local=bool(raw.get("local", False)),
    )


def _region(raw: Mapping[str, Any]) -> Region:
    return Region(code=text(raw, "code"), name=text(raw, "name"))


def _diagnosis(raw: Mapping[str, Any]) -> Diagnosis:
    special = raw.get("special")
    return Diagnosis(
        code=text(raw, "code"),
        name=text(raw, "name"),
        special=None if special is None else one_of(SPECIAL_KINDS, special),
    )


def _measure(raw: Mapping[str, Any]) -> Measure:
    bounds = [None if raw.get(name) is None else Decimal(raw[name]) for name in ("low", "high", "least", "most")]
    low, high, least, most = bounds
    if (least is None or most is None) is not (raw.get("unit") is None) or (low is None) is not (high is None):
        raise ValueError("a unit, and bounds, come together or not at all")
    unit = None if raw.get("unit") is None else text(raw, "unit")
    return Measure(text(raw, "code"), text(raw, "name"), one_of(MEASURED, raw["kind"]), unit, low, high, least, most)


BOOKS = load()
