"""Which records of accreditation are in force at an instant: for whoever may know no more than that."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sources.postgres.row import Row
from sources.postgres.store import Store

_LASTS: Final = (
    "{0}.state IN ('ACTIVE', 'UNDER_REVIEW') AND {0}.valid_from <= $2 AND ({0}.valid_to IS NULL OR {0}.valid_to > $2)"
)
_IN_FORCE: Final = f"""
SELECT a.id FROM accreditation a LEFT JOIN accreditation b ON b.id = a.base_id
WHERE a.id = ANY($1::bigint[]) AND {_LASTS.format("a")} AND (a.base_id IS NULL OR {_LASTS.format("b")})
"""  # noqa: S608 - our own columns


class InForceRecord(Row):
    """The key of a record."""

    id: int


async def in_force(store: Store, keys: Sequence[int], at: datetime) -> frozenset[int]:
    """Which of these records are in force, with what they stand on."""
    rows: list[Any] = await store.fetch(InForceRecord, _IN_FORCE, [*keys], at) if keys else []
    return frozenset(row.id for row in rows)
