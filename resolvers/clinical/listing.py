"""Lists of patients: for whom the viewer cares, of his units, of his trainees, handed on to him, and his own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, NamedTuple

from auth.granting import without_scope
from auth.permissions import Permission
from auth.rules import Rule
from engine.batch import page
from resolvers.context import Context
from sources.clinical import listing, reading
from sources.clinical.opening import Sealed
from sources.clinical.patient import PatientRecord
from sources.clinical.reading import BY_ID, NONE, Filters
from sources.postgres.ask import Ask, Narrow, Slice, Window


class PatientsOf(StrEnum):
    """On which basis patients are the viewer's."""

    MINE = "MINE"
    UNIT = "UNIT"
    TRAINEES = "TRAINEES"
    GRANTED = "GRANTED"


class _List(NamedTuple):
    """Where a list is found: the kind of its rows, the column and the keys of whom they are, and what filters it.

    Attributes:
        narrow: what must hold of its rows besides, where they were handed on.
    """

    kind: Sealed
    parent: str | None
    keys: list[Any]
    filters: Filters = NONE
    narrow: tuple[tuple[Narrow, ...], ...] = ()


def _list_of(context: Context, of: PatientsOf) -> _List:
    standing = context.viewer.standing
    if of is PatientsOf.UNIT:
        rules = dict(standing[Permission.CLINICAL_CARD_MASKED].rules)
        return _List(listing.OF_UNIT, listing.UNIT, sorted(rules.get(Rule.WARD, ())))
    if of is PatientsOf.GRANTED:
        handed = [*dict(standing[Permission.CLINICAL_CARD_MASKED].rules).get(Rule.GRANTED, ())]
        reached = sorted({without_scope(text) for text in handed})
        return _List(
            listing.OF_GRANTED, None, [None] if handed else [], {"reached": reached}, ((("granted", handed),),)
        )
    kind = listing.OF_CARER if of is PatientsOf.MINE else listing.OF_SUPERVISOR
    carer = standing.carer
    if carer is None:
        return _List(kind, listing.CARER, [])
    return _List(kind, listing.CARER, [carer[0]], {"place": carer[1]})


async def _count(context: Context, keys: Sequence[None], ask: Ask, *, of: PatientsOf) -> dict[None, int]:
    found, store = _list_of(context, of), context.stores.clinical
    if not found.keys:
        return dict.fromkeys(keys, 0)
    ask = replace(ask, narrow=(*ask.narrow, *found.narrow))
    if len(found.keys) > 1:
        counted = await reading.counts_of(store, listing.OF_UNITS, [None], ask, {"units": found.keys}, parent=None)
        return dict.fromkeys(keys, counted[None])
    of_one = await reading.counts_of(store, found.kind, found.keys, ask, found.filters, parent=found.parent)
    return dict.fromkeys(keys, of_one[found.keys[0]])


@page("clinical", PatientRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, of: PatientsOf
) -> dict[None, Slice[PatientRecord]]:
    """The patients of the viewer on one basis, by id; none where he has none in this way."""
    found = _list_of(context, of)
    if not found.keys:
        return dict.fromkeys(keys, Slice([], ("id",), False))
    ask = replace(ask, narrow=(*ask.narrow, *found.narrow))
    if len(found.keys) > 1 and ask.columns is not None:
        ask = replace(ask, columns=ask.columns | {"id"})
    slices = await reading.records_of(
        context.stores.clinical, found.kind, found.keys, ask, window, found.filters, parent=found.parent, order=BY_ID
    )
    return dict.fromkeys(keys, _merged(slices.values(), window))


def _merged(slices: Iterable[Slice[PatientRecord]], window: Window) -> Slice[PatientRecord]:
    """Several lists as one: whoever is in two of them stands once."""
    first, *others = slices
    if not others:
        return first
    rows = sorted({row.id: row for one in (first, *others) for row in one.rows}.values(), key=lambda row: row.id)
    kept = rows[-window.size :] if window.backward else rows[: window.size]
    return Slice(kept, first.position, len(rows) > len(kept) or any(one.more for one in (first, *others)))


def _account(context: Context) -> Filters:
    return {"account": context.viewer.subject or ""}


async def _count_of_account(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
    store = context.stores.clinical
    counted = await reading.counts_of(store, listing.OF_ACCOUNT, [None], ask, _account(context), parent=None)
    return dict.fromkeys(keys, counted[None])


@page("clinical", PatientRecord, _count_of_account)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask, window: Window) -> dict[int, Slice[PatientRecord]]:
    """The patients who the viewer is, or for whom he stands by law, by id."""
    store = context.stores.clinical
    slices = await reading.records_of(
        store, listing.OF_ACCOUNT, [None], ask, window, _account(context), parent=None, order=BY_ID
    )
    return dict.fromkeys(keys, slices[None])
