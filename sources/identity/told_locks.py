"""What events of locks speak of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sources.postgres.row import Row

# Whoever is signed in fails at codes and is refused reads; a sign-in fails under whatever name somebody tries.
_OF_EVENTS: Final = """
SELECT l.id, l.account, l.reason, l.locked_at, l.until, l.proposed_by, l.lifted_at,
    l.reason <> 'FAILED_SIGN_INS' OR EXISTS (SELECT FROM account a WHERE a.subject = l.account) AS known
FROM account_lock l WHERE l.id = ANY($1::bigint[])
"""


class ToldLock(Row):
    """A lock as far as a message tells of it; `known` is whether anybody came in by the account."""

    id: int
    account: str
    reason: str
    locked_at: datetime
    until: datetime
    proposed_by: str | None
    lifted_at: datetime | None
    known: bool


async def told_locks(connection: Any, ids: Sequence[int]) -> dict[int, ToldLock]:
    """Locks that events speak of."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), record_class=ToldLock)
    return {row.id: row for row in rows}
