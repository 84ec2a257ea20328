"""What the generated function of a plan may call, by the names that it has for it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from engine.answer.connections import connections
from engine.context import Context
from engine.plan.plan import Place, Spot
from engine.plan.projection import shape_of
from engine.plan.result_coercion import Doubt
from engine.plan.routing import Narrowing, narrowing
from engine.records import seen
from engine.run.keys import NOWHERE, UNGUARDED, Wanted, wanted_of
from engine.run.rows import folded, landed, landed_alone, unfolded


class Asked(NamedTuple):
    """What a connection has to know of its run."""

    context: Context
    wanted: dict[int, Wanted]
    counts: dict[int, dict[Any, int]]


def sure(spot: Spot, rows: list[Any], context: Context) -> None:
    """Give up unless the rules allow everything on all rows."""
    keys = spot.bound.declaration.keys
    sources = seen(rows, spot.prefix)
    for permission in spot.permissions:
        verdict = context.rights[permission]
        for row in sources:
            if verdict.allows(row, keys) is not True:
                raise Doubt


def narrowed(context: Context, place: Place, guards: frozenset[str] = UNGUARDED) -> Narrowing:
    """The rules that the rows of an edge must meet; gives up where none can."""
    narrow = narrowing(context, place.field, 0, guards)
    if narrow is None:
        raise Doubt
    return narrow


NAMES: Final[Mapping[str, Any]] = {
    "Asked": Asked,
    "Doubt": Doubt,
    "NOWHERE": NOWHERE,
    "connections": connections,
    "folded": folded,
    "landed": landed,
    "landed_alone": landed_alone,
    "narrowed": narrowed,
    "shape_of": shape_of,
    "sleep": asyncio.sleep,
    "sure": sure,
    "unfolded": unfolded,
    "wanted_of": wanted_of,
}
