"""The reference executor: graphql-core walks the answer field by field, edges go through one loader each.

It is the plain statement of what the graph means; the compiled executor must give the same answer.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.executor import AsyncWorkFinishedInfo, ExecutionHooks

from engine.batch import Batch, Shape
from engine.context import Context
from engine.cursor import encode
from engine.declare import Root
from engine.graph import BoundField, BoundType, Graph
from engine.plan.rights import masked_or
from engine.plan.routing import Narrowing, Paging, binding, frozen, narrowing, nothing, paging, routed, split_paging
from engine.reference.loader import KeyedLoader
from engine.relay import PageValue
from engine.request.guarded_inputs import guards_in
from engine.run.act import done

Info = GraphQLResolveInfo[Any]


def _part(done: AsyncWorkFinishedInfo) -> None:
    vars(done.executor).pop("async_helpers", None)


# What the library runs an operation with holds itself by these helpers, and with itself the context of the operation.
PARTING = ExecutionHooks(async_work_finished=_part)


def install(graph: Graph) -> None:
    """Give every field of the graph its resolver."""
    for bound in graph.types.values():
        for field in bound.fields.values():
            if field.declaration.act is not None:
                field.core.resolve = _act(field)
            else:
                field.core.resolve = _edge(bound, field) if field.declaration.edge else _leaf(bound, field)


def _act(field: BoundField) -> Callable[..., Any]:
    async def do(_: Any, info: Info, **coerced: Any) -> Any:
        try:
            return await done(field, info.context, info.path.as_list(), field.arguments(coerced))
        finally:
            info.context.forget()

    return do


def _leaf(bound: BoundType, field: BoundField) -> Callable[..., Any]:
    declaration = field.declaration
    value = _value(declaration.needs, declaration.value, clock=declaration.clock)

    def read(row: Any, info: Info) -> Any:
        return value(row, info.context)

    permission = field.graph.permission_of(field.coordinate)
    if permission is None:
        return read
    journaled, trace = field.graph.journals(permission), _trace(bound)

    def read_if_allowed(row: Any, info: Info) -> Any:
        if _refused(bound, field, row, info, following=False):
            return None
        if journaled:
            info.context.read(field.coordinate, trace(row))
        return value(row, info.context)

    return read_if_allowed


def _value(needs: tuple[str, ...], compute: Callable[..., Any] | None, *, clock: bool) -> Callable[..., Any]:
    if compute is None:
        (column,) = needs
        return lambda row, _: getattr(row, column)
    if clock:
        return lambda row, context: compute(*[getattr(row, name) for name in needs], context.at)
    return lambda row, _: compute(*[getattr(row, name) for name in needs])


def _refused(bound: BoundType, field: BoundField, row: Any, info: Info, *, following: bool) -> bool:
    """Whether the row may not be read here; if so the refusal is noted."""
    context: Context = info.context
    permission = field.declaration.permission
    if permission is None:
        return False
    verdict = context.rights[permission]
    keys = bound.declaration.keys
    if verdict.never is False and (verdict.settles if following else verdict.allows)(row, keys) is True:
        return False
    refusal = verdict.refusal(row, keys)
    reason = masked_or(refusal, bound, field, context.rights, lambda mask: mask.allows(row, keys) is True)
    keyed = [_trace(bound)(row)] if field.graph.journals(permission) else []
    context.refuse(info.path.as_list(), field.coordinate, reason, permission, *keyed)
    return True


def _trace(bound: BoundType) -> Callable[[Any], Any]:
    """What the read journal is told of an object; None where it has no key."""
    columns = ("id", *bound.declaration.traces)
    if not bound.declaration.traces:
        return lambda row: getattr(row, "id", None)
    return lambda row: tuple([getattr(row, name) for name in columns])


def _edge(bound: BoundType, field: BoundField) -> Callable[..., Any]:
    journaled, trace = field.graph.journals(field.graph.permission_of(field.coordinate)), _trace(bound)

    def follow(row: Any, info: Info, **coerced: Any) -> Any:
        if _refused(bound, field, row, info, following=True):
            return None
        if journaled and not isinstance(row, Root):
            info.context.read(field.coordinate, trace(row))
        return _follow(field, row, info.context, coerced)

    return follow


async def _follow(field: BoundField, row: Any, context: Context, coerced: dict[str, Any]) -> Any:
    edge: Any = field.declaration.edge
    guards = frozenset(guards_in(field, coerced).values()) if field.guarded_inputs else frozenset()
    arguments, asked = split_paging(field.arguments(coerced))
    page = paging(context, field, arguments, asked) if edge.paged else None
    if edge.key is not None:
        route, arguments = routed(edge, arguments)
        if isinstance(route, list):
            loads = (_load(field, context, one, arguments, page, guards) for one in route)
            return list(await asyncio.gather(*loads))
        return await _load(field, context, route, arguments, page, guards)
    for number, column in enumerate(edge.by):
        key = getattr(row, column)
        if isinstance(key, list):
            loads = (_load(field, context, (number, one), arguments, page, guards) for one in key)
            return [found for found in await asyncio.gather(*loads) if found is not None]
        if key is not None:
            return await _load(field, context, (number, key), arguments, page, guards)
    return nothing(edge.batch.shape)


async def _load(
    field: BoundField,
    context: Context,
    route: tuple[int, Any] | None,
    arguments: dict[str, Any],
    page: Paging | None,
    guards: frozenset[str],
) -> Any:
    edge: Any = field.declaration.edge
    if route is None:
        return nothing(edge.batch.shape)
    number, key = route
    batch: Batch = edge.batches[number]
    narrow = narrowing(context, field, number, guards)
    if narrow is None:
        return _empty_page() if page is not None else nothing(batch.shape)
    identity = (batch, frozen(arguments), frozen(narrow), page)
    loader = context.loader(identity, lambda: _loader(batch, context, arguments, narrow, page))
    found = await loader.load(key)
    seen = _visible(field, number, context, found)
    return seen if page is None else _page(field, context, key, batch, arguments, narrow, page, seen)


def _loader(
    batch: Batch, context: Context, arguments: dict[str, Any], narrow: Narrowing, page: Paging | None
) -> KeyedLoader:
    ask = context.ask(None, narrow)
    empty: Callable[[], Any] = list if batch.shape is Shape.MANY else (lambda: None)
    if page is None:
        return KeyedLoader(lambda keys: batch.call(context, keys, ask, **arguments), empty, context.tasks)
    window = context.window(page.size, backward=page.backward, after=page.after, before=page.before, ends=True)
    return KeyedLoader(lambda keys: batch.call(context, keys, ask, window, **arguments), empty, context.tasks)


def _visible(field: BoundField, number: int, context: Context, found: Any) -> Any:
    """The second lock: a row that a store gave against the rules is not there."""
    edge: Any = field.declaration.edge
    target = field.graph.by_record[edge.batches[number].record].declaration
    if target.gate is None or found is None:
        return found
    verdict = context.rights[target.gate]
    if isinstance(found, list):
        return [row for row in found if verdict.allows(row, target.keys) is True]
    if edge.batches[number].shape is Shape.ONE:
        return found if verdict.allows(found, target.keys) is True else None
    found.rows[:] = [row for row in found.rows if verdict.allows(row, target.keys) is True]
    return found


def _page(
    field: BoundField,
    context: Context,
    key: Any,
    batch: Batch,
    arguments: dict[str, Any],
    narrow: Narrowing,
    page: Paging,
    found: Any,
) -> PageValue:
    sealed = binding(context, field, arguments)

    def seal(row: Any) -> str:
        return encode(context.cursor_key, sealed, [getattr(row, name) for name in found.position])

    async def count() -> int:
        call: Any = batch.count
        identity = ("count", batch, frozen(arguments), frozen(narrow))
        ask = context.ask(None, narrow)
        loader = context.loader(
            identity,
            lambda: KeyedLoader(lambda keys: call(context, keys, ask, **arguments), lambda: 0, context.tasks),
        )
        total: int = await loader.load(key)
        return total

    further, back = found.more, (page.before if page.backward else page.after) is not None
    return PageValue(found.rows, seal, count, back if page.backward else further, further if page.backward else back)


def _empty_page() -> PageValue:
    async def count() -> int:
        return 0

    return PageValue([], lambda _: "", count, has_next_page=False, has_previous_page=False)
