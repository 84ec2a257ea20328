"""What an operation read of journaled fields: noted as rows come, put together only when somebody wants to know."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

# Journaled coordinates, and the keys of the objects of which all of them were read; None stands for one without a key.
# Where the type has traces, a key is a tuple: the key of the object, then what they say.
Reads = list[tuple[Collection[str], Sequence[Any]]]


class Sought(NamedTuple):
    """One thing that was looked for: under which permission, by which coordinates; never by which value.

    Attributes:
        kind: the type that was looked for by an id.
    """

    permission: str
    coordinates: tuple[str, ...]
    found: bool
    kind: str | None = None


def by_coordinate(reads: Reads) -> dict[str, set[Any]]:
    """For each coordinate the keys of its objects."""
    found: dict[str, set[Any]] = {}
    for coordinates, keys in reads:
        for coordinate in coordinates if keys else ():
            found.setdefault(coordinate, set()).update(map(key_of, keys))
    return found


def key_of(trace: Any) -> Any:
    """The key of an object as the journal was told of it."""
    return trace[0] if trace.__class__ is tuple else trace


def count(reads: Reads) -> int:
    """How many values were read: one for each coordinate and row."""
    return sum([len(coordinates) * len(keys) for coordinates, keys in reads])
