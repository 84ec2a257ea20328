"""How slots are found: published ones by everybody, others by those of the organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.batch import Batch, one, page
from engine.global_id import decode
from resolvers import prefixes
from resolvers.bounds import between
from resolvers.context import Context
from sources.postgres.ask import Ask, Slice, Window
from sources.schedule import slot as source
from sources.schedule.slot import SlotRecord

PREFIX: Final = "slot"


@dataclass(frozen=True)
class SlotFilter:
    """Which slots are wanted: all conditions must hold."""

    organization: str | None = None
    department: str | None = None
    practitioner: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    free_only: bool = False


_NAMED = (
    ("organization", prefixes.ORGANIZATION),
    ("department", prefixes.DEPARTMENT),
    ("practitioner", prefixes.PRACTITIONER),
)


def _filters(given: SlotFilter | None) -> dict[str, object]:
    """The filter in the words of the store; an id that is none of ours is that of nothing.

    Raises:
        BadArgument: nothing can lie between the bounds.
    """
    if given is None:
        return {}
    bounds = between({"since": given.since, "until": given.until}, "filter.")
    found = {{"since": "from", "until": "before"}[name]: value for name, value in bounds.items()}
    for name, prefix in _NAMED:
        if (id := getattr(given, name)) is not None:
            found[name] = decode(prefix, id) or 0
    return {**found, "free": True} if given.free_only else found


@one("schedule", SlotRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, SlotRecord]:
    """Slots by key."""
    return await source.slots(context.stores.schedule, keys, ask)


def _paged(parent: str | None) -> Batch:
    async def count(
        context: Context, keys: Sequence[Any], ask: Ask, *, filter: SlotFilter | None = None
    ) -> dict[Any, int]:
        return await source.slots_count(context.stores.schedule, keys, ask, _filters(filter), parent=parent)

    async def of_parent(
        context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: SlotFilter | None = None
    ) -> dict[Any, Slice[SlotRecord]]:
        return await source.slots_of(context.stores.schedule, keys, ask, window, _filters(filter), parent=parent)

    of_parent.__qualname__ = "slots" if parent is None else f"slots.by_{parent.removesuffix('_id')}"
    return page("schedule", SlotRecord, count)(of_parent)


listed: Final = _paged(None)
of_practitioner: Final = _paged("practitioner_id")
of_shift: Final = _paged("shift_id")
