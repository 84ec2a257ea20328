"""The ways to read a type of a foreign graph: by key, all of each parent, a slice of each parent, and a count.

All of them are one operation for all keys, the same text each time: `_entities`, with the representations as its
variable. An answer with an error of its own is none: nobody could say which null is one.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sources.graph.kind import Edge, Kind
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.failure import SourceUnavailable, Unintelligible, understanding
from sources.remote.errand import Errand
from sources.remote.narrowing import narrowed, wanted
from sources.remote.row import Row
from sources.remote.service import Service

# So many representations go with one operation.
KEYS: Final = 500
T = TypeVar("T")
# Arguments of a list by name: their types, as the foreign graph says them, and their values.
Arguments = Mapping[str, tuple[str, Any]]
NO_ARGUMENTS: Final[Arguments] = MappingProxyType({})


async def by_key(service: Service, kind: Kind, keys: Sequence[Any], ask: Ask, errand: Errand) -> dict[Any, Any]:
    """One row for each key that has one."""
    columns = wanted(ask, kind.fields, kind.key)
    selection = f"... on {kind.name} {{ {kind.selected(columns)} }}"
    picked, key = kind.picked(columns), kind.key

    def made(one: Any, found: Any) -> Row | None:
        if found is None:
            return None
        row = picked(found)
        if getattr(row, key) != one:
            raise Unintelligible("an entity that was not asked for")
        return row

    rows = await _entities(service, kind.name, kind.represent, keys, selection, errand, made)
    return {getattr(row, key): row for row in narrowed([row for row in rows if row is not None], ask)}


async def children(
    service: Service,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    errand: Errand,
    edge: Edge,
    arguments: Arguments = NO_ARGUMENTS,
) -> dict[Any, list[Any]]:
    """All rows of each parent, as the foreign graph orders them; every key has a list, which may be empty."""
    columns, given = _columns(kind, ask, edge), _given(edge, ask, arguments)
    selection = f"... on {edge.parent} {{ found: {edge.name}{_called(given)} {{ {kind.selected(columns)} }} }}"
    picked = kind.picked(columns)

    def made(parent: Any, found: Any) -> list[Row]:
        below = _below(found)
        rows = [] if below is None else [picked(one) for one in _list(below)]
        return narrowed(_of_parent(rows, edge, parent), ask)

    lists = await _entities(service, edge.parent, edge.represent, keys, selection, errand, made, given)
    return dict(zip(keys, lists, strict=True))


async def slices(
    service: Service,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    window: Window,
    errand: Errand,
    edge: Edge,
    arguments: Arguments = NO_ARGUMENTS,
) -> dict[Any, Slice[Any]]:
    """A slice of the rows of each parent, by a connection of the foreign graph; `cursor` is a column of each row.

    The place of a row is the foreign cursor, within a cursor of ours. A page with rows that a rule leaves out
    contradicts: it would be short.
    """
    columns = _columns(kind, ask, edge)
    far, bounds = (
        "hasPreviousPage" if window.backward else "hasNextPage",
        {"after": window.after, "before": window.before},
    )
    paging: dict[str, tuple[str, Any]] = {"last" if window.backward else "first": ("Int", window.size)}
    paging |= {name: ("String", place[0]) for name, place in bounds.items() if place is not None}
    given = _given(edge, ask, {**arguments, **paging})
    ends = f" pageInfo {{ {far} }}" if window.ends else ""
    selection = (
        f"... on {edge.parent} {{ found: {edge.name}{_called(given)} "
        f"{{ edges {{ cursor node {{ {kind.selected(columns - {'cursor'})} }} }}{ends} }} }}"
    )
    picked = kind.picked(columns - {"cursor"})

    def made(parent: Any, found: Any) -> Slice[Any]:
        below = _below(found)
        if below is None:
            return Slice([], ("cursor",), False)
        rows = [_placed(one, picked) for one in _list(_member(below, "edges"))]
        if len(rows) > window.size or len(narrowed(_of_parent(rows, edge, parent), ask)) < len(rows):
            raise Unintelligible("rows that it was to leave out")
        more = _member(_member(below, "pageInfo"), far) if window.ends else False
        if type(more) is not bool:
            raise Unintelligible("expected bool")
        return Slice(rows, ("cursor",), more)

    pages = await _entities(service, edge.parent, edge.represent, keys, selection, errand, made, given)
    return dict(zip(keys, pages, strict=True))


async def counts(
    service: Service,
    keys: Sequence[Any],
    ask: Ask,
    errand: Errand,
    edge: Edge,
    arguments: Arguments = NO_ARGUMENTS,
) -> dict[Any, int]:
    """How many rows each parent has, by the `totalCount` of a connection; nobody knows where it cannot be narrowed."""
    with understanding(service.name):
        if ask.narrow and edge.rules is None:
            raise Unintelligible("a rule that the service does not narrow by")
    given = _given(edge, ask, arguments)

    def made(_parent: Any, found: Any) -> int:
        below = _below(found)
        count = 0 if below is None else _member(below, "totalCount")
        if type(count) is not int or count < 0:
            raise Unintelligible("a count that is no number")
        return count

    selection = f"... on {edge.parent} {{ found: {edge.name}{_called(given)} {{ totalCount }} }}"
    found = await _entities(service, edge.parent, edge.represent, keys, selection, errand, made, given)
    return dict(zip(keys, found, strict=True))


async def _entities(
    service: Service,
    name: str,
    represent: Callable[[Any], Mapping[str, Any]],
    keys: Sequence[Any],
    selection: str,
    errand: Errand,
    made: Callable[[Any, Any], T],
    given: Arguments = NO_ARGUMENTS,
) -> list[T]:
    """What is made of the entity of each key, in their order; `made` is given None where there is none."""
    takes = "".join(f", ${argument}: {kind}" for argument, (kind, _) in given.items())
    text = f"query Kabinet($r: [_Any!]!{takes}) {{ _entities(representations: $r) {{ {selection} }} }}"
    variables = {argument: value for argument, (_, value) in given.items()}

    async def part(some: Sequence[Any]) -> list[T]:
        sent = [{"__typename": name, **represent(one)} for one in some]
        answer = await service.post("", {"query": text, "variables": {"r": sent, **variables}}, errand)
        with understanding(service.name):
            data = _member(answer, "data")
            if data is not None and answer.get("errors"):
                raise SourceUnavailable(service.name)
            found = _list(_member(data, "_entities"))
            if len(found) != len(some):
                raise Unintelligible("another number of entities than of representations")
            return [made(one, entity) for one, entity in zip(some, found, strict=True)]

    parts = [keys[start : start + KEYS] for start in range(0, len(keys), KEYS)]
    return [one for found in await asyncio.gather(*map(part, parts)) for one in found]


def _given(edge: Edge, ask: Ask, arguments: Arguments) -> Arguments:
    """The arguments of a list, its rules among them."""
    if not ask.narrow or edge.rules is None:
        return arguments
    return {**arguments, edge.rules.argument: (edge.rules.kind, edge.rules.written(ask.narrow))}


def _called(given: Arguments) -> str:
    return f"({', '.join(f'{name}: ${name}' for name in given)})" if given else ""


def _columns(kind: Kind, ask: Ask, edge: Edge) -> frozenset[str]:
    return wanted(ask, kind.fields, *(() if edge.key is None else (edge.key,)))


def _of_parent(rows: list[Row], edge: Edge, parent: Any) -> list[Row]:
    if edge.key is not None and any(getattr(row, edge.key) != parent for row in rows):
        raise Unintelligible("rows of another parent")
    return rows


def _placed(one: Any, picked: Callable[[Any], Row]) -> Row:
    cursor = _member(one, "cursor")
    if type(cursor) is not str:
        raise Unintelligible("a row without a cursor")
    row = picked(_member(one, "node"))
    vars(row)["cursor"] = cursor
    return row


def _below(found: Any) -> Any:
    """The list or connection of an entity; None where there is no such entity, or nothing below it."""
    return None if found is None else _member(found, "found")


def _member(found: Any, name: str) -> Any:
    if type(found) is not dict or name not in found:
        raise Unintelligible(f"expected an object with {name}")
    return found[name]


def _list(found: Any) -> list[Any]:
    if type(found) is not list:
        raise Unintelligible("expected a list")
    return found
