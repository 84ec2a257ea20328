"""Assembling the answer from the lowest spots up: whole columns while all is well, one by one where not."""

from itertools import islice
from typing import Any

from engine.completing import Found, Loss, Nulled, complete_row
from engine.landing import Landing
from engine.paging import connections
from engine.piecemeal import Piecemeal
from engine.plan import Access, Mode, Place, Spot
from engine.running import Run
from engine.shaping import shape_of
from engine.turns import Turns

# So many values of a spot, and pages with so many rows, are made in one go; more of them in turns with others, objects
# so many at a time, and pages for so many parents.
VALUES = 20_000
ROWS = 1_000
SLICE = 200
PAGES = 4


class Assembly:
    """The objects of each spot of a run.

    Attributes:
        objects: by the number of the spot, one for each row: an object or its loss.
        found: what was made null, with the spot and the number of the row.
        careful: how many spots had to be completed one by one.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.objects: list[list[Any]] = [[]] * len(run.plan.spots)
        self.found: list[tuple[Spot, int, Nulled]] = []
        self.careful = 0
        self._lossy: set[int] = set()
        self._turns = Turns()

    async def assemble(self) -> Any:
        """The data, or its loss."""
        run = self._run
        for spot in reversed(run.plan.spots):
            rows = run.rows[spot.number]
            if not rows:
                continue
            columns, clean = [], True
            for place in spot.places:
                values, whole = await self._values(place, len(rows))
                columns.append(values)
                clean = clean and whole
            made = None
            if clean:
                masks = [run.allowed[spot.number][permission] for permission in spot.permissions]
                made = await self._whole(spot, rows, [*columns, *masks])
            self.objects[spot.number] = await self._carefully(spot, rows, columns) if made is None else made
            await self._turns.pause()
        return self.objects[0][0]

    async def _whole(self, spot: Spot, rows: list[Any], given: list[list[Any]]) -> list[Any] | None:
        """The objects of all rows at once; None where a value is not as promised."""
        shape, at = shape_of(spot, rows), self._run.context.at
        try:
            if len(rows) * len(spot.entries) <= VALUES:
                return shape(rows, at, *given)
            made: list[Any] = []
            for start in range(0, len(rows), SLICE):
                part = slice(start, start + SLICE)
                made += shape(rows[part], at, *(values[part] for values in given))
                await self._turns.pause()
        except Exception:  # noqa: BLE001 - completing one by one says which value it is, and makes its error
            return None
        return made

    async def _carefully(self, spot: Spot, rows: list[Any], columns: list[list[Any]]) -> list[Any]:
        self.careful += 1
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

    async def _values(self, place: Place, size: int) -> tuple[list[Any], bool]:
        """What an edge gave for each parent, and whether all of it is as promised."""
        if place.access is Access.NEVER:
            return [None] * size, True
        values = await self._column(place, size) if place.plain or place.mode is Mode.FOLD else None
        if values is not None:
            return values, not (place.nonnull and None in values)
        piecemeal = Piecemeal(self._run, self.objects, place)
        values = await piecemeal.values(self._turns)
        self.found += piecemeal.found
        return values, piecemeal.clean and not (place.nonnull and None in values)

    async def _column(self, place: Place, size: int) -> list[Any] | None:
        """The values for all parents at once; None where anything is amiss."""
        branch = place.branches[0]
        landing = self._run.landings[branch.number]
        if landing.failure is not None or landing.holed or landing.barred:
            return None
        if isinstance(self._run.wanted[place.number], Exception) or not self._sound(place):
            return None
        if place.mode is Mode.FOLD:
            return self._unfolded(self.objects[branch.spots[0].number], landing, size)
        routes = self._run.routes[place.number]
        made = self.objects[branch.spots[0].number]
        spans: Any = landing.spans
        if place.mode is Mode.PAGE:
            pages = await self._pages(place, landing)
            return None if pages is None else list(map(pages.get, routes))
        if place.mode is Mode.ONE:
            ones = {key: made[number] for key, number in spans.items()}
            return list(map(ones.get, routes))
        lists = {key: made[span] for key, span in spans.items()}
        values = list(map(lists.get, routes))
        # A parent without a key has no rows, a parent that is refused no list.
        return None if None in values else values

    async def _pages(self, place: Place, landing: Landing) -> dict[Any, Any] | None:
        """The connection of each key; None where anything is amiss."""
        if len(landing.rows) <= ROWS:
            return connections(self._run, self.objects, place, landing, landing.spans)
        pages: dict[Any, Any] = {}
        spans = iter(landing.spans.items())
        while some := dict(islice(spans, PAGES)):
            made = connections(self._run, self.objects, place, landing, some)
            if made is None:
                return None
            pages |= made
            await self._turns.pause()
        return pages

    def _sound(self, place: Place) -> bool:
        return not self._lossy or not any(spot.number in self._lossy for spot in place.branches[0].spots)

    @staticmethod
    def _unfolded(made: list[Any], landing: Landing, size: int) -> list[Any]:
        if len(made) == size:
            return made
        values: list[Any] = [None] * size
        for number, one in zip(landing.owners, made, strict=True):
            values[number] = one
        return values
