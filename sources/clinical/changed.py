"""Which records of which patients changed, as the notes of the store tell: readers ask what is new."""

from datetime import datetime

from sources.delivery.events import HORIZON, SINCE, Since, rows_since
from sources.postgres.row import Row
from sources.sealed_store import SealedStore


class PatientNoteRecord(Row):
    """A note that something of a patient changed, or of any patient; or only the horizon when nothing did.

    Attributes:
        kind: that of the record, CARE where who cares for him became otherwise, RECORD where the note does not tell.
    """

    horizon: int
    id: int | None
    transaction: int | None
    object_id: int | None
    kind: str | None
    record_id: int | None
    at: datetime | None


_SINCE = f"""
SELECT {HORIZON} AS horizon, c.id, c.transaction, c.object_id, c.kind, c.record_id, c.at
FROM (SELECT 1) AS once LEFT JOIN object_change c ON c.transaction {SINCE}
ORDER BY c.transaction, c.id
"""  # noqa: S608 - ours


async def notes_since(store: SealedStore, since: Since | None) -> tuple[Since, list[PatientNoteRecord]]:
    """The notes committed since an earlier question, in the order of their transactions; without one, none."""
    return await rows_since(store, PatientNoteRecord, _SINCE, since)
