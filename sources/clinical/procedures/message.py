"""What the central register of services is told: one message for each procedure, and one that it was entered in error.

A message is written in the transaction of the act, and kept until the register answered it. It is claimed before it is
tried: the claim is a delay, so that one whose process died is tried again, under the same name, by which the register
knows it. What says that a procedure was entered in error waits until the procedure itself is settled.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from sources.clinical.changes import Part, inserted
from sources.clinical.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.sealed_store import SealedStore

CHANGED: Final = "SERVICE_REGISTRATION_CHANGED"
REQUEUE: Final = "requeueServiceMessage"
PREFIX: Final = "svcmsg"
RECORDED, MISTAKEN = "RECORDED", "ENTERED_IN_ERROR"
STATUSES = "'QUEUED','ACCEPTED','REJECTED','DEAD'"

procedure_message = Table(
    "procedure_message",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("procedure_id", BigInteger, ForeignKey("procedure.id"), nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ('{RECORDED}','{MISTAKEN}')"), nullable=False),
    Column("name", Uuid, nullable=False, server_default=text("gen_random_uuid()")),  # by which the register knows it
    Column("status", Text, CheckConstraint(f"status IN ({STATUSES})"), nullable=False, server_default="QUEUED"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True)),
    Column("code", Text),  # why it was refused, or is not accepted yet
    Column("number", Text),  # under which the register has it
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("procedure_id", "kind", name="one_message_of_a_kind"),
    UniqueConstraint("name", name="procedure_message_name"),
    CheckConstraint("(status = 'QUEUED') = (next_at IS NOT NULL)", name="procedure_message_waits"),
    Index("procedure_message_due", "next_at", "id", postgresql_where=text("next_at IS NOT NULL")),
    Index("procedure_message_dead", "id", postgresql_where=text("status = 'DEAD'")),
)


class MessageRecord(Row):
    """A message, and how far it has come."""

    id: int
    procedure_id: int
    kind: str
    name: UUID
    status: str
    attempts: int
    next_at: datetime | None
    code: str | None
    number: str | None
    changed_at: datetime


class ClaimedMessage(MessageRecord):
    """A message with what it says; `sealed_key` and `insurance_number` as they lie in the store.

    Attributes:
        recorded: the name of the message that the procedure was done.
    """

    recorded: UUID
    patient_id: int
    organization_id: int
    practitioner_id: int
    department_id: int | None
    service: str
    book_version: str
    at: datetime
    ends_at: datetime | None
    count: int
    confidentiality: str
    sealed_key: bytes
    insurance_number: bytes | None


# Of a procedure, what says that it was an error goes after what says that it was done.
_CLAIM = """
WITH due AS (
    SELECT m.id FROM procedure_message m
    WHERE m.next_at <= now() AND (m.kind = 'RECORDED' OR EXISTS (
        SELECT FROM procedure_message first WHERE first.procedure_id = m.procedure_id AND first.kind = 'RECORDED'
            AND first.status IN ('ACCEPTED', 'REJECTED')
    ))
    ORDER BY m.next_at, m.id LIMIT $1 FOR UPDATE OF m SKIP LOCKED
), mine AS (
    UPDATE procedure_message m SET attempts = m.attempts + 1, next_at = now() + $2 * interval '1 second'
    FROM due WHERE m.id = due.id RETURNING m.*
)
SELECT mine.*, first.name AS recorded, p.patient_id, p.organization_id, p.practitioner_id, p.department_id,
    p.code AS service, p.book_version, p.at, p.ends_at, p.count, p.confidentiality, patient.sealed_key,
    patient.insurance_number
FROM mine JOIN procedure_message first ON first.procedure_id = mine.procedure_id AND first.kind = 'RECORDED'
    JOIN procedure p ON p.id = mine.procedure_id JOIN patient ON patient.id = p.patient_id
ORDER BY mine.id
"""
_SETTLED = """
WITH changed AS (
    UPDATE procedure_message SET status = $2, code = $3, number = coalesce($4, number), next_at = NULL,
        changed_at = now()
    WHERE id = $1 AND status = 'QUEUED' RETURNING id, procedure_id, status
)
INSERT INTO event (at, kind, payload)
SELECT now(), $5, jsonb_build_object('object', $6::text || '_' || procedure_id, 'step', status) FROM changed
"""
_LATER = "UPDATE procedure_message SET next_at = $2, code = $3 WHERE id = $1 AND status = 'QUEUED'"
_DEAD = "SELECT * FROM procedure_message WHERE status = 'DEAD' ORDER BY id"
_AGAIN = """
WITH changed AS (
    UPDATE procedure_message SET status = 'QUEUED', attempts = 0, next_at = now(), code = NULL, changed_at = now()
    WHERE status = 'DEAD' AND ($1::bigint[] IS NULL OR id = ANY($1)) RETURNING id
)
INSERT INTO audit_entry (at, subject, act, object, grounds)
SELECT now(), $2, $3, $4::text || '_' || id, jsonb_build_object('statusBefore', 'DEAD', 'statusAfter', 'QUEUED')
FROM changed RETURNING 1
"""
_LATEST = """
SELECT DISTINCT ON (procedure_id) * FROM procedure_message WHERE procedure_id = ANY($1::bigint[])
ORDER BY procedure_id, id DESC
"""


def queued(procedure_id: int, kind: str, at: datetime) -> Part:
    """The message that a procedure was recorded, or entered in error; sent as soon as somebody sends."""
    columns = {"procedure_id": procedure_id, "kind": kind, "next_at": at, "changed_at": at}
    return inserted(procedure_message, columns)


async def claim(store: Store, most: int, seconds: float) -> list[ClaimedMessage]:
    """Messages that are due, kept from all others for so many seconds; `attempts` counts this one."""
    rows: list[ClaimedMessage] = await store.fetch(ClaimedMessage, _CLAIM, most, seconds)
    return rows


async def settled(
    store: Store, key: int, status: str, prefix: str, *, code: str | None = None, number: str | None = None
) -> None:
    """What became of a message that waits; `prefix` is that of the ids of procedures."""
    await store.execute(_SETTLED, key, status, code, number, CHANGED, prefix)


async def later(store: Store, key: int, at: datetime, code: str) -> None:
    """Try a message again at an instant."""
    await store.execute(_LATER, key, at, code)


async def dead(store: Store) -> list[MessageRecord]:
    """The messages that were given up."""
    rows: list[MessageRecord] = await store.fetch(MessageRecord, _DEAD)
    return rows


async def dead_again(store: Store, keys: Sequence[int] | None, subject: str) -> int:
    """Queue messages that were given up once more, all of them where none is named; how many."""
    return len(await store.fetch(Row, _AGAIN, keys, subject, REQUEUE, PREFIX))


async def latest(store: SealedStore, procedures: Sequence[int]) -> dict[int, Any]:
    """The newest message of each procedure."""
    rows: list[Any] = await store.fetch(MessageRecord, _LATEST, list(procedures))
    return {row.procedure_id: row for row in rows}
