"""Entries of the code books (справочники НСИ), each with the version of its book."""

from enum import StrEnum

from engine.declare import derived, public, shows
from schema.enums import enum
from sources import books
from sources.books import BOOKS


class SpecialtyLevel(StrEnum):
    """Higher or secondary."""

    HIGHER = "HIGHER"
    SECONDARY = "SECONDARY"


class PositionCategory(StrEnum):
    """Categories that roles look at."""

    DOCTOR = "DOCTOR"
    NURSING = "NURSING"
    HEAD = "HEAD"
    OTHER = "OTHER"


enum(
    SpecialtyLevel,
    "Level of education that a specialty takes.",
    HIGHER="Higher education (высшее образование).",
    SECONDARY="Secondary vocational education (среднее профессиональное образование).",
)
enum(
    PositionCategory,
    "What kind of work a position is.",
    DOCTOR="Doctor (врач).",
    NURSING="Nurse, paramedic or midwife (средний медицинский персонал).",
    HEAD="Head of an organisation or of a department (руководитель).",
    OTHER="Any other work (прочий персонал).",
)


@shows(books.Specialty)
class Specialty:
    """A specialty (специальность) of the code book."""

    code: str = public("Code in the book, as 31.08.49.")
    name: str = public("Name.")
    level: SpecialtyLevel = public("Level of education.")
    book_version: str = derived(
        lambda _: BOOKS.specialties.version, "Version of the book that the entry is from.", needs=("code",)
    )


@shows(books.Position)
class Position:
    """A position (должность) of the code book."""

    code: str = public("Code in the book.")
    name: str = public("Name.")
    category: PositionCategory = public("What kind of work it is.")
    book_version: str = derived(
        lambda _: BOOKS.positions.version, "Version of the book that the entry is from.", needs=("code",)
    )


@shows(books.Region)
class Region:
    """A subject of the Russian Federation (регион) of the code book."""

    code: str = public("Code in the book, as 77; filters take it.")
    name: str = public("Name.")
    book_version: str = derived(
        lambda _: BOOKS.regions.version, "Version of the book that the entry is from.", needs=("code",)
    )
