"""How records of patients are read: by key, of a parent in the order of a history, and counted.

All kinds are read alike, sealed or not; what is sealed goes up opened.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sources.clinical.opening import Sealed
from sources.postgres import reading
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Entity, Order
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey

Kind = Entity | Sealed
Filters = Mapping[str, object]
NONE: Final[Filters] = {}
NEWEST_FIRST: Final[Order] = (("at", "desc"), ("id", "desc"))
BY_ID: Final[Order] = (("id", "asc"),)


async def records(store: SealedStore, kind: Kind, keys: Sequence[Any], ask: Ask, *, key: str = "id") -> dict[Any, Any]:
    """One row for each key that has one, found by a unique column."""
    if isinstance(kind, Entity):
        return await reading.by_key(store, kind, keys, ask, key=key)
    found = await reading.by_key(store, kind.entity, keys, kind.wider(ask), key=key)
    return dict(zip(found, kind.opened(store, [*found.values()], {}), strict=True))


async def all_of(
    store: SealedStore, kind: Kind, keys: Sequence[Any], ask: Ask, *, parent: str, order: Order = BY_ID
) -> dict[Any, list[Any]]:
    """All rows of each parent, in order; every key has a list, which may be empty."""
    if isinstance(kind, Entity):
        return await reading.children(store, kind, keys, ask, key=parent, order=order)
    found = await reading.children(store, kind.entity, keys, kind.wider(ask), key=parent, order=order)
    unwrapped: dict[int, PersonalKey] = {}
    return {key: kind.opened(store, rows, unwrapped) for key, rows in found.items()}


async def records_of(
    store: SealedStore,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    window: Window,
    filters: Filters = NONE,
    *,
    parent: str | None = "patient_id",
    order: Order = NEWEST_FIRST,
) -> dict[Any, Slice[Any]]:
    """A slice of the rows of each parent, newest first; without a parent, one slice of all for every key."""
    if isinstance(kind, Entity):
        return await reading.slices(store, kind, keys, ask, window, key=parent, order=order, filters=filters)
    asked, entity = kind.wider(ask), kind.entity
    found = await reading.slices(store, entity, keys, asked, window, key=parent, order=order, filters=filters)
    unwrapped: dict[int, PersonalKey] = {}
    made = {id(one): Slice(kind.opened(store, one.rows, unwrapped), one.position, one.more) for one in found.values()}
    return {key: made[id(one)] for key, one in found.items()}


async def counts_of(
    store: SealedStore,
    kind: Kind,
    keys: Sequence[Any],
    ask: Ask,
    filters: Filters = NONE,
    *,
    parent: str | None = "patient_id",
) -> dict[Any, int]:
    """How many rows each parent has; without a parent, how many there are at all."""
    entity = kind if isinstance(kind, Entity) else kind.entity
    return await reading.counts(store, entity, keys, ask, key=parent, filters=filters)
