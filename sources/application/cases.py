"""Open cases: the files that are open on an officer, an expert or a regulator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class CaseRecord(Row):
    """A file that is open on an officer."""

    officer: str
    practitioner_id: int | None
    application_id: int | None
    opened_at: datetime
    closed_at: datetime | None
    document_ids: list[int]


_CASES = """
SELECT c.officer, c.practitioner_id, c.application_id, c.opened_at, c.closed_at,
       coalesce(a.document_ids, '{}') AS document_ids
FROM review_case c LEFT JOIN application a ON a.id = c.application_id
WHERE c.officer = ANY($1::text[]) AND (c.closed_at IS NULL OR c.closed_at > $2)
"""


async def cases_of(store: Store, officers: Sequence[str], at: datetime) -> list[CaseRecord]:
    """The cases of officers that are not closed at the instant, with what their applications enclose."""
    rows: list[Any] = await store.fetch(CaseRecord, _CASES, list(officers), at)
    return rows
