"""Paths of the answer: what all rows of one place have in common, and the positions in lists that tell them apart."""

from collections.abc import Iterable

Path = list[str | int]
# Response keys, and None where a position in a list stands.
Outline = tuple[str | None, ...]
# The positions alone, from the outermost list inwards.
Positions = tuple[int, ...]


def outline(path: Iterable[str | int]) -> Outline:
    """A path without its positions."""
    return tuple([part if isinstance(part, str) else None for part in path])


def positions(path: Iterable[str | int]) -> Positions:
    """The positions of a path."""
    return tuple([part for part in path if isinstance(part, int)])


def filled(place: Outline, row: Positions) -> Path:
    """The path of one row of a place."""
    at = iter(row)
    return [next(at) if part is None else part for part in place]


def in_order(path: Path) -> list[tuple[int, str]]:
    """What paths are sorted by: keys by their names, before positions by their numbers."""
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]
