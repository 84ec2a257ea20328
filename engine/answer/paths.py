"""From a row of a spot back to its places in the answer: paths are made only when something is refused or lost."""

from collections.abc import Iterator
from typing import Any

from engine.answer.completion import Tail
from engine.plan.plan import Branch, Mode, Spot
from engine.run.general import Run
from engine.run.keys import NOWHERE
from engine.run.rows import HOLE

Tie = tuple[int, Tail, int]


class Trace:
    """Paths of rows, and how many places of the answer each row has."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ties: dict[int, dict[int, list[tuple[int, Tail]]]] = {}
        self._weights: dict[int, list[int]] = {}

    def weights(self, spot: Spot) -> list[int]:
        """For each row the number of its places in the answer."""
        known = self._weights.get(spot.number)
        if known is None:
            if spot.place is None:
                known = [1]
            else:
                above = self.weights(spot.place.spot)
                known = [0] * len(self._run.rows[spot.number])
                for row, owners in self._owners(spot).items():
                    known[row] = sum(above[parent] for parent, _ in owners)
            self._weights[spot.number] = known
        return known

    def first(self, spot: Spot, row: int) -> Tail:
        """The first place of a row; rows stand in the order of their first places."""
        if spot.place is None:
            return ()
        parent, tail = self._owners(spot)[row][0]
        return (*self.first(spot.place.spot, parent), *tail)

    def paths(self, spot: Spot, row: int) -> Iterator[Tail]:
        """All places of a row."""
        if spot.place is None:
            yield ()
            return
        for parent, tail in self._owners(spot)[row]:
            for path in self.paths(spot.place.spot, parent):
                yield (*path, *tail)

    def _owners(self, spot: Spot) -> dict[int, list[tuple[int, Tail]]]:
        known = self._ties.get(spot.number)
        if known is None:
            known = self._ties[spot.number] = {}
            for parent, tail, row in self._tied(spot):
                known.setdefault(row, []).append((parent, tail))
        return known

    def _tied(self, spot: Spot) -> Iterator[Tie]:
        place: Any = spot.place
        (branch,) = (branch for branch in place.branches if spot in branch.spots)
        landing = self._run.landings[branch.number]
        if place.mode is Mode.FOLD:
            for row, parent in enumerate(landing.owners):
                yield parent, (place.key,), row
            return
        for parent, route in enumerate(self._run.routes[place.number]):
            if place.mode is Mode.KEYS:
                yield from self._of_keys(branch, parent, route)
                continue
            key = route
            if not place.plain:
                if route is None or route[0] != branch.index:
                    continue
                key = route[1]
            span = None if key is NOWHERE else landing.spans.get(key)
            if isinstance(span, int):
                yield parent, (place.key,), span
            elif span is not None:
                numbers = range(span.start, span.stop) if isinstance(span, slice) else span
                for position, row in enumerate(numbers):
                    if row == HOLE:
                        continue
                    yield parent, (place.key, *(position if part is None else part for part in spot.inner)), row

    def _of_keys(self, branch: Branch, parent: int, route: Any) -> Iterator[Tie]:
        place = branch.place
        position = 0
        for one in route or ():
            number: Any = None
            if one is not None:
                number = self._run.landings[place.branches[one[0]].number].spans.get(one[1])
                if number is not None and one[0] == branch.index:
                    yield parent, (place.key, position), number
            if place.key_of is None or number is not None:
                position += 1
