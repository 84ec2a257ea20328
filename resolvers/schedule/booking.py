"""How bookings are found: of a slot, of a patient, of a practitioner, and those of the viewer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from auth.permissions import Permission as P
from auth.rules import Rule
from engine.batch import Batch, one, page
from resolvers.bounds import between
from resolvers.context import Context
from resolvers.schedule.own import knowing, once
from sources.postgres.ask import Ask, Narrow, Slice, Window
from sources.postgres.reading import Filters
from sources.schedule import booking as source
from sources.schedule.booking import BookingRecord

PREFIX: Final = "booking"


class BookingsOf(StrEnum):
    """Whose bookings are the viewer's."""

    MINE = "MINE"
    DESK = "DESK"
    PATIENT = "PATIENT"
    GRANTED = "GRANTED"


@dataclass(frozen=True)
class BookingFilter:
    """Which bookings are wanted: all conditions must hold."""

    since: datetime | None = None
    until: datetime | None = None
    standing_only: bool = False


class _List(NamedTuple):
    """Where a list is found: the column and the keys of whose they are, and what filters it; no keys, no list.

    Attributes:
        narrow: what must hold of its rows besides, where they were handed on.
    """

    parent: str | None
    keys: list[Any]
    filters: Filters
    narrow: tuple[tuple[Narrow, ...], ...] = ()


def _filters(given: BookingFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: nothing can lie between the bounds.
    """
    if given is None:
        return {}
    bounds = between({"since": given.since, "until": given.until}, "filter.")
    found = {{"since": "from", "until": "before"}[name]: value for name, value in bounds.items()}
    return {**found, "standing": True} if given.standing_only else found


@one("schedule", BookingRecord, once=once)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, BookingRecord]:
    """Bookings by key."""
    return await source.bookings(context.stores.schedule, keys, await knowing(context, ask))


@one("schedule", BookingRecord, once=once)
async def of_slot(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, BookingRecord]:
    """The booking of each slot that was not called off."""
    return await source.standing_in(context.stores.schedule, keys, await knowing(context, ask))


def _paged(parent: str) -> Batch:
    async def count(
        context: Context, keys: Sequence[Any], ask: Ask, *, filter: BookingFilter | None = None
    ) -> dict[Any, int]:
        ask = await knowing(context, ask)
        return await source.bookings_count(context.stores.schedule, keys, ask, _filters(filter), parent=parent)

    async def of_parent(
        context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: BookingFilter | None = None
    ) -> dict[Any, Slice[BookingRecord]]:
        ask = await knowing(context, ask)
        return await source.bookings_of(context.stores.schedule, keys, ask, window, _filters(filter), parent=parent)

    of_parent.__qualname__ = f"bookings.by_{parent.removesuffix('_id')}"
    return page("schedule", BookingRecord, count, once=once)(of_parent)


of_patient: Final = _paged("patient_id")
of_practitioner: Final = _paged("practitioner_id")


def _list_of(context: Context, ask: Ask, of: BookingsOf | None) -> _List:
    """A list of the viewer's; without a word on which, those with him and those of his patients together."""
    rules = dict(context.viewer[P.SCHEDULE_BOOKING_READ].rules)
    carer = context.viewer.standing.carer
    mine: list[int] = [] if carer is None else [carer[0]]
    patients: Any = (ask.known or {}).get(source.PATIENTS)
    match of:
        case BookingsOf.MINE:
            return _List("practitioner_id", mine, {})
        case BookingsOf.DESK:
            return _List("organization_id", sorted(rules.get(Rule.DESK, ())), {})
        case BookingsOf.GRANTED:
            here = context.viewer.standing.workplace
            handed = [*rules.get(Rule.GRANTED, ())]
            keys = [here.organization_id] if handed and here is not None else []
            return _List("organization_id", keys, {}, ((("granted", handed),),))
        case BookingsOf.PATIENT:
            return _List(None, [None] if patients else [], {"mine": []})
    if not patients:
        return _List("practitioner_id", mine, {})
    return _List(None, [None], {"mine": mine})


async def _counted(
    context: Context, keys: Sequence[Any], ask: Ask, of: BookingsOf | None, filter: BookingFilter | None
) -> dict[Any, int]:
    ask = await knowing(context, ask)
    found, store = _list_of(context, ask, of), context.stores.schedule
    filters = {**_filters(filter), **found.filters}
    if not found.keys:
        return dict.fromkeys(keys, 0)
    ask = replace(ask, narrow=(*ask.narrow, *found.narrow))
    counted = await source.bookings_count(store, found.keys, ask, filters, parent=found.parent)
    return dict.fromkeys(keys, sum(counted.values()))


async def _sliced(
    context: Context,
    keys: Sequence[Any],
    ask: Ask,
    window: Window,
    of: BookingsOf | None,
    filter: BookingFilter | None,
) -> dict[Any, Slice[BookingRecord]]:
    ask = await knowing(context, ask)
    found, store = _list_of(context, ask, of), context.stores.schedule
    filters = {**_filters(filter), **found.filters}
    if not found.keys:
        return dict.fromkeys(keys, Slice([], ("starts_at", "id"), False))
    ask = replace(ask, narrow=(*ask.narrow, *found.narrow))
    # There is one workplace, so that there is one practitioner and one desk.
    slices = await source.bookings_of(store, found.keys[:1], ask, window, filters, parent=found.parent)
    return dict.fromkeys(keys, slices[found.keys[0]])


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, of: BookingsOf, filter: BookingFilter | None = None
) -> dict[None, int]:
    return await _counted(context, keys, ask, of, filter)


@page("schedule", BookingRecord, _count, once=once)
async def listed(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    window: Window,
    *,
    of: BookingsOf,
    filter: BookingFilter | None = None,
) -> dict[None, Slice[BookingRecord]]:
    """The bookings of the viewer on one basis, by their start; none where he has none in this way."""
    return await _sliced(context, keys, ask, window, of, filter)


async def _count_of_viewer(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: BookingFilter | None = None
) -> dict[int, int]:
    return await _counted(context, keys, ask, None, filter)


@page("schedule", BookingRecord, _count_of_viewer, once=once)
async def of_viewer(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: BookingFilter | None = None
) -> dict[int, Slice[BookingRecord]]:
    """The bookings with the viewer, and those of patients who he is or for whom he stands, by their start."""
    return await _sliced(context, keys, ask, window, None, filter)
