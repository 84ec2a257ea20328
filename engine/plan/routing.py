"""From a parent and its arguments to keys: which batch is asked for what, shared by both executors."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from engine.batch import Shape
from engine.context import Condition, Context
from engine.cursor import decode
from engine.declare import Edge
from engine.errors import BadArgument, Finding
from engine.graph import BoundField
from engine.relay import DEFAULT_PAGE, MAX_PAGE

PAGING = ("first", "after", "last", "before")

Narrowing = tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class Paging:
    """The page that was asked for, in the words of Relay."""

    size: int
    backward: bool
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None


def frozen(value: Any) -> Any:
    """A hashable stand-in for an argument's value: equal values of arguments have equal stand-ins."""
    if isinstance(value, dict):
        return tuple((key, frozen(item)) for key, item in sorted(value.items()))
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value), *(frozen(getattr(value, field.name)) for field in fields(value)))
    return value


def split_paging(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of the batch, and those of the page."""
    paging = {name: arguments.get(name) for name in PAGING}
    return {name: value for name, value in arguments.items() if name not in PAGING}, paging


def routed(edge: Edge, arguments: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The key that the arguments mean, and the arguments that are left for the batch."""
    key: Any = edge.key
    mine = edge.batch.arguments
    if not mine:
        return key(**arguments), {}
    route = key(**{name: value for name, value in arguments.items() if name not in mine})
    return route, {name: value for name, value in arguments.items() if name in mine}


def binding(context: Context, field: BoundField, arguments: Mapping[str, Any]) -> bytes:
    """What a cursor is bound to: the viewer, the edge, its filter and its order."""
    return b"\x00".join((context.scope, field.coordinate.encode(), repr(frozen(dict(arguments))).encode()))


def paging(context: Context, field: BoundField, arguments: Mapping[str, Any], asked: Mapping[str, Any]) -> Paging:
    """The page that the arguments mean.

    Raises:
        BadArgument: a size outside 1-100, both directions at once, or a cursor that is not of this list.
    """
    first, last = asked["first"], asked["last"]
    if first is not None and last is not None:
        raise BadArgument("last", "give either 'first' or 'last'", Finding.EXCLUSIVE)
    for name, size in (("first", first), ("last", last)):
        if size is not None and size < 1:
            raise BadArgument(name, "expected at least 1", Finding.OUT_OF_RANGE, least=1)
        if size is not None and size > MAX_PAGE:
            raise BadArgument(name, f"expected at most {MAX_PAGE}", Finding.OUT_OF_RANGE, most=MAX_PAGE)
    places: dict[str, tuple[Any, ...] | None] = {"after": None, "before": None}
    for name in places:
        if asked[name] is not None:
            places[name] = decode(context.cursor_key, binding(context, field, arguments), asked[name], name)
    return Paging(last or first or DEFAULT_PAGE, last is not None, places["after"], places["before"])


def narrowing(
    context: Context, field: BoundField, batch_number: int, guards: frozenset[str] = frozenset()
) -> Narrowing | None:
    """The rules that the rows of an edge must meet; None when no row can.

    `guards` are the permissions of inputs that the arguments name: a list filtered or ordered by a field is a list
    of the rows on which that field may be read. Where the parent cannot settle the permission of the edge, the rows
    do, if they have a gate at all: that they may be seen elsewhere is not enough.
    """
    edge: Edge = field.declaration.edge  # type: ignore[assignment]
    target = field.graph.by_record[edge.batches[batch_number].record].declaration
    asked = {target.gate, *guards}
    if target.gate is not None and field.declaration.permission not in {None, target.gate}:
        asked |= _left_to_rows(context, field)
    groups: list[tuple[Condition, ...]] = []
    for permission in sorted(asked - {None}):  # type: ignore[type-var]
        verdict = context.rights[permission]  # type: ignore[index]
        if verdict.always is True:
            continue
        group = verdict.narrow(target.keys)
        if not isinstance(group, tuple) or not group:
            return None
        groups.append(group)
    return tuple(groups)


def _left_to_rows(context: Context, field: BoundField) -> set[str]:
    """The permission of an edge, if the parent lacks a column that a rule of it looks at."""
    permission: str = field.declaration.permission  # type: ignore[assignment]
    keys = field.graph.types[field.coordinate.partition(".")[0]].declaration.keys
    held, _ = context.rights[permission].names
    return set() if all(name in keys for name in held) else {permission}


def nothing(shape: Shape) -> Any:
    """The value of an edge that leads nowhere."""
    return [] if shape is Shape.MANY else None
