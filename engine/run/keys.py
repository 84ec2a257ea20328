"""Where an edge leads from the rows of its parents: its arguments, coerced, and the keys that its batches are asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.context import Context
from engine.plan.plan import Branch, Place
from engine.plan.routing import Paging, paging, routed, split_paging
from engine.records import seen
from engine.request.variables import Variables


class Nowhere:
    """The key of a parent that has none, where None is a key itself."""


NOWHERE = Nowhere()
UNGUARDED: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Wanted:
    """The arguments of an edge, coerced: for its batch, for its page, and the key they mean at the root.

    Attributes:
        window: the page in the words of the stores.
    """

    arguments: dict[str, Any]
    page: Paging | None
    guards: frozenset[str]
    route: Any = None
    window: Any = None


def wanted_of(place: Place, context: Context, variables: Variables) -> Wanted:
    """What an edge is asked for.

    Raises:
        Exception: an argument cannot be taken.
    """
    edge: Any = place.field.declaration.edge
    arguments, guarded = place.arguments.of(variables)
    guards = frozenset(guarded.values()) if guarded else UNGUARDED
    page = window = None
    if edge.paged:
        arguments, asked = split_paging(arguments)
        page = paging(context, place.field, arguments, asked)
        ends = place.page is None or place.page.ends
        window = context.window(page.size, backward=page.backward, after=page.after, before=page.before, ends=ends)
    route = None
    if edge.key is not None:
        route, arguments = routed(edge, arguments)
    wanted = Wanted(arguments, page, guards, route, window)
    if place.arguments.constant:
        place.settled = wanted
    return wanted


def routes_of(place: Place, wanted: Wanted, rows: list[Any]) -> list[Any]:
    """For each parent its key, or what stands for none; of an edge with several batches the batch's number too."""
    if place.key_of is None:
        route = wanted.route
        if place.plain:
            route = NOWHERE if route is None else route[1]
        return [route] * len(rows)
    if place.plain:
        return list(map(place.key_of, rows))
    edge: Any = place.field.declaration.edge
    return [_first([getattr(row, column) for column in edge.by]) for row in seen(rows, place.spot.prefix)]


def keys_of(branch: Branch, routes: Iterable[Any]) -> dict[Any, None]:
    """The keys that the parents have for a branch, each once, in their order."""
    place = branch.place
    if place.plain:
        keys = dict.fromkeys(routes)
        keys.pop(NOWHERE, None)
        if place.key_of is not None:
            keys.pop(None, None)
        return keys
    keys = {}
    for route in routes:
        for one in route if isinstance(route, list) else (route,):
            if one is not None and one[0] == branch.index:
                keys[one[1]] = None
    return keys


def _first(keys: list[Any]) -> Any:
    """The first column that has a key decides the batch; a list of keys makes a list of rows."""
    for index, key in enumerate(keys):
        if isinstance(key, list):
            return [(index, one) for one in key]
        if key is not None:
            return index, key
    return None
