"""The signatures under documents."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, Table, Text

from sources.documents.tables import metadata
from sources.postgres.ask import Ask
from sources.postgres.reading import children
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

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


class SignatureRecord(Row):
    """One electronic signature under a document."""

    id: int
    document_id: int
    signer_id: int | None
    profile: str
    verdict: str
    signed_at: datetime


SIGNATURE = Entity(SignatureRecord, signature)
BY_ID: Order = (("id", "asc"),)


async def signatures_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[SignatureRecord]]:
    """The signatures under each document, in their order."""
    return await children(store, SIGNATURE, keys, ask, key="document_id", order=BY_ID)
