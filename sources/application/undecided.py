"""Applications of a person that are not decided yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class OpenRecord(Row):
    """An application that is not decided, as far as its applicant has something to do about it."""

    id: int
    number: str
    stage: str
    clarification_requested_at: datetime | None


_OPEN = """
SELECT id, number, stage, clarification_requested_at FROM application
WHERE practitioner_id = $1 AND kind = ANY($2::text[]) AND stage <> 'DONE' ORDER BY created_at DESC, id DESC
"""


async def open_applications(store: Store, practitioner_id: int, kinds: Sequence[str]) -> list[OpenRecord]:
    """The applications of a person, of some kinds, that are not decided, the newest first."""
    rows: list[Any] = await store.fetch(OpenRecord, _OPEN, practitioner_id, list(kinds))
    return rows
