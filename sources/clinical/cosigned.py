"""What events of notes speak of: who wrote a note, and who signs it."""

from collections.abc import Sequence
from typing import Any, Final

from sources.postgres.row import Row

_OF_EVENTS: Final = """
SELECT id, practitioner_id, organization_id, cosigner_id, signer_id, state = 'AWAITING_COSIGNATURE' AS waits
FROM note WHERE id = ANY($1)
"""


class ToldNote(Row):
    """A note as a message may tell of it; `waits` is whether it waits for a co-signature."""

    id: int
    practitioner_id: int
    organization_id: int
    cosigner_id: int | None
    signer_id: int | None
    waits: bool


async def told_notes(connection: Any, ids: Sequence[int]) -> dict[int, ToldNote]:
    """Notes that events speak of, as they are now."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ToldNote)
    return {row.id: row for row in rows}
