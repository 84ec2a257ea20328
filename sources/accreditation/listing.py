"""All records of accreditation as one list, in the order of their last changes, so that nobody who was away misses one.

A change has its instant before others can see it: one that lies before an instant may have become visible after it.
So each row has, beside that instant, its transaction, and below which number all others were finished by then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sources.accreditation import ACCREDITATION, AccreditationRecord
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, counts, slices
from sources.postgres.statement import Order
from sources.postgres.store import Store

AS_CHANGED: Final[Order] = (("noted_at", "asc"), ("id", "asc"))


async def horizon_at(store: Store, ask: Ask, instant: datetime) -> int:
    """A number below which all transactions were finished at an instant: what a change before it has found.

    That change is one of a row that the question may see: others leave no trace in its answer.
    """
    asked, last = Ask(ask.at, frozenset({"noted_above"}), ask.narrow), Window(1, backward=True, ends=False)
    found = await slices(
        store, ACCREDITATION, [None], asked, last, key=None, order=AS_CHANGED, filters={"changed_until": instant}
    )
    rows = found[None].rows
    return rows[0].noted_above if rows else 0


def changed_since(instant: datetime, horizon: int) -> Filters:
    """The filter for what was changed since an instant, or in a transaction that is not below a horizon."""
    return {"changed_since": [instant.isoformat(), str(horizon)]}


async def accreditation_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[AccreditationRecord]]:
    """A slice of all records, in the order of their last changes."""
    return await slices(store, ACCREDITATION, keys, ask, window, key=None, order=AS_CHANGED, filters=filters)


async def accreditation_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many records fit the filters."""
    return await counts(store, ACCREDITATION, keys, ask, key=None, filters=filters)
