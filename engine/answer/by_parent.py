"""The values of one edge parent by parent: abstract types, lists of keys, and whatever something befell."""

from collections.abc import Iterable
from typing import Any

from engine.answer.completion import Found, Loss, Nulled, settled
from engine.answer.connections import connection
from engine.errors import Contradiction
from engine.plan.plan import Access, Branch, Mode, Place, Spot
from engine.run.general import Run
from engine.run.keys import NOWHERE
from engine.run.rows import taken
from engine.run.turns import Turns


class Piecemeal:
    """One edge of a run.

    Attributes:
        found: what was made null within the values, with the spot and the number of the parent.
        clean: whether nothing was lost.
    """

    def __init__(self, run: Run, objects: list[list[Any]], place: Place) -> None:
        self._run = run
        self._objects = objects
        self._place = place
        self.found: list[tuple[Spot, int, Nulled]] = []
        self.clean = True

    async def values(self, turns: Turns) -> list[Any]:
        """The value for each parent, or its loss; parents with the same key share it."""
        place, run = self._place, self._run
        size, wanted = len(run.rows[place.spot.number]), run.wanted[place.number]
        allowed = [True] * size
        if place.access is Access.ROWS:
            allowed = run.allowed[place.spot.number][place.permission]
        if isinstance(wanted, Exception):
            self.clean = False
            return [Loss(wanted) if may else None for may in allowed]
        known: dict[Any, tuple[Any, Found]] = {}
        values: list[Any] = []
        routes = list(range(size)) if place.mode is Mode.FOLD else run.routes[place.number]
        for number, (route, may) in enumerate(zip(routes, allowed, strict=True)):
            if not may:
                values.append(None)
                continue
            identity = tuple(route) if isinstance(route, list) else route
            if identity not in known:
                nulled: Found = []
                known[identity] = (self._value(route, nulled), nulled)
            value, nulled = known[identity]
            values.append(value)
            if nulled or value.__class__ is Loss:
                self.clean = False
                self._note(number, nulled)
            await turns.pause()
        return values

    def _note(self, number: int, nulled: Found) -> None:
        spot, key = self._place.spot, self._place.key
        self.found += ((spot, number, Nulled((key, *one.at), (key, *one.tail), one.cause)) for one in nulled)

    def _value(self, route: Any, found: Found) -> Any:
        place = self._place
        if place.mode is Mode.KEYS:
            return self._of_keys(route, found)
        if place.mode is Mode.FOLD:
            return self._folded(route)
        if not place.plain:
            return None if route is None else self._one(place.branches[route[0]], route[1])
        branch = place.branches[0]
        if route is NOWHERE or (route is None and place.key_of is not None):
            return [] if place.mode is Mode.MANY else None
        if place.mode is Mode.ONE:
            return self._one(branch, route)
        landing = self._run.landings[branch.number]
        if landing.failure is not None:
            return Loss(landing.failure)
        if place.mode is Mode.PAGE:
            return connection(self._run, self._objects, place, route, found)
        return self._items(taken(self._objects[branch.spots[0].number], landing.spans.get(route, [])), found)

    def _folded(self, parent: int) -> Any:
        branch = self._place.branches[0]
        owners = list(self._run.landings[branch.number].owners)
        return self._objects[branch.spots[0].number][owners.index(parent)] if parent in owners else None

    def _one(self, branch: Branch, key: Any) -> Any:
        landing = self._run.landings[branch.number]
        if landing.failure is not None:
            return Loss(landing.failure)
        number: Any = landing.spans.get(key)
        return None if number is None else self._objects[branch.spots[0].number][number]

    def _of_keys(self, route: Any, found: Found) -> Any:
        """A list of rows by a list of keys: absent rows leave no trace below a column, and a null below an argument."""
        if route is None:
            return None
        items = []
        for one in route:
            value = None
            if one is not None:
                branch = self._place.branches[one[0]]
                value = self._one(branch, one[1])
                if self._run.landings[branch.number].failure is not None:
                    return value
            if value is not None or self._place.key_of is None:
                items.append(value)
        return self._items(items, found)

    def _items(self, items: Iterable[Any], found: Found) -> Any:
        """A list of objects; a lost one takes the list with it where items are promised."""
        made = []
        for number, item in enumerate(items):
            value = Loss(Contradiction()) if item is None and self._place.item_nonnull else item
            if value.__class__ is Loss:
                if self._place.item_nonnull:
                    return value.under(number)
                value = settled(value, (number,), found)
            made.append(value)
        return made
