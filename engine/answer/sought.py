"""What an operation looked for by its root and by guarded inputs: of which kinds, and whether it found anything.

Whoever is hidden and whoever is not there leave the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from engine.errors import Finding
from engine.graph import BoundField, Graph
from engine.plan.routing import routed
from engine.reads import Sought
from engine.request.arguments import Arguments
from engine.request.collecting import Selecting
from engine.request.operation import Operation
from engine.request.skipping import fields_left
from engine.request.variables import Variables


class _Search(NamedTuple):
    key: str
    field: BoundField
    arguments: Arguments


def sought(
    graph: Graph, operation: Operation, variables: Variables, data: Mapping[str, Any], errors: Iterable[dict[str, Any]]
) -> list[Sought]:
    """What the journal is told of; nothing of places that were refused or lost, and told so.

    The errors are those of the answer, and gone through where they matter alone.
    """
    searches = operation.searches
    if searches is None:
        searches = [*_searches(graph, operation, variables)]
        if not operation.flags:
            operation.searches = searches
    if not searches and not operation.guarded:
        return []
    amiss = {error["path"][0]: error["extensions"] for error in errors if len(error.get("path", ())) == 1}
    found: list[Sought] = []
    for search in searches:
        if search.key not in amiss:
            found += _of(graph, search, variables, data.get(search.key)) if search.key in data else ()
        elif amiss[search.key].get("finding") == Finding.AMBIGUOUS:
            # That there are several is an answer.
            found += _of(graph, search, variables, True)
    return [*found, *_guarded(graph, operation, variables, searches)]


def _searches(graph: Graph, operation: Operation, variables: Variables) -> Iterator[_Search]:
    """The fields of the root that lead to what is journaled."""
    root: Any = graph.core.get_root_type(operation.kind)
    for key, details in Selecting(graph, operation, variables).at_root().items():
        node = details[0].node
        field = graph.types[root.name].fields.get(node.name.value)
        if field is not None and field.declaration.edge is not None and field.declaration.kind == "edge":
            arguments = operation.arguments(field, node)
            if any(_journaled(graph, field, number) for number in range(len(field.declaration.edge.batches))):
                yield _Search(key, field, arguments)


def _of(graph: Graph, search: _Search, variables: Variables, value: Any) -> Iterator[Sought]:
    field: Any = search.field
    edge = field.declaration.edge
    arguments, guards = search.arguments.of(variables)
    named = tuple(sorted(guard for guard, permission in guards.items() if graph.journals(permission)))
    own = graph.journals(field.declaration.permission)
    if len(edge.batches) > 1:
        route, _ = routed(edge, arguments)
        routes, values = (route, value) if isinstance(route, list) else ([route], [value])
        missed = {one[0] for one, there in zip(routes, values or [], strict=False) if one is not None and there is None}
        for number in sorted(missed):
            if permission := _journaled(graph, field, number):
                kind = graph.by_record[edge.batches[number].record].name
                yield Sought(permission, (field.coordinate,), False, kind)
        return
    found = _there(value, paged=edge.paged)
    permission = _journaled(graph, field, 0) or ""
    if not found:
        yield Sought(permission, (field.coordinate, *named), False)
    elif own or named:
        yield Sought(permission, (field.coordinate, *named) if own else named, True)


def _guarded(graph: Graph, operation: Operation, variables: Variables, searches: list[Any]) -> Iterator[Sought]:
    """Guarded inputs of other fields; lists of the root that are public are among them."""
    told = {id(search.arguments) for search in searches}
    left: set[int] | None = None
    for arguments in operation.guarded:
        if id(arguments) in told:
            continue
        named = [guard for guard in arguments.guards(variables).items() if graph.journals(guard[1])]
        if named and operation.flags:
            left = set(map(id, fields_left(operation, variables.coerced))) if left is None else left
            named = named if id(arguments.node) in left else []
        for permission in sorted({permission for _, permission in named}):
            yield Sought(permission, tuple(sorted(guard for guard, one in named if one == permission)), True)


def _journaled(graph: Graph, field: BoundField, number: int) -> str | None:
    """The permission for which the journal is told of what a batch of a root's field leads to."""
    edge: Any = field.declaration.edge
    gate = graph.by_record[edge.batches[number].record].declaration.gate
    return next((one for one in (field.declaration.permission, gate) if graph.journals(one)), None)


def _there(value: Any, *, paged: bool) -> bool:
    """Whether anything was found; of a page that shows neither rows nor their number nobody knows."""
    if not paged or value is None:
        return bool(value)
    told = [one for one in value.values() if isinstance(one, list) or type(one) is int]
    return any(told) or not told
