"""Shaping: for each spot of a plan a generated function makes the objects of all its rows in one pass.

Text of a request enters the source through `repr` alone. The functions promise nothing about values that are not as
the schema says: they raise, and `engine/answer/completion.py` makes the same objects one by one, with their errors.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from graphql import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT, GraphQLEnumType, GraphQLInt, GraphQLList, GraphQLNonNull

from engine.global_id import Ids
from engine.plan.generating import built
from engine.plan.plan import Access, Constant, Leaf, Place, Spot
from engine.plan.result_coercion import Doubt, list_of, missing, names_of, returned_by, sort_of
from engine.records import columns_of, is_mapping, promised
from engine.scalars import NATIVE, TEXTS, instant

GraphQLType = Any
ROW = "r"
# For few rows it costs more to look at their layout, or to remember what was made of a value, than it saves.
FEW = 3
# A statement has one order of columns; a plan outlives few changes of it.
MAX_LAYOUTS = 8
# What a column of these annotations holds is what the scalar answers with: nothing is to be done.
AS_IT_IS = {"String": str, "ID": str, "Boolean": bool}


class Memo(dict[Any, Any]):
    """Objects made of one column, each once."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        made = self[key] = self._make(key)
        return made


def shape_of(spot: Spot, rows: list[Any]) -> Callable[..., list[Any]]:
    """The function `(rows, at, *values of the edges, *what is allowed on each row) -> objects` of a spot.

    Raises (the function): anything, where a value is not as promised.
    """
    if len(rows) <= FEW:
        return spot.few or few_of(spot)
    layout = None
    if spot.uniform:
        layout = tuple(rows[0].keys())
        if layout != tuple(rows[-1].keys()):
            layout = None
    found = spot.shapes.get(layout)
    if found is None:
        if len(spot.shapes) >= MAX_LAYOUTS:
            spot.shapes.clear()
        found = spot.shapes[layout] = _Writer(spot, layout, few=False).function()
    return found


def shaped(spot: Spot, rows: list[Any], at: datetime, given: Sequence[list[Any]]) -> list[Any] | None:
    """The objects of all rows at once; None where a value is not as promised."""
    try:
        return shape_of(spot, rows)(rows, at, *given)
    except Exception:  # noqa: BLE001 - completing one by one says which value it is, and makes its error
        return None


def few_of(spot: Spot) -> Callable[..., list[Any]]:
    """The function of a spot for few rows."""
    made = spot.few = _Writer(spot, None, few=True).function()
    return made


def object_of(spot: Spot) -> Callable[..., Any]:
    """The function `(row, at, *values of the edges) -> object` of a spot for one row, of which everything may be read.

    Raises (the function): anything, where a value is not as promised.
    """
    return _Writer(spot, None, few=True).single()


class _Writer:
    def __init__(self, spot: Spot, layout: tuple[str, ...] | None, *, few: bool) -> None:
        self._spot = spot
        self._few = few
        self._places = {name: number for number, name in enumerate(layout or ())}
        self._names: dict[str, Any] = {"Doubt": Doubt, "Memo": Memo, "missing": missing}
        self._functions: list[str] = []
        self._memos: list[str] = []

    def function(self) -> Callable[..., list[Any]]:
        """The function for all rows."""
        values, allowed, items, checked = self._items()
        bits = [*values, *allowed.values()]
        sources = [f"s_{bit}" for bit in bits]
        row = f"({', '.join(f'r{number}' for number in self._places.values())},)" if self._places else ROW
        each = f"{', '.join([row, *bits])} in zip({', '.join(['rows', *sources])})" if bits else f"{row} in rows"
        heading = f"def shape({', '.join(['rows', 'at', *sources])}):"
        lines = [*self._functions, heading, *(f"    {memo}" for memo in self._memos)]
        lines.append(f"    made = [{{{', '.join(items)}}} for {each}]")
        if checked:
            lines += ["    for d in made:", f"        if {_nulls('d', checked)}:", "            raise Doubt"]
        lines.append("    return made")
        made: Callable[..., list[Any]] = built("shape", lines, self._names)
        return made

    def single(self) -> Callable[..., Any]:
        """The function for one row, of which everything may be read."""
        values, allowed, items, checked = self._items()
        given = [ROW, "at", *values, *(f"{bit}=True" for bit in allowed.values())]
        lines = [*self._functions, f"def shape({', '.join(given)}):", f"    d = {{{', '.join(items)}}}"]
        if checked:
            lines += [f"    if {_nulls('d', checked)}:", "        raise Doubt"]
        lines.append("    return d")
        made: Callable[..., Any] = built("shape", lines, self._names)
        return made

    def _items(self) -> tuple[list[str], dict[str, str], list[str], list[str]]:
        """The names of the edges' values, those of what is allowed by permission, the items of an object, and keys.

        A null must be looked for under the keys.
        """
        spot = self._spot
        values = [f"a{number}" for number in range(len(spot.steps))]
        allowed = {permission: f"b{number}" for number, permission in enumerate(spot.permissions)}
        edges = iter(values)
        items, checked = [], []
        for entry in spot.entries:
            key = repr(entry.key)
            if isinstance(entry, Constant):
                items.append(f"{key}: {entry.value!r}")
            elif isinstance(entry, Place):
                items.append(f"{key}: {next(edges) if entry.joined is None else self._joined(entry, entry.joined)}")
            elif entry.access is Access.NEVER:
                items.append(f"{key}: None")
            else:
                text, doubtful = self._leaf(entry, ROW, spot.bound.declaration.record, spot.prefix)
                if entry.access is Access.ROWS:
                    text = f"({text} if {allowed[entry.field.declaration.permission or '']} else None)"
                items.append(f"{key}: {text}")
                if doubtful:
                    checked.append(key)
        return values, allowed, items, checked

    def _taken(self, row: str, record: type[Any], name: str) -> str:
        if row == ROW and self._places:
            return f"r{self._places[name]}"
        return f"{row}[{name!r}]" if is_mapping(record) else f"{row}.{name}"

    def _name(self, prefix: str, value: Any) -> str:
        name = f"{prefix}{len(self._names)}"
        self._names[name] = value
        return name

    def _leaf(self, leaf: Leaf, row: str, record: type[Any], prefix: str) -> tuple[str, bool]:
        """The expression of a leaf, and whether a null must be looked for where none is allowed."""
        declaration = leaf.field.declaration
        needs = [self._taken(row, record, prefix + name) for name in declaration.needs]
        kind: GraphQLType = leaf.field.core.type
        nonnull = isinstance(kind, GraphQLNonNull)
        kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if declaration.value is None:
            annotation = columns_of(record).get(declaration.needs[0])
        else:
            annotation = returned_by(declaration.value)
        if leaf.inner is not None:
            return self._object(leaf, kind, needs, row, record), nonnull
        trusted = declaration.value is None and declaration.needs[0] in promised(record)
        if declaration.value is None:
            text = needs[0]
        elif isinstance(declaration.value, Ids):
            return f'f"{declaration.value.prefix}_{{{needs[0]}}}"', False
        else:
            given = [*needs, "at"] if declaration.clock else needs
            text = f"{self._name('f', declaration.value)}({', '.join(given)})"
        if isinstance(kind, GraphQLList):
            return f"{self._name('l', list_of(kind.of_type))}({text})", nonnull
        native = is_mapping(record) and declaration.value is None
        return self._scalar(kind, text, annotation, trusted=trusted, native=native), nonnull and not trusted

    def _scalar(self, kind: GraphQLType, text: str, annotation: Any, *, trusted: bool, native: bool) -> str:
        sort = sort_of(annotation)
        if isinstance(kind, GraphQLEnumType):
            return f"{self._name('e', names_of(kind))}[{text}]"
        coerce = kind.coerce_output_value
        if sort is not None and (AS_IT_IS.get(kind.name) is sort or coerce is sort):
            return text
        if native and sort is not None and NATIVE.get(coerce) is sort:
            return text  # the writer of JSON writes it, and faster
        if native and sort is datetime and coerce is instant:
            return f"{self._name('i', TEXTS)}[{text}]"
        name = self._name("c", coerce)
        held = f"t{len(self._names)}"
        if trusted and sort is int and kind is GraphQLInt:
            return f"({held} if {GRAPHQL_MIN_INT} <= ({held} := {text}) <= {GRAPHQL_MAX_INT} else {name}({held}))"
        if trusted:
            return f"{name}({text})"
        return f"(None if ({held} := {text}) is None else {name}({held}))"

    def _joined(self, place: Place, spot: Spot) -> str:
        """The expression of an object that stands in the row of another."""
        record = spot.bound.declaration.record
        items = []
        for entry in spot.entries:
            if isinstance(entry, Leaf):
                text, doubtful = self._leaf(entry, ROW, record, spot.prefix)
                if doubtful:
                    held = self._name("h", None)
                    text = f"({held} if ({held} := {text}) is not None else missing())"
                items.append(f"{entry.key!r}: {text}")
            elif isinstance(entry, Constant):
                items.append(f"{entry.key!r}: {entry.value!r}")
        present = self._taken(ROW, record, place.branches[0].present or "")
        nothing = "missing()" if place.nonnull else "None"
        return f"({nothing} if {present} is None else {{{', '.join(items)}}})"

    def _object(self, leaf: Leaf, kind: GraphQLType, needs: list[str], row: str, record: type[Any]) -> str:
        """An object made of the row, or a list of them, by a function of its own."""
        declaration = leaf.field.declaration
        listed = isinstance(kind, GraphQLList)
        item: GraphQLType = kind.of_type if isinstance(kind, GraphQLList) else kind
        named: GraphQLType = item.of_type if isinstance(item, GraphQLNonNull) else item
        name = self._object_function(leaf.inner or [], leaf.field.graph.types[named.name].declaration.record)
        if listed:
            name = self._list_function(name, nonnull=item is not named)
        if declaration.value is None:
            return f"{name}({needs[0]}, at)"
        function = self._name("f", declaration.value)
        if (
            row == ROW
            and not self._few
            and len(needs) == 1
            and not declaration.clock
            and sort_of(columns_of(record).get(declaration.needs[0]))
        ):
            # Objects made of one column repeat: codes of books, above all.
            memo = self._name("m", None)
            self._memos.append(f"{memo} = Memo(lambda key: {name}({function}(key), at))")
            return f"{memo}[{needs[0]}]"
        given = [*needs, "at"] if declaration.clock else needs
        return f"{name}({function}({', '.join(given)}), at)"

    def _list_function(self, item: str, *, nonnull: bool) -> str:
        name = self._name("l", None)
        self._functions += [
            f"def {name}(values, at):",
            "    if values is None:",
            "        return None",
            f"    made = [{item}(value, at) for value in values]",
            *(["    if None in made:", "        raise Doubt"] if nonnull else []),
            "    return made",
        ]
        return name

    def _object_function(self, entries: list[Constant | Leaf], record: type[Any]) -> str:
        name = self._name("o", None)
        items, checked = [], []
        for entry in entries:
            if isinstance(entry, Constant):
                items.append(f"{entry.key!r}: {entry.value!r}")
                continue
            text, doubtful = self._leaf(entry, "o", record, "")
            items.append(f"{entry.key!r}: {text}")
            if doubtful:
                checked.append(repr(entry.key))
        self._functions += [
            f"def {name}(o, at):",
            "    if o is None:",
            "        return None",
            f"    d = {{{', '.join(items)}}}",
            *([f"    if {_nulls('d', checked)}:", "        raise Doubt"] if checked else []),
            "    return d",
        ]
        return name


def _nulls(made: str, keys: list[str]) -> str:
    """Whether a null stands under any of the keys."""
    return " or ".join(f"{made}[{key}] is None" for key in keys)
