"""Documents of decisions, which the gateway makes itself: how they are kept, with their bytes and seals."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table

from sources.documents.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store

# The bytes of documents that the gateway made itself; those of all others live elsewhere.
document_content = Table(
    "document_content",
    metadata,
    Column("document_id", BigInteger, ForeignKey("document.id"), primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Decided:
    """The document of a decision (выписка из протокола) as it is to be kept, for a person or an institution.

    Attributes:
        seal: the signature of the authority, made at `sealed_at`; None where it has no key.
    """

    event_id: str
    practitioner_id: int | None
    holder_organization_id: int | None
    title: str
    number: str
    issued_on: date
    issuer: str
    at: datetime
    content: bytes
    seal: str | None
    sealed_at: datetime


class KeptDecision(Row):
    """The document of a decision as it lies in the store, with the first seal under it."""

    id: int
    event_id: object
    status: str
    sha256: str
    bytes: bytes | None
    seal: str | None


_KEEP = """
WITH made AS (
    INSERT INTO document (practitioner_id, holder_organization_id, kind, title, status, number, issued_on, issuer,
        media_type, byte_size, sha256, created_at, event_id)
    VALUES ($2, $9, 'DECISION', $3, CASE WHEN $10::text IS NULL THEN 'CHECKED' ELSE 'SIGNED' END, $4, $5, $6,
        'text/plain; charset=utf-8', octet_length($8::bytea), encode(sha256($8::bytea), 'hex'), $7, $1::uuid)
    ON CONFLICT (event_id) DO NOTHING RETURNING id
), filled AS (
    INSERT INTO document_content (document_id, bytes) SELECT id, $8::bytea FROM made
), signed AS (
    INSERT INTO signature (document_id, profile, verdict, signed_at, seal)
    SELECT id, 'JWS_ED25519', 'VALID', $11, $10 FROM made WHERE $10::text IS NOT NULL
)
SELECT id, true AS made FROM made UNION ALL SELECT id, false FROM document WHERE event_id = $1::uuid
"""
_KEPT = """
SELECT d.id, d.event_id, d.status, d.sha256, c.bytes,
       (SELECT s.seal FROM signature s WHERE s.document_id = d.id AND s.seal IS NOT NULL ORDER BY s.id LIMIT 1) AS seal
FROM document d LEFT JOIN document_content c ON c.document_id = d.id
WHERE d.event_id IS NOT NULL AND d.id > $1 ORDER BY d.id LIMIT $2
"""


class KeptRecord(Row):
    """The key of a document, and whether it was made just now."""

    id: int
    made: bool


async def keep_decision(store: Store, decided: Decided) -> tuple[int, bool]:
    """Keep the document of a decision: its key, and whether it is new; that of an event that has one stays as it is."""
    d = decided
    given = (d.event_id, d.practitioner_id, d.title, d.number, d.issued_on, d.issuer, d.at, d.content)
    (kept,) = await store.fetch(KeptRecord, _KEEP, *given, d.holder_organization_id, d.seal, d.sealed_at)
    return kept.id, kept.made


async def kept_decisions(store: Store, after: int, limit: int) -> list[KeptDecision]:
    """Documents of decisions that follow a key, in the order of keys."""
    rows: list[KeptDecision] = await store.fetch(KeptDecision, _KEPT, after, limit)
    return rows
