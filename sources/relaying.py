"""What acts left in a store and the journal does not have yet: read, marked when it has arrived, forgotten later.

Whoever relays holds a lock of the store for his whole transaction: one process at a time, and no order is broken.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.row import Row
from sources.store import Store

# Any numbers, the same in every process.
EVENTS_LOCK = 7_220_121
ENTRIES_LOCK = 7_220_122


class WaitingEvent(Row):
    """An event that has not been relayed; the payload is JSON."""

    id: object
    at: datetime
    kind: str
    payload: str


class WaitingEntry(Row):
    """An audit entry that has not been relayed; the grounds are JSON."""

    id: object
    at: datetime
    subject: str
    act: str
    object: str | None
    grounds: str


class ToldApplication(Row):
    """An application as far as a message may tell of it."""

    id: int
    number: str
    kind: str
    practitioner_id: int | None
    holder_organization_id: int | None
    latest_on: Any
    clarification_deadline: datetime | None


class ToldAccreditation(Row):
    """A record of accreditation as far as a message may tell of it."""

    id: int
    registry_number: str
    kind: str
    valid_to: datetime | None


_TURN = "SELECT pg_try_advisory_xact_lock($1)"
_EVENTS = """
SELECT id, at, kind, payload FROM event WHERE relayed_at IS NULL AND kind <> ALL($1::text[]) ORDER BY at, id LIMIT $2
"""
_ENTRIES = """
SELECT id, at, subject, act, object, grounds FROM audit_entry WHERE relayed_at IS NULL ORDER BY at, id LIMIT $1
"""
_APPLICATIONS = """
SELECT id, number, kind, practitioner_id, holder_organization_id, latest_on, clarification_deadline
FROM application WHERE id = ANY($1::bigint[])
"""
_ACCREDITATIONS = "SELECT id, registry_number, kind, valid_to FROM accreditation WHERE id = ANY($1::bigint[])"
_FORGET = "DELETE FROM {table} WHERE relayed_at < now() - interval '30 days'"


async def waiting_events(connection: Any, limit: int, left_out: Sequence[str]) -> list[WaitingEvent]:
    """The oldest events not relayed, kinds left out aside; none while another process relays."""
    if not await connection.fetchval(_TURN, EVENTS_LOCK):
        return []
    found: list[WaitingEvent] = await connection.fetch(_EVENTS, list(left_out), limit, record_class=WaitingEvent)
    return found


async def waiting_entries(connection: Any, limit: int) -> list[WaitingEntry]:
    """The oldest audit entries not relayed; none while another process relays."""
    if not await connection.fetchval(_TURN, ENTRIES_LOCK):
        return []
    found: list[WaitingEntry] = await connection.fetch(_ENTRIES, limit, record_class=WaitingEntry)
    return found


async def told_applications(connection: Any, ids: Sequence[int]) -> dict[int, ToldApplication]:
    """Applications that events speak of."""
    rows = await connection.fetch(_APPLICATIONS, list(ids), record_class=ToldApplication)
    return {row.id: row for row in rows}


async def told_accreditations(connection: Any, ids: Sequence[int]) -> dict[int, ToldAccreditation]:
    """Records that events speak of."""
    rows = await connection.fetch(_ACCREDITATIONS, list(ids), record_class=ToldAccreditation)
    return {row.id: row for row in rows}


async def mark_events(connection: Any, ids: Sequence[object]) -> None:
    """Note that events have arrived."""
    await connection.execute("UPDATE event SET relayed_at = now() WHERE id = ANY($1::uuid[])", list(ids))


async def mark_entries(connection: Any, ids: Sequence[object]) -> None:
    """Note that audit entries have arrived."""
    await connection.execute("UPDATE audit_entry SET relayed_at = now() WHERE id = ANY($1::uuid[])", list(ids))


async def forget_relayed(store: Store) -> None:
    """Drop what was relayed more than 30 days ago; nothing that has not arrived."""
    for table in ("event", "audit_entry"):
        await store.fetch(Row, _FORGET.format(table=table))
