"""Attestations (подтверждения): what shows that somebody may work from afar at an organisation, each with a term."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

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
    text,
)

from sources.accreditation import metadata
from sources.postgres.ask import Ask
from sources.postgres.reading import by_key, children
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit

KINDS = "'CHANNEL','WORKPLACE','CERTIFIED_PROTECTION','TELEMEDICINE_POINT','PERSONAL_DATA_ATTESTATION'"
# The first half of an advisory lock's number; the second is the person's.
LOCK = 7_220_142

attestation = Table(
    "attestation",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("practitioner_id", BigInteger, nullable=False),
    Column("organization_id", BigInteger, nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_to", DateTime(timezone=True), nullable=False),  # exclusive
    Column("ended_at", DateTime(timezone=True)),  # by hand, before its term
    Column("end_reason", Text),
    Column("document_id", BigInteger),  # the paper that stands for it, in the store of documents
    Column("renews_id", BigInteger, ForeignKey("attestation.id")),
    Column("recorded_by", Text, nullable=False),  # whose account
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("valid_to > valid_from", name="attestation_term"),
    CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="attestation_ended"),
    CheckConstraint("ended_at >= recorded_at AND ended_at < valid_to", name="attestation_ended_in_term"),
    CheckConstraint("renews_id <> id", name="attestation_renews_another"),
    Index("attestation_by_practitioner", "practitioner_id", "valid_from", "id"),
    Index("attestation_by_end", "valid_to", "id"),
    Index("one_renewal_of_an_attestation", "renews_id", unique=True, postgresql_where=text("renews_id IS NOT NULL")),
)


class AttestationRecord(Row):
    """An attestation; whether it is in force is derived, never stored."""

    id: int
    practitioner_id: int
    organization_id: int
    kind: str
    issuer: str
    number: str
    valid_from: datetime
    valid_to: datetime
    ended_at: datetime | None
    end_reason: str | None
    document_id: int | None
    renews_id: int | None
    recorded_by: str
    recorded_at: datetime
    version: int
    changed_at: datetime


class InForceRecord(Row):
    """Which kind of attestation is in force, and where."""

    organization_id: int
    kind: str


class EndingAttestation(Row):
    """An attestation whose term ends, of somebody with a record for telemedicine."""

    id: int
    practitioner_id: int
    organization_id: int
    kind: str
    ends_at: datetime


ATTESTATION = Entity(AttestationRecord, attestation)
NEWEST_FIRST: Order = (("valid_from", "desc"), ("id", "desc"))
# Asks for the rows of a statement, in a transaction or outside of any.
Rows = Callable[..., Awaitable[list[Any]]]

_HELD = "SELECT * FROM attestation WHERE {seen} FOR UPDATE"
_ALONE = f"SELECT pg_advisory_xact_lock({LOCK}, hashint8($1))"
_IN_FORCE = """
SELECT DISTINCT organization_id, kind FROM attestation
WHERE practitioner_id = $1 AND valid_from <= $2 AND valid_to > $2 AND (ended_at IS NULL OR ended_at > $2)
"""
_LIKE_IT = """
SELECT * FROM attestation
WHERE practitioner_id = $1 AND organization_id = $2 AND kind = $3 AND ended_at IS NULL
  AND valid_from < $5 AND valid_to > $4
LIMIT 1
"""
_ENDED = """
UPDATE attestation SET ended_at = $2, end_reason = $3, changed_at = $2, version = version + 1
WHERE id = $1 RETURNING *
"""
_RENEWED = "UPDATE attestation SET changed_at = $2, version = version + 1 WHERE id = $1"
_RENEWAL = "SELECT * FROM attestation WHERE renews_id = $1"
# One that another of its kind outlives has nothing to warn of, nor one on which nothing rests.
_ENDING = """
SELECT t.id, t.practitioner_id, t.organization_id, t.kind, t.valid_to AS ends_at
FROM attestation t
WHERE t.ended_at IS NULL AND t.valid_to > $1 AND t.valid_to <= $2 AND t.id > $3
  AND NOT EXISTS (
    SELECT FROM attestation o
    WHERE o.practitioner_id = t.practitioner_id AND o.organization_id = t.organization_id AND o.kind = t.kind
      AND o.ended_at IS NULL AND o.valid_from <= t.valid_to AND o.valid_to > t.valid_to
  )
  AND EXISTS (
    SELECT FROM accreditation a JOIN accreditation b ON b.id = a.base_id
    WHERE a.practitioner_id = t.practitioner_id AND a.kind = 'REMOTE' AND b.place_id = t.organization_id
      AND a.state IN ('ACTIVE', 'UNDER_REVIEW') AND (a.valid_to IS NULL OR a.valid_to > $1)
  )
ORDER BY t.id LIMIT $4
"""


async def attestations(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, AttestationRecord]:
    """Attestations by id."""
    return await by_key(store, ATTESTATION, keys, ask)


async def attestations_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[AttestationRecord]]:
    """The attestations of each person, those that began last first."""
    return await children(store, ATTESTATION, keys, ask, key="practitioner_id", order=NEWEST_FIRST)


async def in_force(rows: Rows, practitioner_id: int, at: datetime) -> frozenset[tuple[int, str]]:
    """Where which kinds of attestation of a person are in force at an instant."""
    found: list[Any] = await rows(InForceRecord, _IN_FORCE, practitioner_id, at)
    return frozenset((row.organization_id, row.kind) for row in found)


async def ending(store: Store, since: datetime, until: datetime, after: int, limit: int) -> Sequence[EndingAttestation]:
    """Attestations on which a record rests, and whose term ends after one instant and not after another, by key."""
    found: list[Any] = await store.fetch(EndingAttestation, _ENDING, since, until, after, limit)
    return found


async def alone(unit: Unit, practitioner_id: int) -> None:
    """Let nobody else record an attestation of a person until the transaction ends."""
    await unit.run(_ALONE, practitioner_id)


async def held(unit: Unit, key: int, seen: Seen) -> AttestationRecord | None:
    """An attestation that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(ATTESTATION, key, seen)
    return await unit.row(AttestationRecord, _HELD.format(seen=where), *values)


async def overlaps(unit: Unit, columns: Mapping[str, Any]) -> bool:
    """Whether another of its kind, of the same person and organisation, is in force during its term."""
    names = ("practitioner_id", "organization_id", "kind", "valid_from", "valid_to")
    return await unit.row(AttestationRecord, _LIKE_IT, *(columns[name] for name in names)) is not None


async def renewed(unit: Unit, key: int) -> bool:
    """Whether another one renews an attestation."""
    return await unit.row(AttestationRecord, _RENEWAL, key) is not None


async def recorded(unit: Unit, columns: Mapping[str, Any]) -> AttestationRecord:
    """Insert an attestation."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    text = f"INSERT INTO attestation ({', '.join(columns)}) VALUES ({places}) RETURNING *"  # noqa: S608 - our columns
    made: Any = await unit.row(AttestationRecord, text, *columns.values())
    row: AttestationRecord = made
    return row


async def followed(unit: Unit, key: int, at: datetime) -> None:
    """Note on a held attestation that another one renews it."""
    await unit.run(_RENEWED, key, at)


async def ended(unit: Unit, key: int, at: datetime, reason: str) -> AttestationRecord:
    """End a held attestation before its term."""
    made: Any = await unit.row(AttestationRecord, _ENDED, key, at, reason)
    row: AttestationRecord = made
    return row
