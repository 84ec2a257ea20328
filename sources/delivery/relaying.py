"""What acts left in a store and the journal does not have yet: read, marked when it has arrived, forgotten later.

Whoever relays holds a lock of the store for his whole transaction: one process at a time, and no order is broken.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store

# Any numbers, the same in every process.
EVENTS_LOCK = 7_220_121
ENTRIES_LOCK = 7_220_122


class WaitingEvent(Row):
    """An event that has not been relayed; the payload is JSON."""

    id: object
    at: datetime
    kind: str
    payload: str
    attempts: int


class WaitingEntry(Row):
    """An audit entry that has not been relayed; the grounds are JSON."""

    id: object
    at: datetime
    subject: str
    act: str
    object: str | None
    grounds: str
    attempts: int


class ToldApplication(Row):
    """An application as far as a message or a decision's document tells of it, and what tells who may see it."""

    id: int
    number: str
    kind: str
    practitioner_id: int | None
    holder_organization_id: int | None
    latest_on: Any
    clarification_deadline: datetime | None
    queue: str
    specialty_code: str | None
    organization_id: int | None
    directions: list[str]
    procedure_version: str | None
    rejection_reasons: list[str] | None
    missing_documents: list[str] | None
    submitted: bool
    disclosed_organization_ids: list[int]
    organization_ids: list[int]
    department_ids: list[int]


class ToldAccreditation(Row):
    """A record of accreditation as far as these tell of it, and what tells who may see it."""

    id: int
    registry_number: str
    kind: str
    valid_from: datetime
    valid_to: datetime | None
    directions: list[str]
    practitioner_id: int | None
    application_id: int | None
    organization_ids: list[int]
    department_ids: list[int]


_TURN = "SELECT pg_try_advisory_xact_lock($1)"
# What failed is tried again in its time; until it is moved or given up, what follows of the same object waits.
_DUE = """
a.relayed_at IS NULL AND a.dead_at IS NULL AND (a.retry_at IS NULL OR a.retry_at <= now()) AND NOT EXISTS (
    SELECT FROM {table} b
    WHERE b.relayed_at IS NULL AND b.attempts > 0 AND b.dead_at IS NULL AND (b.at, b.id) < (a.at, a.id)
      AND {of_b} = {of_a}
) ORDER BY a.at, a.id
"""
_OF_EVENT = """
coalesce({0}.payload->>'applicationId', 'record ' || ({0}.payload->>'accreditationId'), {0}.payload->>'object',
    {0}.id::text)
"""
_OF_ENTRY = "coalesce({0}.object, {0}.id::text)"
_EVENTS = f"""
SELECT a.id, a.at, a.kind, a.payload, a.attempts FROM event a
WHERE a.kind <> ALL($1::text[]) AND {_DUE.format(table="event", of_a=_OF_EVENT.format("a"), of_b=_OF_EVENT.format("b"))}
LIMIT $2
"""  # noqa: S608 - our own statement
_ENTRIES = f"""
SELECT a.id, a.at, a.subject, a.act, a.object, a.grounds, a.attempts FROM audit_entry a
WHERE {_DUE.format(table="audit_entry", of_a=_OF_ENTRY.format("a"), of_b=_OF_ENTRY.format("b"))} LIMIT $1
"""  # noqa: S608 - our own statement
_APPLICATIONS = """
SELECT id, number, kind, practitioner_id, holder_organization_id, latest_on, clarification_deadline,
       specialty_code, organization_id, directions, procedure_version, rejection_reasons, missing_documents,
       queue, submitted_at IS NOT NULL AS submitted, organization_ids, department_ids,
       CASE WHEN submitted_at IS NOT NULL THEN organization_ids ELSE '{}' END AS disclosed_organization_ids
FROM application WHERE id = ANY($1::bigint[])
"""
_ACCREDITATIONS = """
SELECT id, registry_number, kind, valid_from, valid_to, directions, practitioner_id, application_id, organization_ids,
       department_ids
FROM accreditation WHERE id = ANY($1::bigint[])
"""
_FORGET = "DELETE FROM {table} WHERE relayed_at < now() - interval '30 days'"


async def waiting_events(connection: Any, limit: int, left_out: Sequence[str]) -> list[WaitingEvent]:
    """The oldest events that are due to be relayed, kinds left out aside; none while another process relays."""
    if not await connection.fetchval(_TURN, EVENTS_LOCK):
        return []
    found: list[WaitingEvent] = await connection.fetch(_EVENTS, list(left_out), limit, record_class=WaitingEvent)
    return found


async def waiting_entries(connection: Any, limit: int) -> list[WaitingEntry]:
    """The oldest audit entries that are due to be relayed; none while another process relays."""
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
