"""What an operation read of guarded fields: noted as rows come, put together only when somebody wants to know."""

from collections.abc import Collection, Sequence
from typing import Any

# Guarded coordinates, and the keys of the objects of which all of them were read; None stands for one without a key.
Reads = list[tuple[Collection[str], Sequence[Any]]]


def by_coordinate(reads: Reads) -> dict[str, set[Any]]:
    """For each coordinate the keys of its objects."""
    found: dict[str, set[Any]] = {}
    for coordinates, keys in reads:
        for coordinate in coordinates if keys else ():
            found.setdefault(coordinate, set()).update(keys)
    return found


def count(reads: Reads) -> int:
    """How many values were read: one for each coordinate and row."""
    return sum([len(coordinates) * len(keys) for coordinates, keys in reads])
