"""Notes that wait for the viewer's co-signature, at his workplace."""

from collections.abc import Sequence
from typing import Final

from engine.batch import page
from resolvers.clinical.kinds import RECORDS
from resolvers.context import Context
from sources.clinical import reading
from sources.clinical.note import NoteRecord
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order

LONGEST_WAITING_FIRST: Final[Order] = (("at", "asc"), ("id", "asc"))
COSIGNER: Final = "cosigner_id"


async def _count(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
    carer, store = context.viewer.standing.carer, context.stores.clinical
    if carer is None:
        return dict.fromkeys(keys, 0)
    who, place = carer
    counted = await reading.counts_of(store, RECORDS.note, [who], ask, {"awaiting_at": place}, parent=COSIGNER)
    return dict.fromkeys(keys, counted[who])


@page("clinical", NoteRecord, _count)
async def of_viewer(context: Context, keys: Sequence[int], ask: Ask, window: Window) -> dict[int, Slice[NoteRecord]]:
    """The notes of trainees that wait for him, by the instant that they are of; none without a workplace."""
    carer, store = context.viewer.standing.carer, context.stores.clinical
    if carer is None:
        return dict.fromkeys(keys, Slice([], ("at", "id"), False))
    who, place = carer
    filters = {"awaiting_at": place}
    slices = await reading.records_of(
        store, RECORDS.note, [who], ask, window, filters, parent=COSIGNER, order=LONGEST_WAITING_FIRST
    )
    return dict.fromkeys(keys, slices[who])
