"""What arrives in the journal: events, audit entries, and with an event the messages that it makes, all or none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sources.delivery.relaying import WaitingEntry, WaitingEvent


class NewMessage(NamedTuple):
    """A message to be kept; what is not unread arrives read, what is mailed is queued for mail."""

    subject: str
    event_id: object | None
    kind: str
    at: datetime
    template: str
    parameters: str  # JSON
    application_id: int | None
    accreditation_id: int | None
    document_id: int | None
    practitioner_id: int | None
    organization_id: int | None
    unread: bool
    mailed: bool


_EVENTS = """
INSERT INTO arrived_event (id, store, at, kind, payload)
SELECT id, $1, at, kind, payload::jsonb
FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[]) AS come(id, at, kind, payload)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
_ENTRIES = """
INSERT INTO arrived_audit_entry (id, store, at, subject, act, object, grounds)
SELECT id, $1, at, subject, act, object, grounds::jsonb
FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[])
    WITH ORDINALITY AS come(id, at, subject, act, object, grounds, place)
ORDER BY place ON CONFLICT (id) DO NOTHING
"""
_NOTE = """
INSERT INTO arrived_audit_entry (id, store, at, subject, act, object, grounds)
VALUES (gen_random_uuid(), 'journal', $1, $2, $3, $4, $5)
"""
_MESSAGES = """
WITH come AS MATERIALIZED (
    SELECT nextval('message_id_seq') AS id, one.*
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::boolean[], $13::boolean[])
        AS one(subject, event_id, kind, at, template, parameters, application_id, accreditation_id, document_id,
            practitioner_id, organization_id, unread, mailed)
), made AS (
    INSERT INTO message
        (id, subject, event_id, kind, at, template, parameters, application_id, accreditation_id, document_id,
            practitioner_id, organization_id, read_at)
    SELECT id, subject, event_id, kind, at, template, parameters::jsonb, application_id, accreditation_id, document_id,
        practitioner_id, organization_id, CASE WHEN unread THEN NULL ELSE at END
    FROM come ON CONFLICT (event_id, subject, kind) DO NOTHING RETURNING id
)
INSERT INTO mail (message_id, next_at) SELECT id, now() FROM made JOIN come USING (id) WHERE mailed ORDER BY id
"""


async def events_arrive(connection: Any, store: str, events: Sequence[WaitingEvent]) -> set[object]:
    """Keep events of a store; the ids of those that were not there yet."""
    columns = ([e.id for e in events], [e.at for e in events], [e.kind for e in events], [e.payload for e in events])
    return {row[0] for row in await connection.fetch(_EVENTS, store, *columns)}


async def entries_arrive(connection: Any, store: str, entries: Sequence[WaitingEntry]) -> None:
    """Keep audit entries of a store, in their order; those that are there already stay."""
    names = ("id", "at", "subject", "act", "object", "grounds")
    await connection.execute(_ENTRIES, store, *([entry[name] for entry in entries] for name in names))


async def keep_messages(connection: Any, messages: Sequence[NewMessage]) -> None:
    """Keep messages, each with its mail; one that an event made before is not made again."""
    if messages:
        await connection.execute(_MESSAGES, *map(list, zip(*messages, strict=True)))


async def note(connection: Any, at: datetime, subject: str, act: str, thing: str | None, grounds: str = "{}") -> None:
    """Leave an audit entry of what is done to the journal itself, in the transaction of the act; `grounds` is JSON."""
    await connection.execute(_NOTE, at, subject, act, thing, grounds)
