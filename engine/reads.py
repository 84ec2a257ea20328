"""What an operation read of guarded fields: noted as rows come, put together only when somebody wants to know."""

from collections.abc import Collection, Sequence
from typing import Any


class Reads:
    """Guarded coordinates that were read, each with the keys of its objects; None stands for one without a key."""

    __slots__ = ("_noted",)

    def __init__(self) -> None:
        self._noted: list[tuple[Collection[str], Sequence[Any]]] = []

    def note(self, coordinates: Collection[str], keys: Sequence[Any]) -> None:
        """Note that these coordinates were read, all of the same objects."""
        if keys:
            self._noted.append((coordinates, keys))

    def by_coordinate(self) -> dict[str, set[Any]]:
        """For each coordinate the keys of its objects."""
        found: dict[str, set[Any]] = {}
        for coordinates, keys in self._noted:
            for coordinate in coordinates:
                found.setdefault(coordinate, set()).update(keys)
        return found

    def __len__(self) -> int:
        """How many values were read: one for each coordinate and row."""
        return sum(len(coordinates) * len(keys) for coordinates, keys in self._noted)
