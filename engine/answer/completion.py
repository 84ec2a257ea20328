"""Completing values one by one, as the specification says it: slow, exact, only for places where something is amiss.

The functions that `engine/plan/projection.py` makes do the same for whole columns, as long as every value is as
promised.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, Undefined, is_leaf_type

from engine.errors import Contradiction, kept
from engine.plan.plan import Access, Constant, Leaf, Place, Spot
from engine.records import Folded, is_mapping

Tail = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """There is no value where the schema promises one; it takes the nearest nullable place above with it.

    Attributes:
        tail: where it happened, counted from the value that holds this.
    """

    cause: Exception
    tail: Tail = ()

    def __post_init__(self) -> None:
        kept(self.cause)

    def under(self, *keys: str | int) -> "Loss":
        """The same, seen from further up."""
        return Loss(self.cause, (*keys, *self.tail))


@dataclass(frozen=True, slots=True, eq=False)
class Nulled:
    """A place that was made null: where, and what happened there or below.

    Attributes:
        at: the place that is null, counted from the row.
        tail: where it happened, counted from the row.
    """

    at: Tail
    tail: Tail
    cause: Exception


Found = list[Nulled]


def settled(value: Any, at: Tail, found: Found) -> Any:
    """The value of a nullable place: a loss ends here, as null and one error."""
    if value.__class__ is Loss:
        found.append(Nulled(at, (*at, *value.tail), value.cause))
        return None
    return value


def complete_row(spot: Spot, row: Any, at: Any, values: Sequence[Any], allowed: dict[str, bool], found: Found) -> Any:
    """The object of one row, or its loss; `values` are those of the spot's edges, in their order."""
    if row is None:
        return Loss(Contradiction())
    made: dict[str, Any] = {}
    source = Folded(row, spot.prefix) if spot.prefix else row
    edges = iter(values)
    for entry in spot.entries:
        if isinstance(entry, Constant):
            value: Any = entry.value
        elif isinstance(entry, Place):
            value = next(edges)
            if value is None and entry.nonnull:
                value = Loss(Contradiction())
        elif entry.access is not Access.OPEN and not allowed.get(entry.field.declaration.permission or ""):
            value = None
        else:
            value = _leaf(entry, source, at, (entry.key,), found)
        if value.__class__ is Loss:
            if _promised(entry):
                return value.under(entry.key)
            value = settled(value, (entry.key,), found)
        made[entry.key] = value
    return made


def _promised(entry: Constant | Leaf | Place) -> bool:
    if isinstance(entry, Place):
        return entry.nonnull
    return isinstance(entry, Leaf) and isinstance(entry.field.core.type, GraphQLNonNull)


def _leaf(leaf: Leaf, source: Any, at: Any, place: Tail, found: Found) -> Any:
    declaration = leaf.field.declaration
    try:
        needs = [_taken(source, name) for name in declaration.needs]
        if declaration.value is None:
            value = needs[0]
        else:
            value = declaration.value(*needs, at) if declaration.clock else declaration.value(*needs)
    except Exception as failed:  # noqa: BLE001 - whatever it is, it is the failure of this field
        return Loss(failed)
    return _complete(leaf.field.core.type, value, leaf, at, place, found)


def _taken(source: Any, name: str) -> Any:
    return source[name] if is_mapping(type(source)) else getattr(source, name)


def _complete(kind: Any, value: Any, leaf: Leaf, at: Any, place: Tail, found: Found) -> Any:
    """A value of a type, or its loss, whose tail is counted from the value."""
    if isinstance(kind, GraphQLNonNull):
        made = _complete(kind.of_type, value, leaf, at, place, found)
        return Loss(Contradiction()) if made is None else made
    if value is None or value is Undefined:
        return None
    if isinstance(kind, GraphQLList):
        return _items(kind.of_type, value, leaf, at, place, found)
    if is_leaf_type(kind):
        try:
            made = kind.coerce_output_value(value)
        except Exception as failed:  # noqa: BLE001 - a scalar of the schema may raise anything
            return Loss(failed)
        return Loss(Contradiction()) if made is None or made is Undefined else made
    return _object(leaf.inner or [], value, at, place, found)


def _items(kind: Any, value: Any, leaf: Leaf, at: Any, place: Tail, found: Found) -> Any:
    if not isinstance(value, Iterable) or isinstance(value, str | bytes | dict):
        return Loss(Contradiction())
    made = []
    for number, item in enumerate(value):
        one = _complete(kind, item, leaf, at, (*place, number), found)
        if one.__class__ is Loss:
            if isinstance(kind, GraphQLNonNull):
                return one.under(number)
            one = settled(one, (*place, number), found)
        made.append(one)
    return made


def _object(entries: Sequence[Constant | Leaf], value: Any, at: Any, place: Tail, found: Found) -> Any:
    made: dict[str, Any] = {}
    for entry in entries:
        if isinstance(entry, Constant):
            made[entry.key] = entry.value
            continue
        one = _leaf(entry, value, at, (*place, entry.key), found)
        if one.__class__ is Loss:
            if _promised(entry):
                return one.under(entry.key)
            one = settled(one, (*place, entry.key), found)
        made[entry.key] = one
    return made
