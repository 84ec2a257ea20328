"""The four ways to read an entity: by key, all of each parent, a slice of each parent, and a count."""

from collections.abc import Awaitable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.failure import SourceContradicts, understanding
from sources.postgres.row import Row
from sources.postgres.statement import (
    ONE,
    WHOLE,
    Compiled,
    Entity,
    Kind,
    Order,
    Part,
    as_column_value,
    compiled_of,
    reversed_order,
)
from sources.postgres.store import Store

Filters = Mapping[str, object]
_parent = itemgetter("parent")
# The parameters of nearly every statement that is asked for one key.
_KEY_ALONE = ("key",)
NO_PLACES: Mapping[str, object] = {}


async def by_key(store: Store, entity: Entity, keys: Sequence[Any], ask: Ask, *, key: str = "id") -> dict[Any, Any]:
    """One row for each key that has one, found by a unique column."""
    rows = await _fetched(store, entity, "rows", ask.columns, keys, ask, key, None)
    try:
        return {row[key]: row for row in rows}
    except Exception as nonsense:
        raise SourceContradicts(store.name) from nonsense


def asked_of(entity: Entity, key: int, ask: Ask) -> tuple[str, list[object]]:
    """The statement that `by_key` makes of one key, and its values: for an act, which asks within its transaction."""
    narrow = _narrow(entity, ask)
    compiled = compiled_of(entity, WHOLE, "rows", ask.columns, "id", narrow, (), (), True)
    values: dict[str, object] = {"key": key}
    _bind_conditions(entity, ask, {}, values)
    return compiled.text, _in_order(compiled, ask, values)


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
    rows = await _fetched(store, entity, "rows", ask.columns, keys, ask, key, filters, order)
    if len(keys) == 1:
        return {keys[0]: rows}
    grouped: dict[Any, list[Any]] = {parent: [] for parent in keys}
    try:
        for row in rows:
            grouped[row[key]].append(row)
    except Exception as nonsense:
        raise SourceContradicts(store.name) from nonsense
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
    backward, ends, position, places = window.backward, window.ends, _names(order), NO_PLACES
    after, before = (window.before, window.after) if backward else (window.after, window.before)
    if after is not None or before is not None:
        places = {
            f"{prefix}_{i}": as_column_value(entity, position[i], value)
            for prefix, place in (("after", after), ("before", before))
            for i, value in enumerate(place or ())
        }
    wanted = (window.size + 1 if ends else window.size, ends, after is not None, before is not None)
    order = reversed_order(order) if backward else order
    rows = await _fetched(store, entity, "rows", ask.columns, keys, ask, key, filters, order, wanted, places)
    if key is None or len(keys) == 1:
        return dict.fromkeys(keys, _slice(rows, window, position))
    grouped: dict[Any, list[Row]] = {parent: [] for parent in keys}
    try:
        for parent, part in groupby(rows, _parent):
            grouped[parent] += part
    except Exception as nonsense:
        raise SourceContradicts(store.name) from nonsense
    if not window.ends and not window.backward:
        return {parent: Slice(found, position, False) for parent, found in grouped.items()}
    return {parent: _slice(found, window, position) for parent, found in grouped.items()}


async def counts(
    store: Store, entity: Entity, keys: Sequence[Any], ask: Ask, *, key: str | None, filters: Filters | None = None
) -> dict[Any, int]:
    """How many rows each parent has; without a key column, how many there are at all."""
    rows = await _fetched(store, entity, "count", None, keys, ask, key, filters)
    with understanding(store.name):
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


def _fetched(
    store: Store,
    entity: Entity,
    kind: Kind,
    columns: frozenset[str] | None,
    keys: Sequence[Any],
    ask: Ask,
    key: str | None,
    filters: Filters | None,
    order: Order = (),
    part: Part = WHOLE,
    places: Mapping[str, object] = NO_PLACES,
) -> Awaitable[list[Any]]:
    """The rows of one statement, once they are awaited."""
    single = key is not None and len(keys) == 1
    narrow = _narrow(entity, ask) if ask.narrow else ()
    named = tuple(sorted(filters)) if filters else ()
    compiled = compiled_of(entity, part, kind, columns, key, narrow, named, order, single)
    if compiled.parameters == _KEY_ALONE:
        return store.fetch(entity.record, compiled.text, keys[0])
    values: dict[str, object] = {"key": keys[0], **places} if single else {"keys": list(keys), **places}
    if narrow or named:
        _bind_conditions(entity, ask, filters or {}, values)
    return store.fetch(entity.record, compiled.text, *_in_order(compiled, ask, values))


def _in_order(compiled: Compiled, ask: Ask, values: dict[str, object]) -> list[object]:
    if compiled.timed:
        values["at"], values["today"], values["language"] = ask.at, ask.today, ask.language
    if ask.known is not None:
        values |= ask.known
    return [values[name] for name in compiled.parameters]


def _narrow(entity: Entity, ask: Ask) -> tuple[tuple[str, ...], ...]:
    """The names of the rules that are due, of one value marked where that is looked for in another way."""
    if not entity.apart:
        return tuple([tuple([name for name, _ in group]) for group in ask.narrow])
    return tuple(
        [tuple([f"{name}{ONE}" if len(allowed) == 1 else name for name, allowed in group]) for group in ask.narrow]
    )


def _bind_conditions(entity: Entity, ask: Ask, filters: Filters, values: dict[str, object]) -> None:
    for i, group in enumerate(ask.narrow):
        for j, (_, allowed) in enumerate(group):
            values[f"narrow_{i}_{j}"] = allowed[0] if entity.apart and len(allowed) == 1 else list(allowed)
    for name, value in filters.items():
        values[f"filter_{name}"] = value
