"""The documents: what a worker's cabinet holds, its checks and signatures (not the bytes)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    any_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from sources.delivery import noting
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

NAME = "documents"
metadata = MetaData()

KINDS = (
    "'PASSPORT','SNILS','DIPLOMA','RETRAINING','CPD','EXPERIENCE','SIGNING_CERTIFICATE','APPLICATION_FORM',"
    "'REFERENCE','DECISION','CASE_HISTORY','DISCHARGE_SUMMARY','REFERRAL'"
)
# What identifies a person, and not what he learnt or did.
IDENTITY_PAPERS = ("PASSPORT", "SNILS")
STATUSES = "'DRAFT','CHECKED','SIGNED','QUEUED','SENT','REGISTERED','REJECTED','ANNULLED'"
# A paper in one of these was found in order, and is good for what it is wanted for.
USABLE = frozenset({"CHECKED", "SIGNED", "QUEUED", "SENT", "REGISTERED"})

document = Table(
    "document",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("practitioner_id", BigInteger),  # the owner is a person …
    Column("holder_organization_id", BigInteger),  # … or an institution
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, CheckConstraint(f"status IN ({STATUSES})"), nullable=False),
    Column("number", Text),
    Column("issued_on", Date),
    Column("expires_on", Date),
    Column("issuer", Text),
    Column("media_type", Text, nullable=False),
    Column("byte_size", BigInteger, CheckConstraint("byte_size >= 0"), nullable=False),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("shared_organization_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("event_id", UUID, unique=True),  # what it follows from, if the gateway made it itself
    CheckConstraint("expires_on IS NULL OR issued_on IS NULL OR expires_on > issued_on", name="document_term"),
    CheckConstraint("(practitioner_id IS NULL) <> (holder_organization_id IS NULL)", name="document_owner"),
    Index("document_by_practitioner", "practitioner_id", "created_at", "id"),
    Index("document_by_organization", "holder_organization_id", "created_at", "id"),
    Index("document_by_share", "shared_organization_ids", postgresql_using="gin"),
)

# The bytes of documents that the gateway made itself; those of all others live elsewhere.
document_content = Table(
    "document_content",
    metadata,
    Column("document_id", BigInteger, ForeignKey("document.id"), primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)

document_check = Table(
    "document_check",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("document_id", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("code", Text, nullable=False),  # DATE, FORMAT, SIZE, RESOLUTION, SIGNATURE_OR_STAMP
    Column("verdict", Text, CheckConstraint("verdict IN ('PASSED','WARNED','FAILED')"), nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Index("document_check_by_document", "document_id", "id"),
    Index("document_check_failed", "checked_at", postgresql_where=text("verdict = 'FAILED'")),
)

signature = Table(
    "signature",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("document_id", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("signer_id", BigInteger),  # a practitioner; none when an organisation signed
    Column("profile", Text, nullable=False),  # CADES_BES, CADES_T, JWS_ED25519
    Column("verdict", Text, CheckConstraint("verdict IN ('VALID','INVALID','UNKNOWN')"), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("seal", Text),  # the signature itself, where the gateway made it
    Index("signature_by_document", "document_id", "id"),
)
object_change = noting.object_change(metadata)


class DocumentRecord(Row):
    """One electronic document of a worker or an institution; the bytes live elsewhere.

    `plain`: whether it identifies nobody.
    """

    id: int
    practitioner_id: int | None
    holder_organization_id: int | None
    kind: str
    title: str
    status: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    issuer: str | None
    media_type: str
    byte_size: int
    sha256: str
    created_at: datetime
    shared_organization_ids: list[int]
    plain: bool


class DocumentCheckRecord(Row):
    """One automatic check of a document."""

    id: int
    document_id: int
    code: str
    verdict: str
    checked_at: datetime


class SignatureRecord(Row):
    """One electronic signature under a document."""

    id: int
    document_id: int
    signer_id: int | None
    profile: str
    verdict: str
    signed_at: datetime


DOCUMENT = Entity(
    DocumentRecord,
    document,
    computed={"plain": document.c.kind.not_in(IDENTITY_PAPERS)},
    filters={
        "kind": (ARRAY(Text), lambda value: document.c.kind == any_(value)),
        "status": (ARRAY(Text), lambda value: document.c.status == any_(value)),
        "issued_from": (Date(), lambda value: document.c.issued_on >= value),
        "issued_to": (Date(), lambda value: document.c.issued_on <= value),
    },
)
CHECK = Entity(DocumentCheckRecord, document_check)
SIGNATURE = Entity(SignatureRecord, signature)

NEWEST_FIRST: Order = (("created_at", "desc"), ("id", "desc"))
BY_ID: Order = (("id", "asc"),)
ORDERS: Mapping[str, str] = {"CREATED_AT": "created_at", "TITLE": "title", "BYTE_SIZE": "byte_size"}


async def documents(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, DocumentRecord]:
    """Documents by id."""
    return await by_key(store, DOCUMENT, keys, ask)


async def documents_of(
    store: Store, keys: Sequence[int], ask: Ask, window: Window, filters: Filters
) -> dict[int, Slice[DocumentRecord]]:
    """A slice of the documents of each person, newest first."""
    order = NEWEST_FIRST
    return await slices(store, DOCUMENT, keys, ask, window, key="practitioner_id", order=order, filters=filters)


async def documents_count(store: Store, keys: Sequence[int], ask: Ask, filters: Filters) -> dict[int, int]:
    """How many documents each person has."""
    return await counts(store, DOCUMENT, keys, ask, key="practitioner_id", filters=filters)


async def document_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters, order: Order
) -> dict[None, Slice[DocumentRecord]]:
    """A slice of all documents."""
    return await slices(store, DOCUMENT, keys, ask, window, key=None, order=order, filters=filters)


async def document_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many documents fit the filters."""
    return await counts(store, DOCUMENT, keys, ask, key=None, filters=filters)


async def checks_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[DocumentCheckRecord]]:
    """The checks of each document, in their order."""
    return await children(store, CHECK, keys, ask, key="document_id", order=BY_ID)


async def signatures_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[SignatureRecord]]:
    """The signatures under each document, in their order."""
    return await children(store, SIGNATURE, keys, ask, key="document_id", order=BY_ID)


_EARLIEST = """
SELECT id, created_at FROM document
WHERE practitioner_id = $1 AND kind = ANY($2::text[]) AND status = ANY($3::text[])
    AND (expires_on IS NULL OR expires_on > $4)
ORDER BY created_at, id LIMIT 1
"""


async def earliest_of(
    store: Store, practitioner_id: int, kinds: Collection[str], statuses: Collection[str], day: date
) -> DocumentRecord | None:
    """The first document of a person among those of some kinds and statuses that are valid on a day."""
    found = await store.fetch(DocumentRecord, _EARLIEST, practitioner_id, sorted(kinds), sorted(statuses), day)
    return found[0] if found else None


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
