"""The code books in memory: specialties, positions, regions, conditions, measures; no store is asked."""

from collections.abc import Sequence

from engine.batch import many
from engine.errors import BadArgument, Finding
from resolvers.context import Context
from resolvers.free_text import on_one_line
from sources.books import BOOKS, Position, Region, Specialty
from sources.postgres.ask import Ask

LONGEST = 100


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


def _short(search: str) -> str:
    words = on_one_line(search)
    if len(words) > LONGEST:
        raise BadArgument("search", f"expected at most {LONGEST} characters", Finding.TOO_LONG, most=LONGEST)
    return words
