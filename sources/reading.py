"""The four ways to read an entity: by key, all of each parent, a slice of each parent, and a count."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sources.ask import Ask, Slice, Window
from sources.row import Row
from sources.statement import Entity, Order, Shape, as_column_value, compile_shape, reversed_order
from sources.store import Store

Filters = Mapping[str, object]
_parent = itemgetter("parent")
# The parameters of nearly every statement that is asked for one key.
_KEY_ALONE = ("key",)
NO_PLACES: Mapping[str, object] = {}


async def by_key(store: Store, entity: Entity, keys: Sequence[Any], ask: Ask, *, key: str = "id") -> dict[Any, Any]:
    """One row for each key that has one, found by a unique column."""
    shape = Shape("rows", ask.columns, key, _narrow_names(ask), (), single=len(keys) == 1)
    rows = await store.fetch(entity.record, *_statement(entity, shape, ask, None, keys))
    return {row[key]: row for row in rows}


async def children(
    store: Store,
    entity: Entity,
    keys: Sequence[Any],
    ask: Ask,
    *,
    key: str,
    order: Order,
    filters: Filters | None = None,
) -> dict[Any, list[Any]]:
    """All rows of each parent, in order; every key has a list, which may be empty."""
    names = tuple(sorted(filters)) if filters else ()
    shape = Shape("rows", ask.columns, key, _narrow_names(ask), names, order, single=len(keys) == 1)
    rows = await store.fetch(entity.record, *_statement(entity, shape, ask, filters, keys))
    if len(keys) == 1:
        return {keys[0]: rows}
    grouped: dict[Any, list[Any]] = {parent: [] for parent in keys}
    for row in rows:
        grouped[row[key]].append(row)
    return grouped


async def slices(
    store: Store,
    entity: Entity,
    keys: Sequence[Any],
    ask: Ask,
    window: Window,
    *,
    key: str | None,
    order: Order,
    filters: Filters | None = None,
) -> dict[Any, Slice[Any]]:
    """A slice of the rows of each parent; without a key column, one slice of the whole list for every key."""
    position, places = _names(order), NO_PLACES
    after, before = (window.before, window.after) if window.backward else (window.after, window.before)
    shape = Shape(
        "rows",
        ask.columns,
        key,
        _narrow_names(ask),
        tuple(sorted(filters)) if filters else (),
        reversed_order(order) if window.backward else order,
        limit=window.size + 1 if window.ends else window.size,
        placed=window.ends,
        after=after is not None,
        before=before is not None,
        single=key is not None and len(keys) == 1,
    )
    if after is not None or before is not None:
        places = {
            f"{prefix}_{i}": as_column_value(entity, position[i], value)
            for prefix, place in (("after", after), ("before", before))
            for i, value in enumerate(place or ())
        }
    rows = await store.fetch(entity.record, *_statement(entity, shape, ask, filters, keys, places))
    if key is None or len(keys) == 1:
        return dict.fromkeys(keys, _slice(rows, window, position))
    grouped: dict[Any, list[Row]] = {parent: [] for parent in keys}
    for parent, part in groupby(rows, _parent):
        grouped[parent] += part
    if not window.ends and not window.backward:
        return {parent: Slice(found, position, False) for parent, found in grouped.items()}
    return {parent: _slice(found, window, position) for parent, found in grouped.items()}


async def counts(
    store: Store, entity: Entity, keys: Sequence[Any], ask: Ask, *, key: str | None, filters: Filters | None = None
) -> dict[Any, int]:
    """How many rows each parent has; without a key column, how many there are at all."""
    shape = Shape(
        "count",
        None,
        key,
        _narrow_names(ask),
        tuple(sorted(filters)) if filters else (),
        single=key is not None and len(keys) == 1,
    )
    rows = await store.fetch(entity.record, *_statement(entity, shape, ask, filters, keys))
    if key is None or len(keys) == 1:
        return dict.fromkeys(keys, rows[0]["count"])
    return dict.fromkeys(keys, 0) | {row["parent"]: row["count"] for row in rows}


def _slice(rows: list[Any], window: Window, position: tuple[str, ...]) -> Slice[Any]:
    more = len(rows) > window.size
    rows = rows[: window.size] if more else rows
    if window.backward:
        rows.reverse()
    return Slice(rows, position, more)


@lru_cache(maxsize=100)
def _names(order: Order) -> tuple[str, ...]:
    return tuple([name for name, _ in order])


def _statement(
    entity: Entity,
    shape: Shape,
    ask: Ask,
    filters: Filters | None,
    keys: Sequence[Any],
    places: Mapping[str, object] = NO_PLACES,
) -> list[Any]:
    """The text of a statement and its arguments."""
    compiled = compile_shape(entity, shape)
    if compiled.parameters == _KEY_ALONE:
        return [compiled.text, keys[0]]
    values: dict[str, object] = {"key": keys[0], **places} if shape.single else {"keys": list(keys), **places}
    if ask.narrow or filters:
        _bind_conditions(ask, filters or {}, values)
    if compiled.timed:
        values["at"], values["today"], values["language"] = ask.at, ask.today, ask.language
    return [compiled.text, *[values[name] for name in compiled.parameters]]


def _narrow_names(ask: Ask) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name for name, _ in group) for group in ask.narrow) if ask.narrow else ()


def _bind_conditions(ask: Ask, filters: Filters, values: dict[str, object]) -> None:
    for i, group in enumerate(ask.narrow):
        for j, (_, allowed) in enumerate(group):
            values[f"narrow_{i}_{j}"] = list(allowed)
    for name, value in filters.items():
        values[f"filter_{name}"] = value
