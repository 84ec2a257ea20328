"""Assembling the answer from the lowest spots up: whole columns while all is well, one by one where not."""

import asyncio
from collections.abc import Iterable
from typing import Any

from engine.completing import Found, Loss, Nulled, complete_row, settled
from engine.cursor import encode
from engine.errors import Contradiction
from engine.landing import HOLE, Landing
from engine.plan import Access, Branch, Mode, Place, Spot
from engine.routing import binding
from engine.running import NOWHERE, Run, Wanted
from engine.shaping import shape_of

# So many objects are made in one go before others on the event loop have their turn.
SLICE = 2_000


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
        self._lossy = [False] * len(run.plan.spots)

    async def assemble(self) -> Any:
        """The data, or its loss."""
        for spot in reversed(self._run.plan.spots):
            rows = self._run.rows[spot.number]
            if rows:
                await self._shape(spot, rows)
        return self.objects[0][0]

    async def _shape(self, spot: Spot, rows: list[Any]) -> None:
        columns, clean = [], True
        for place in spot.places:
            values, whole = self._values(place, len(rows))
            columns.append(values)
            clean = clean and whole
        masks = [self._run.allowed[spot.number][permission] for permission in spot.permissions]
        made = await self._whole(spot, rows, columns, masks) if clean else None
        self.objects[spot.number] = self._carefully(spot, rows, columns) if made is None else made

    async def _whole(self, spot: Spot, rows: list[Any], columns: list[Any], masks: list[Any]) -> list[Any] | None:
        shape, at = shape_of(spot), self._run.context.at
        given = [*columns, *masks]
        try:
            if len(rows) <= SLICE:
                return shape(rows, at, *given)
            made: list[Any] = []
            for start in range(0, len(rows), SLICE):
                part = slice(start, start + SLICE)
                made += shape(rows[part], at, *(values[part] for values in given))
                await asyncio.sleep(0)
        except Exception:  # noqa: BLE001 - a value is not as promised; completing says which, and makes its error
            return None
        return made

    def _carefully(self, spot: Spot, rows: list[Any], columns: list[list[Any]]) -> list[Any]:
        self.careful += 1
        allowed = self._run.allowed[spot.number]
        made = []
        for number, row in enumerate(rows):
            found: Found = []
            mine = {permission: may[number] for permission, may in allowed.items()}
            values = [column[number] for column in columns]
            one = complete_row(spot, row, self._run.context.at, values, mine, found)
            if one.__class__ is Loss:
                self._lossy[spot.number] = True
            self.found += ((spot, number, nulled) for nulled in found)
            made.append(one)
        return made

    def _values(self, place: Place, size: int) -> tuple[list[Any], bool]:
        """What an edge gave for each parent, and whether all of it is as promised."""
        run = self._run
        if place.access is Access.NEVER:
            return [None] * size, True
        wanted = run.wanted[place.number]
        landings = [run.landings[branch.number] for branch in place.branches]
        clean = not (
            isinstance(wanted, Exception)
            or any(landing.failure is not None or landing.holed for landing in landings)
            or any(self._lossy[spot.number] for branch in place.branches for spot in branch.spots)
        )
        if clean and len(place.branches) == 1 and place.mode is not Mode.KEYS and place.mode is not Mode.PAGE:
            values = self._plain(place, landings[0])
        else:
            values, whole = self._each(place, wanted)
            clean = clean and whole
        if clean and place.nonnull and None in values:
            clean = False
        return values, clean

    def _plain(self, place: Place, landing: Landing) -> list[Any]:
        """One row or one list of rows for each parent, nothing amiss."""
        branch = place.branches[0]
        made = self.objects[branch.spots[0].number]
        routes = self._run.routes[place.number]
        spans: Any = landing.spans
        if place.mode is Mode.MANY:
            lists = {key: made[span.start : span.stop] for key, span in spans.items()}
            refused = self._refused(place)
            if refused is None:
                return [lists.get(key, []) for key in routes]
            return [None if gone else lists.get(key, []) for key, gone in zip(routes, refused, strict=True)]
        if place.mode is Mode.FOLD and len(made) == len(routes):
            return made
        ones = {key: made[number] for key, number in spans.items()}
        return list(map(ones.get, routes))

    def _refused(self, place: Place) -> list[bool] | None:
        """For each parent whether the rules close the edge there."""
        if place.access is not Access.ROWS:
            return None
        allowed = self._run.allowed[place.spot.number][place.field.declaration.permission or ""]
        return [not may for may in allowed]

    def _each(self, place: Place, wanted: Wanted | Exception | None) -> tuple[list[Any], bool]:
        """The value of each parent one by one; parents with the same key share it."""
        size = len(self._run.rows[place.spot.number])
        refused = self._refused(place) or [False] * size
        if isinstance(wanted, Exception):
            return [None if gone else Loss(wanted) for gone in refused], False
        known: dict[Any, tuple[Any, Found]] = {}
        values: list[Any] = []
        clean = True
        for number, (route, gone) in enumerate(zip(self._run.routes[place.number], refused, strict=True)):
            identity = tuple(route) if isinstance(route, list) else route
            if gone:
                values.append(None)
                continue
            if identity not in known:
                found: Found = []
                known[identity] = (self._value(place, route, found), found)
            value, found = known[identity]
            values.append(value)
            if found or value.__class__ is Loss:
                clean = False
                under = place.key
                self.found += (
                    (place.spot, number, Nulled((under, *one.at), (under, *one.tail), one.cause)) for one in found
                )
        return values, clean

    def _value(self, place: Place, route: Any, found: Found) -> Any:
        if place.mode is Mode.KEYS:
            return self._of_keys(place, route, found)
        if len(place.branches) > 1:
            return None if route is None else self._one(place.branches[route[0]], route[1])
        branch = place.branches[0]
        by_column = place.field.declaration.edge is not None and place.field.declaration.edge.key is None
        if route is NOWHERE or (route is None and by_column):
            return [] if place.mode is Mode.MANY else None
        if place.mode is Mode.MANY:
            return self._list(place, branch, route, found)
        return self._connection(place, branch, route, found) if place.mode is Mode.PAGE else self._one(branch, route)

    def _one(self, branch: Branch, key: Any) -> Any:
        landing = self._run.landings[branch.number]
        if landing.failure is not None:
            return Loss(landing.failure)
        number: Any = landing.spans.get(key)
        return None if number is None else self.objects[branch.spots[0].number][number]

    def _of_keys(self, place: Place, route: Any, found: Found) -> Any:
        """A list of rows by a list of keys: absent rows leave no trace below a column, and a null below an argument."""
        if route is None:
            return None
        edge: Any = place.field.declaration.edge
        items = []
        for one in route:
            value = None if one is None else self._one(place.branches[one[0]], one[1])
            if value.__class__ is Loss and not self._lossy_row(place.branches[one[0]]):
                return value
            if value is not None or edge.key is not None:
                items.append(value)
        return _items(items, place, found)

    def _lossy_row(self, branch: Branch) -> bool:
        return self._run.landings[branch.number].failure is None

    def _list(self, place: Place, branch: Branch, key: Any, found: Found) -> Any:
        landing = self._run.landings[branch.number]
        if landing.failure is not None:
            return Loss(landing.failure)
        span: Any = landing.spans.get(key, ())
        return _items(_taken(self.objects[branch.spots[0].number], span), place, found)

    def _connection(self, place: Place, branch: Branch, key: Any, found: Found) -> Any:
        landing = self._run.landings[branch.number]
        if landing.failure is not None:
            return Loss(landing.failure)
        page: Any = place.page
        made: dict[str, Any] = {}
        for name, kind, inside in page.parts:
            if kind == "totalCount":
                value = self._count(branch, key)
            elif kind == "nodes":
                value = self._nodes(branch, (name, None), landing, key)
            elif kind == "edges":
                value = self._edges(place, branch, name, landing, key, inside)
            elif kind == "pageInfo":
                value = self._page_info(place, landing, key, inside, (name,), found)
            else:
                value = inside[0][0]
            if value.__class__ is Loss:
                if kind != "totalCount":
                    return value.under(name)
                value = settled(value, (name,), found)
            made[name] = value
        return made

    def _count(self, branch: Branch, key: Any) -> Any:
        counts = self._run.counts[branch.number]
        return Loss(counts) if isinstance(counts, Exception) else counts.get(key, 0)

    def _nodes(self, branch: Branch, inner: tuple[str | None, ...], landing: Landing, key: Any) -> Any:
        (spot,) = (spot for spot in branch.spots if spot.inner == inner)
        items = _taken(self.objects[spot.number], landing.spans.get(key, ()))
        for number, item in enumerate(items):
            if item is None or item.__class__ is Loss:
                return (item or Loss(Contradiction())).under(number)
        return items

    def _edges(
        self, place: Place, branch: Branch, name: str, landing: Landing, key: Any, inside: list[tuple[str, str]]
    ) -> Any:
        nodes = {
            inner: self._nodes(branch, (name, None, inner), landing, key) for inner, kind in inside if kind == "node"
        }
        seal = self._seal(place, landing, key)
        made = []
        for number, row in enumerate(_rows(landing, key)):
            one: dict[str, Any] = {}
            for inner, kind in inside:
                if kind == "cursor":
                    value = _sealed(seal, row)
                elif kind == "node":
                    value = nodes[inner] if nodes[inner].__class__ is Loss else nodes[inner][number]
                else:
                    value = kind
                if value.__class__ is Loss:
                    return Loss(value.cause, _edge_tail(value, number, inner, kind))
                one[inner] = value
            made.append(one)
        return made

    def _page_info(
        self, place: Place, landing: Landing, key: Any, inside: list[tuple[str, str]], under: Any, found: Found
    ) -> Any:
        wanted, page = self._run.wanted[place.number], landing.pages.get(key)
        rows = _rows(landing, key)
        made: dict[str, Any] = {}
        for inner, kind in inside:
            if kind in {"startCursor", "endCursor"}:
                value = None
                if rows:
                    value = _sealed(self._seal(place, landing, key), rows[0 if kind == "startCursor" else -1])
                made[inner] = settled(value, (*under, inner), found)
            elif kind in {"hasNextPage", "hasPreviousPage"}:
                ahead = page is not None and self._ahead(wanted, page, forward=kind == "hasNextPage")
                made[inner] = ahead
            else:
                made[inner] = kind
        return made

    @staticmethod
    def _ahead(wanted: Any, page: Any, *, forward: bool) -> bool:
        """Whether the list goes on: past the far end the store knows, on the near side a cursor says so."""
        asked = wanted.page
        if asked.backward is not forward:
            return bool(page.more)
        return (asked.before if asked.backward else asked.after) is not None

    def _seal(self, place: Place, landing: Landing, key: Any) -> Any:
        wanted: Any = self._run.wanted[place.number]
        context = self._run.context
        sealed = binding(context, place.field, wanted.arguments)
        page: Any = landing.pages.get(key)

        def seal(row: Any) -> str:
            return encode(context.cursor_key, sealed, [getattr(row, name) for name in page.position])

        return seal


def _sealed(seal: Any, row: Any) -> Any:
    try:
        return seal(row)
    except Exception as failed:  # noqa: BLE001 - a row without its position
        return Loss(failed)


def _edge_tail(loss: Loss, number: int, inner: str, kind: str) -> tuple[str | int, ...]:
    if kind == "node":
        return (loss.tail[0], inner, *loss.tail[1:])
    return (number, inner)


def _rows(landing: Landing, key: Any) -> list[Any]:
    return _taken(landing.rows, landing.spans.get(key, ()))


def _taken(values: list[Any], span: Any) -> list[Any]:
    if isinstance(span, range):
        return values[span.start : span.stop]
    return [None if number == HOLE else values[number] for number in span]


def _items(items: Iterable[Any], place: Place, found: Found) -> Any:
    """A list of objects; a lost one takes the list with it where items are promised."""
    made = []
    for number, item in enumerate(items):
        value = Loss(Contradiction()) if item is None and place.item_nonnull else item
        if value.__class__ is Loss:
            if place.item_nonnull:
                return value.under(number)
            value = settled(value, (number,), found)
        made.append(value)
    return made
