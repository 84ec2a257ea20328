"""The source of the function that runs a plan outright; text of a request enters it through `repr` alone."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

from engine.answer.at_once import by_routes, nodes_alone, unless
from engine.compiled.codegen_names import NAMES
from engine.context import Context
from engine.plan.derived import leads_on, lone
from engine.plan.generating import built
from engine.plan.plan import Mode, Place, Plan, Spot
from engine.plan.projection import FEW, few_of, object_of
from engine.request.variables import Variables
from engine.run.general import MANY, VALUES
from engine.run.jobs import Said, number_of

# From the row that the plan begins with to its object and the number of values in it; raises where it gives up.
Outright = Callable[[Any, Context, Variables, Said], Awaitable[tuple[Any, int]]]


def written(plan: Plan) -> Outright:
    """The function of a plan that can be run outright."""
    writer = _Writer(plan)
    made: Outright = built("outright", writer.lines(), writer.names)
    return made


class _Writer:
    """Writes the function.

    With the number of a spot `r` is its row, or its rows, and `o` its objects; with that of a place `w` is what is
    wanted, `k` the key or keys, `t` the task, `f` what was found, `l` its landing, `a` the value or values.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.names: dict[str, Any] = dict(NAMES)

    def lines(self) -> Iterator[str]:
        """The source, line by line."""
        yield "async def outright(r0, context, variables, said):"
        yield f"    at, reads, size = context.at, [], {self._plan.root.width}"
        for place in self._plan.places:
            if _wants(place):
                number = place.number
                yield f"    w{number} = p{number}.settled or wanted_of(p{number}, context, variables)"
        yield from _inside(self._spot(self._plan.root))
        yield "    context.reads += reads"
        yield "    return o0, size"

    def _spot(self, spot: Spot) -> Iterator[str]:
        """From the rows of a spot, of which there is one at least, to their objects."""
        number, alone = spot.number, lone(spot)
        self.names[f"s{number}"] = spot
        rows = f"[r{number}]" if alone else f"r{number}"
        if spot.permissions:
            yield f"sure(s{number}, {rows}, context)"
        if spot.reads:
            self.names[f"reads{number}"], self.names[f"id{number}"] = spot.reads, spot.identity
            ids = f"[id{number}(r{number})]" if alone else f"list(map(id{number}, r{number}))"
            if spot.identity is None:
                ids = f"[None] * len({rows})"
            yield f"reads.append((reads{number}, {ids}))"
        yield from self._edges([place for place in spot.steps if place.mode is not Mode.FOLD])
        for place in spot.steps:
            if place.mode is Mode.FOLD:
                yield from self._fold(place)
        given = [f"r{number}", "at", *(f"a{place.number}" for place in spot.steps)]
        if alone:
            self.names[f"object{number}"] = object_of(spot)
            yield f"o{number} = object{number}({', '.join(given)})"
        else:
            given += [f"[True] * len(r{number})"] * len(spot.permissions)
            self.names[f"few{number}"] = few_of(spot)
            shape = f"few{number} if len(r{number}) <= {FEW} else shape_of(s{number}, r{number})"
            yield f"o{number} = ({shape})({', '.join(given)})"

    def _edges(self, places: list[Place]) -> Iterator[str]:
        """The edges of a spot, side by side: all but one get a task where the context says that there is room for that.

        The one is what leads further, if anything does; what asks no store has nothing to wait for.
        """
        places = sorted(places, key=lambda place: (leads_on(place), _store(place) is not None))
        ahead = [place for place in places[:-1] if _store(place) is not None]
        asked = {place: self._asked(place) for place in places}
        taken: dict[Any, int] = {}
        for place in places:
            yield from self._keys(place, taken)
        for store in dict.fromkeys(map(_store, ahead)):
            beside = [place for place in ahead if _store(place) == store]
            yield " = ".join([*(f"t{place.number}" for place in beside), "None"])
            yield f"if context.room({store!r}):"
            for place in beside:
                yield f"    if {_any(place)}:"
                yield f"        said[{_call(place)}] = t{place.number} = context.begun({asked[place]})"
        for place in [place for place in places if place not in ahead] + ahead:
            answer = f"(t{place.number} or {asked[place]})" if place in ahead else asked[place]
            yield f"if {_any(place)}:"
            yield from _inside(self._found(place, answer))
            yield from _inside(self._value(place) if lone(place.spot) else self._values(place))
            yield "else:"
            yield f"    {self._absent(place)}"
            yield from self._promised(place)

    def _keys(self, place: Place, taken: dict[Any, int]) -> Iterator[str]:
        """The key of the one row; or those of all rows, each once, and the same row by row.

        Of edges that go by the same column the first has `taken` it.
        """
        number, above, edge = place.number, place.spot.number, place.field.declaration.edge
        if place.key_of is None:
            yield f"k{number} = NOWHERE if w{number}.route is None else w{number}.route[1]"
            return
        first = taken.setdefault(edge and edge.by, number)
        if first != number:
            yield f"k{number} = k{first}"
            if not lone(place.spot):
                yield f"routes{number} = routes{first}"
            return
        self.names[f"key{number}"] = place.key_of
        if lone(place.spot):
            yield f"k{number} = key{number}(r{above})"
            return
        yield f"routes{number} = list(map(key{number}, r{above}))"
        yield f"k{number} = list(dict.fromkeys(routes{number}))"
        yield f"if None in k{number}:"
        yield f"    k{number}.remove(None)"

    def _asked(self, place: Place) -> str:
        """The call of the batch."""
        number, branch = place.number, place.branches[0]
        self.names[f"call{number}"], self.names[f"columns{number}"] = branch.batch.call, branch.columns
        guards = f"w{number}.guards" if place.arguments.guarded else ""
        narrow = "()" if branch.gate is None else f"narrowed(context, p{number}{guards and ', '}{guards})"
        if guards and branch.gate is None:
            narrow = f"{narrow} if not {guards} else narrowed(context, p{number}, {guards})"
        self.names[f"p{number}"] = place
        given = ["context", _keys(place), f"context.ask(columns{number}, {narrow})"]
        if place.mode is Mode.PAGE:
            given.append(f"w{number}.window")
        given += [f"{name}=w{number}.arguments[{name!r}]" for name in branch.batch.arguments]
        return f"call{number}({', '.join(given)})"

    def _found(self, place: Place, asked: str) -> Iterator[str]:
        yield "try:"
        yield f"    said[{_call(place)}] = f{place.number} = await {asked}"
        yield "except Exception as failed:"
        yield f"    said[{_call(place)}] = failed"
        yield "    raise"

    def _value(self, place: Place) -> Iterator[str]:
        """The value of the edge of one row."""
        number, branch = place.number, place.branches[0]
        below = branch.spots[0].number
        if place.mode is Mode.ONE:
            yield f"r{below} = f{number}.get(k{number})"
            refused = "" if branch.gate is None else f" or not {self._allowed(place, f'r{below}')}"
            yield from self._one(place, f"r{below} is None{refused}")
            return
        name = nodes_alone(place)
        if branch.gate is None and (place.mode is Mode.MANY or name is not None):
            yield f"found = f{number}.get(k{number})"
            yield "rows = found.rows if found else []" if place.mode is Mode.PAGE else "rows = found or []"
            yield from unless("not all(rows)")  # rows are true; whatever is not may be a null
            yield from self._rows(place)
        else:
            yield from self._landing(place)
        if place.mode is Mode.MANY:
            yield f"a{number} = o{below}"
        elif name is not None:
            yield f"a{number} = {{{name!r}: o{below}}}"
        else:
            yield from self._by_routes(place, f"[k{number}]")
            yield f"a{number} = a{number}[0]"

    def _values(self, place: Place) -> Iterator[str]:
        """The values of the edge, one for each of several rows."""
        yield from self._landing(place)
        yield from self._by_routes(place, f"routes{place.number}")

    def _by_routes(self, place: Place, routes: str) -> Iterator[str]:
        number = place.number
        yield f"l, spans = l{number}, l{number}.spans"
        if place.mode is Mode.PAGE and nodes_alone(place) is None:
            yield f"run = Asked(context, {{{number}: w{number}}}, {{{place.branches[0].number}: {{}}}})"
        yield from by_routes(place, f"a{number}", routes)

    def _landing(self, place: Place) -> Iterator[str]:
        """The rows of a list or of several keys, and their objects."""
        number, branch, keys = place.number, place.branches[0], _keys(place)
        self.names[f"b{number}"], self.names[f"shape{number}"] = branch, branch.batch.shape
        several = f"landed(b{number}, {keys}, f{number})"
        alone = f"landed_alone(shape{number}, {keys}[0], f{number})"
        if branch.gate is not None:
            self.names[f"gate{number}"] = branch.gate
            yield f"l{number} = landed(b{number}, {keys}, f{number}, context.rights[gate{number}])"
        elif lone(place.spot):
            yield f"l{number} = landed_alone(shape{number}, k{number}, f{number})"
        else:
            yield f"l{number} = {alone} if len({keys}) == 1 else {several}"
        yield from unless(f"l{number}.amiss")
        yield f"rows = l{number}.rows"
        yield from self._rows(place)

    def _rows(self, place: Place) -> Iterator[str]:
        """The objects of the rows that were found."""
        branch = place.branches[0]
        yield "n = len(rows)"
        yield f"size += n * {sum(spot.width for spot in branch.spots)}"
        yield from unless(f"size > {VALUES}")
        yield f"if n > {MANY}:"
        yield "    await sleep(0)"
        yield " = ".join([*(f"o{spot.number} = r{spot.number}" for spot in branch.spots), "rows"])
        for spot in branch.spots:
            yield f"if r{spot.number}:"
            yield from _inside(self._spot(spot))

    def _fold(self, place: Place) -> Iterator[str]:
        """The values of a fold that is not made together with its owner."""
        number, above, branch = place.number, place.spot.number, place.branches[0]
        below, present = branch.spots[0].number, repr(branch.present)
        if lone(place.spot):
            yield f"r{below} = r{above}"
            yield from self._one(place, f"r{above}[{present}] is None")
        else:
            yield f"owners = [number for number, row in enumerate(r{above}) if row[{present}] is not None]"
            yield f"o{below} = r{below} = [r{above}[number] for number in owners]"
            yield f"size += len(r{below}) * {branch.spots[0].width}"
            yield f"if r{below}:"
            yield from _inside(self._spot(branch.spots[0]))
            yield f"a{number} = unfolded(o{below}, folded(r{below}, owners), len(r{above}))"
        yield from self._promised(place)

    def _one(self, place: Place, absent: str) -> Iterator[str]:
        """The object of the one row below one row, unless it is absent."""
        below = place.branches[0].spots[0]
        yield f"if {absent}:"
        yield f"    a{place.number} = None"
        yield "else:"
        yield f"    size += {below.width}"
        yield from _inside(self._spot(below))
        yield f"    a{place.number} = o{below.number}"

    def _absent(self, place: Place) -> str:
        """The value where no row has a key: a list that is promised would be none, which is told elsewhere."""
        if place.mode is Mode.MANY:
            return "raise Doubt"
        return f"a{place.number} = " + ("None" if lone(place.spot) else f"[None] * len(routes{place.number})")

    def _promised(self, place: Place) -> Iterator[str]:
        if place.nonnull:
            value = f"a{place.number}"
            yield from unless(f"{value} is None" if lone(place.spot) else f"None in {value}")

    def _allowed(self, place: Place, row: str) -> str:
        number, branch = place.number, place.branches[0]
        self.names[f"gate{number}"], self.names[f"rules{number}"] = branch.gate, branch.spots[0].bound.declaration.keys
        return f"context.rights[gate{number}].allows({row}, rules{number}) is True"


def _wants(place: Place) -> bool:
    """Whether an edge is given anything that its batch, its page or its key has to know."""
    batch = place.branches[0].batch
    return place.mode is not Mode.FOLD and bool(batch.arguments or place.mode is Mode.PAGE or place.key_of is None)


def _any(place: Place) -> str:
    """Whether there is a key; None can be one where no row is looked at."""
    if not lone(place.spot):
        return f"k{place.number}"
    return f"k{place.number} is not {'NOWHERE' if place.key_of is None else 'None'}"


def _keys(place: Place) -> str:
    return f"[k{place.number}]" if lone(place.spot) else f"k{place.number}"


def _store(place: Place) -> str | None:
    return place.branches[0].batch.store


def _call(place: Place) -> int:
    return number_of(place.branches[0])


def _inside(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)
