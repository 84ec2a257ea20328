"""The whole answer at once: a generated function makes the objects of all spots of a plan while all is well.

Where anything is amiss, or the answer is large, it makes nothing, and `engine/answer/assembly.py` makes the same answer
spot by spot, with what was lost. Text of a request enters the source through `repr` alone.
"""

from collections.abc import Callable, Iterator
from typing import Any

from engine.answer.connections import connections
from engine.plan.generating import built
from engine.plan.plan import Access, Mode, Place, Plan
from engine.plan.projection import shape_of
from engine.plan.result_coercion import Doubt
from engine.run.general import VALUES, Run
from engine.run.rows import unfolded

# Pages with so many rows whose edges or cursors are wanted are made in one go.
ROWS = 1_000

Whole = Callable[[Run], Any]


def whole(run: Run) -> Any:
    """The object of the row that the run began with; None where it cannot be made at once."""
    plan = run.plan
    make = plan.whole
    if make is None:
        make = plan.whole = _made(plan)
    try:
        return make(run)
    except Exception:  # noqa: BLE001 - completing one by one says which value it is, and makes its error
        return None


def _made(plan: Plan) -> Whole:
    if any(place.mode is Mode.KEYS and place.access is not Access.NEVER for place in plan.places):
        return lambda _run: None
    names: dict[str, Any] = {"Doubt": Doubt, "connections": connections, "shape_of": shape_of, "unfolded": unfolded}
    spots = [spot for spot in reversed(plan.spots) if not spot.joined]
    total = " + ".join(f"len(rows[{spot.number}]) * {spot.width}" for spot in spots)
    lines = [
        "def whole(run):",
        "    rows, made, landings, routes = run.rows, run.made, run.landings, run.routes",
        "    allowed, at = run.allowed, run.context.at",
        f"    if sum(map(len, rows)) * {max(spot.width for spot in spots)} > {VALUES} and {total} > {VALUES}:",
        "        raise Doubt",
    ]
    for spot in spots:
        number = spot.number
        names[f"s{number}"] = spot
        values = [f"a{place.number}" for place in spot.steps]
        values += [f"allowed[{number}][{str(permission)!r}]" for permission in spot.permissions]
        lines += [f"    o{number} = r{number} = rows[{number}]", f"    if r{number}:"]
        if not spot.steps:
            lines += [
                f"        o{number} = made[{number}]",
                f"        if o{number} is None:",
                "            raise Doubt",
            ]
            continue
        for place in spot.steps:
            lines += (f"        {line}" for line in _column(place, names))
        given = ", ".join([f"r{number}", "at", *values])
        lines.append(f"        o{number} = shape_of(s{number}, r{number})({given})")
    lines.append("    return o0[0]")
    made: Whole = built("whole", lines, names)
    return made


def _column(place: Place, names: dict[str, Any]) -> Iterator[str]:
    """What an edge gave, for each parent."""
    values, parents, routes = f"a{place.number}", f"r{place.spot.number}", f"routes[{place.number}]"
    if place.access is Access.NEVER:
        yield f"{values} = [None] * len({parents})"
        return
    if not place.plain:
        yield from _one_of_several(place, values, routes)
        return
    branch = place.branches[0]
    yield f"l = landings[{branch.number}]"
    yield from unless("l.amiss")
    if place.mode is Mode.FOLD:
        below = f"o{branch.spots[0].number}"
        yield f"{values} = {below} if len({below}) == len({parents}) else unfolded({below}, l, len({parents}))"
    else:
        names[f"p{place.number}"] = place
        yield "spans = l.spans"
        yield from by_routes(place, values, routes)
    if place.nonnull:
        yield from unless(f"None in {values}")


def by_routes(place: Place, values: str, routes: str) -> Iterator[str]:
    """The values of a plain edge by the keys of the parents; `l` is its landing, `spans` those of the landing."""
    branch: Any = place.branches[0]
    below = f"o{branch.spots[0].number}"
    if place.mode is Mode.ONE:
        yield f"{values} = [{below}[spans[key]] if key in spans else None for key in {routes}]"
    elif place.mode is Mode.MANY:
        # A parent without a key has no rows, a parent that is refused no list: which of them it is, is told elsewhere.
        yield f"{values} = [{below}[spans[key]] for key in {routes}]"
    elif (name := nodes_alone(place)) is not None:
        yield f"{values} = [{{{name!r}: {below}[spans[key]]}} if key in spans else None for key in {routes}]"
    else:
        objects = ", ".join(f"{spot.number}: o{spot.number}" for spot in branch.spots)
        yield from unless(f"len(l.rows) > {ROWS}")
        yield f"pages = connections(run, {{{objects}}}, p{place.number}, l, spans)"
        yield from unless("pages is None")
        yield f"{values} = [pages.get(key) for key in {routes}]"


def nodes_alone(place: Place) -> str | None:
    """The response key of the nodes of a page, where nothing else is selected of it."""
    parts = place.page.parts if place.page is not None else []
    return parts[0][0] if [kind for _, kind, _ in parts] == ["nodes"] else None


def unless(amiss: str) -> Iterator[str]:
    """Go on unless something is amiss."""
    yield f"if {amiss}:"
    yield "    raise Doubt"


def _one_of_several(place: Place, values: str, routes: str) -> Iterator[str]:
    """A key tells the batch too, by its number."""
    landings = [f"landings[{branch.number}]" for branch in place.branches]
    yield from unless(" or ".join(f"{landing}.amiss" for landing in landings))
    below = ", ".join(f"o{branch.spots[0].number}" for branch in place.branches)
    yield f"objects, spans = ({below},), ({', '.join(f'{landing}.spans' for landing in landings)},)"
    value = "objects[key[0]][spans[key[0]][key[1]]]"
    yield f"{values} = [{value} if key and key[1] in spans[key[0]] else None for key in {routes}]"
    if place.nonnull:
        yield from unless(f"None in {values}")
