"""How many prescriptions were issued: those that were registered within a time, and were not annulled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sources.postgres.row import Row
from sources.postgres.store import Store

_ISSUED: Final = """
SELECT organization_id, practitioner_id, form, count(*) AS issued FROM prescription
WHERE organization_id = ANY($1::bigint[]) AND registered_at >= $2 AND registered_at < $3 AND state <> 'ANNULLED'
GROUP BY organization_id, practitioner_id, form ORDER BY organization_id, practitioner_id, form
"""


class IssuedRecord(Row):
    """How many prescriptions of one form somebody wrote at an organisation, whoever signed them with him."""

    organization_id: int
    practitioner_id: int
    form: str
    issued: int


async def issued(store: Store, organizations: Sequence[int], since: datetime, until: datetime) -> list[IssuedRecord]:
    """The counts of organisations from one instant on and before another; who wrote none of a form has no row.

    Their sum is the number of prescriptions registered in that time that are not annulled now.
    """
    rows: list[Any] = await store.fetch(IssuedRecord, _ISSUED, list(organizations), since, until)
    return rows
