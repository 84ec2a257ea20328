"""Assembling the answer from the lowest spots up, where it is large or anything is amiss: in turns with others.

Whole columns while all is well, one by one where not. What is small and sound is made by `engine/answer/at_once.py`.
"""

from itertools import islice
from typing import Any

from engine.answer.by_parent import Piecemeal
from engine.answer.completion import Found, Loss, Nulled, complete_row
from engine.answer.connections import connections
from engine.plan.plan import Access, Mode, Place, Spot
from engine.plan.projection import shaped
from engine.run.general import Run
from engine.run.rows import Landing, unfolded
from engine.run.turns import Turns

# So many objects, and pages for so many parents, are made in one go.
SLICE = 200
PAGES = 4

# What was made null, with the spot and the number of the row.
Lost = list[tuple[Spot, int, Nulled]]


class Assembly:
    """The objects of each spot of a run.

    Attributes:
        objects: by the number of the spot, one for each row: an object or its loss.
        found: what was made null, with the spot and the number of the row.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.objects: list[list[Any]] = [[]] * len(run.plan.spots)
        self.found: Lost = []
        self._lossy: set[int] = set()
        self._turns = Turns()

    async def assemble(self) -> Any:
        """The data, or its loss."""
        for spot in reversed(self._run.plan.spots):
            rows = self._run.rows[spot.number]
            if rows:
                made = self._run.made[spot.number]
                if made is None:
                    await self._make(spot, rows)
                else:
                    self.objects[spot.number] = made
                await self._turns.pause()
        return self.objects[0][0]

    async def _make(self, spot: Spot, rows: list[Any]) -> None:
        """The objects of a spot, edge by edge; those below it are there."""
        given, clean = [], True
        for place in spot.steps:
            values, whole = await self._values(place, len(rows))
            clean = clean and whole
            given.append(values)
        made = None
        if clean:
            made = await self._in_slices(spot, rows, [*given, *self._run.masks(spot)])
        if made is None:
            made = await self._carefully(spot, rows, await self._apart(spot, rows, given))
        self.objects[spot.number] = made

    async def _values(self, place: Place, size: int) -> tuple[list[Any], bool]:
        """What an edge gave for each parent, and whether all of it is as promised."""
        values = self._column(place, size)
        if values is None and place.mode is Mode.PAGE:
            values = await self._pages(place)
        if values is None or (place.nonnull and None in values):
            return await self._one_by_one(place)
        return values, True

    async def _apart(self, spot: Spot, rows: list[Any], given: list[list[Any]]) -> list[list[Any]]:
        """What all edges of a spot gave, with the objects of joined spots, which are made by themselves now."""
        others = iter(given)
        columns = []
        for place in spot.places:
            joined = place.joined
            if joined is None:
                columns.append(next(others))
                continue
            self._run.unfold(place, rows)
            if own := self._run.rows[joined.number]:
                await self._make(joined, own)
            columns.append((await self._values(place, len(rows)))[0])
        return columns

    async def _in_slices(self, spot: Spot, rows: list[Any], given: list[list[Any]]) -> list[Any] | None:
        """The same for many values, with others on the event loop in between."""
        objects: list[Any] = []
        for start in range(0, len(rows), SLICE):
            part = slice(start, start + SLICE)
            made = shaped(spot, rows[part], self._run.context.at, [values[part] for values in given])
            if made is None:
                return None
            objects += made
            await self._turns.pause()
        return objects

    async def _carefully(self, spot: Spot, rows: list[Any], columns: list[list[Any]]) -> list[Any]:
        allowed = self._run.allowed[spot.number]
        made = []
        for number, row in enumerate(rows):
            found: Found = []
            mine = {permission: may[number] for permission, may in allowed.items()}
            one = complete_row(spot, row, self._run.context.at, [column[number] for column in columns], mine, found)
            if one.__class__ is Loss:
                self._lossy.add(spot.number)
            self.found += ((spot, number, nulled) for nulled in found)
            made.append(one)
            await self._turns.pause()
        return made

    async def _one_by_one(self, place: Place) -> tuple[list[Any], bool]:
        """What an edge gave for each parent, and whether all of it is as promised."""
        piecemeal = Piecemeal(self._run, self.objects, place)
        values = await piecemeal.values(self._turns)
        self.found += piecemeal.found
        return values, piecemeal.clean and not (place.nonnull and None in values)

    def _column(self, place: Place, size: int) -> list[Any] | None:
        """What an edge gave for all parents at once; None where that cannot be said at once."""
        if place.access is Access.NEVER:
            return [None] * size
        landing = self._sound(place)
        if landing is None or place.mode is Mode.PAGE:
            return None
        made = self.objects[place.branches[0].spots[0].number]
        if place.mode is Mode.FOLD:
            return made if len(made) == size else unfolded(made, landing, size)
        routes = self._run.routes[place.number]
        spans: Any = landing.spans
        if place.mode is Mode.ONE:
            ones = {key: made[number] for key, number in spans.items()}
            return list(map(ones.get, routes))
        lists = {key: made[span] for key, span in spans.items()}
        values = list(map(lists.get, routes))
        # A parent without a key has no rows, a parent that is refused no list.
        return None if None in values else values

    async def _pages(self, place: Place) -> list[Any] | None:
        """The connections of all parents, a few at a time; None where anything is amiss."""
        landing = self._sound(place)
        if landing is None:
            return None
        pages: dict[Any, Any] = {}
        spans = iter(landing.spans.items())
        while some := dict(islice(spans, PAGES)):
            made = connections(self._run, self.objects, place, landing, some)
            if made is None:
                return None
            pages |= made
            await self._turns.pause()
        return list(map(pages.get, self._run.routes[place.number]))

    def _sound(self, place: Place) -> Landing | None:
        """What came for a place, if nothing of it is amiss and no object below it was lost."""
        if not place.plain:
            return None
        branch = place.branches[0]
        landing = self._run.landings[branch.number]
        if landing.amiss or (self._lossy and not self._lossy.isdisjoint(spot.number for spot in branch.spots)):
            return None
        return landing
