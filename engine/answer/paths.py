"""From a row of a spot back to its places in the answer: paths are made only when something is refused or lost."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError

from engine.answer.completion import Tail
from engine.errors import kept
from engine.plan.plan import Branch, Mode, Spot
from engine.run.general import Run
from engine.run.keys import NOWHERE
from engine.run.rows import HOLE

Tie = tuple[int, Tail, int]


class Trace:
    """The places of the answer where rows stand."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._known: dict[int, list[list[Tail]]] = {}

    def paths(self, spot: Spot) -> list[list[Tail]]:
        """For each row of a spot all its places."""
        known = self._known.get(spot.number)
        if known is None:
            if spot.place is None:
                known = [[()]]
            else:
                above = self.paths(spot.place.spot)
                known = [[] for _ in self._run.rows[spot.number]]
                for parent, tail, row in self._tied(spot):
                    known[row] += [(*path, *tail) for path in above[parent]]
            self._known[spot.number] = known
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


def is_there(data: Any, path: Tail) -> bool:
    """Whether there is anything at a path of the data."""
    for part in path:
        if data is None:
            return False
        data = data[part]
    return data is not None


def located(path: Tail, cause: Exception) -> GraphQLError:
    """The error of what befell a place."""
    return GraphQLError(str(getattr(cause, "message", cause)), path=list(path), original_error=kept(cause))
