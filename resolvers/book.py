"""The code books in memory: specialties, positions, regions, conditions, measures, services, medicines."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from engine.batch import many
from engine.errors import BadArgument, Finding
from resolvers.context import Context
from resolvers.free_text import on_one_line
from resolvers.rules import prescription_rules
from resolvers.rules.prescribing import PrescriptionForm
from sources.books import BOOKS, Medicine, Position, Region, Service, Specialty
from sources.postgres.ask import Ask

LONGEST = 100
# Of books that are too long to be picked from as a whole, so many entries at most, and unless said.
MOST, USUAL = 100, 20


class Direction(StrEnum):
    """Directions of the kind SPECIAL."""

    SURGERY = "SURGERY"
    RADIATION_DIAGNOSTICS = "RADIATION_DIAGNOSTICS"
    LABORATORY = "LABORATORY"


def specialty(code: str | None) -> Specialty | None:
    """The specialty of a code."""
    return None if code is None else BOOKS.specialties.by_code.get(code)


def position(code: str) -> Position | None:
    """The position of a code."""
    return BOOKS.positions.by_code.get(code)


def region(code: str) -> Region | None:
    """The region of a code."""
    return BOOKS.regions.by_code.get(code)


def region_name(code: str) -> str | None:
    """The name of a region."""
    found = region(code)
    return found.name if found else None


def condition_name(code: str) -> str | None:
    """The name of a class of ICD-10."""
    found = BOOKS.conditions.by_code.get(code)
    return found.name if found else None


def measure_name(code: str) -> str | None:
    """The name of what is measured."""
    found = BOOKS.measures.by_code.get(code)
    return found.name if found else None


def medicine_name(code: str) -> str | None:
    """INN, form and strength of a medicine."""
    found = BOOKS.medicines.by_code.get(code)
    return found.name if found else None


def forms_of(control: str, at: datetime) -> list[PrescriptionForm]:
    """The forms that take medicines of a class, by the rules of an instant."""
    return [form for form, rules in prescription_rules(at).forms.items() if control in rules.controls]


@many(None, Specialty)
async def specialties(
    context: Context, keys: Sequence[None], ask: Ask, *, search: str | None = None
) -> dict[None, list[Specialty]]:
    """The entries whose code or name begins with the words."""
    book = BOOKS.specialties
    return {None: list(book.entries) if search is None else book.search(_short(search))}


@many(None, Position)
async def positions(
    context: Context, keys: Sequence[None], ask: Ask, *, search: str | None = None
) -> dict[None, list[Position]]:
    """The entries whose code or name begins with the words."""
    book = BOOKS.positions
    return {None: list(book.entries) if search is None else book.search(_short(search))}


@many(None, Region)
async def regions(
    context: Context, keys: Sequence[None], ask: Ask, *, search: str | None = None
) -> dict[None, list[Region]]:
    """The entries whose code or name begins with the words."""
    book = BOOKS.regions
    return {None: list(book.entries) if search is None else book.search(_short(search))}


@many(None, Medicine)
async def medicines(
    context: Context, keys: Sequence[None], ask: Ask, *, search: str | None = None, first: int = USUAL
) -> dict[None, list[Medicine]]:
    """The first entries whose code begins with the words, or whose INN, form or strength has each of them."""
    found = BOOKS.medicines.search("" if search is None else _short(search))
    return {None: found[: _few(first)]}


@many(None, Service)
async def services(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    *,
    search: str | None = None,
    direction: Direction | None = None,
    first: int = USUAL,
) -> dict[None, list[Service]]:
    """The first entries whose code or name begins with the words, of a direction where one is given."""
    found = BOOKS.services.search("" if search is None else _short(search))
    fitting = [one for one in found if direction is None or one.direction == direction]
    return {None: fitting[: _few(first)]}


def _few(first: int) -> int:
    if first < 1:
        raise BadArgument("first", "expected at least 1", Finding.OUT_OF_RANGE, least=1)
    if first > MOST:
        raise BadArgument("first", f"expected at most {MOST}", Finding.OUT_OF_RANGE, most=MOST)
    return first


def _short(search: str) -> str:
    words = on_one_line(search)
    if len(words) > LONGEST:
        raise BadArgument("search", f"expected at most {LONGEST} characters", Finding.TOO_LONG, most=LONGEST)
    return words
