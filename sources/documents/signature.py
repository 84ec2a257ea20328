"""The signatures under documents, with what their verdict rests on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sources.documents.document import IDENTITY_PAPERS, document
from sources.documents.tables import metadata
from sources.postgres.ask import Ask
from sources.postgres.reading import by_key, children
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

ROLES: Final = "'OWNER','AUTHOR','OFFICIAL','ORGANIZATION','AUTHORITY'"
_SHA256: Final = "'^[0-9a-f]{64}$'"

signature = Table(
    "signature",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("document_id", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("signer_id", BigInteger),  # a practitioner; none when an organisation signed
    Column("profile", Text, nullable=False),  # CADES_BES, CADES_T, JWS_ED25519
    Column("verdict", Text, CheckConstraint("verdict IN ('VALID','INVALID','UNKNOWN')"), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("seal", Text),  # the signature itself, where the gateway made it as a JWS
    Column("content_version", Integer, nullable=False, server_default="0"),  # the version of content that was signed
    Column("organization_id", BigInteger),  # whose signature it is, where an organisation signed
    Column("role", Text, CheckConstraint(f"role IN ({ROLES})")),
    Column("subject", Text),  # who put it in; none where the product signed
    Column("received_at", DateTime(timezone=True)),
    Column("claimed_at", DateTime(timezone=True)),  # as the signer says
    Column("stamped_at", DateTime(timezone=True)),  # as its time stamp says
    Column("judged_at", DateTime(timezone=True)),  # the instant as of which the verdict is
    Column("verified_at", DateTime(timezone=True)),  # when it was looked at last
    Column("faults", ARRAY(Text), nullable=False, server_default="{}"),
    Column("checks", JSONB, nullable=False, server_default="{}"),
    Column("family", Text),  # of the algorithm
    Column("content_sha256", Text, CheckConstraint(f"content_sha256 ~ {_SHA256}")),
    Column("serial", Text),
    Column("issuer", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("policies", ARRAY(Text), nullable=False, server_default="{}"),
    Column("thumbprint", Text, CheckConstraint(f"thumbprint ~ {_SHA256}")),  # of the certificate
    Column("revocation_source", Text),
    Column("revocation_at", DateTime(timezone=True)),
    Column("key", LargeBinary),  # wrapped; by it the rest is sealed
    Column("cms", LargeBinary),  # the signature itself
    Column("holder", LargeBinary),  # whose certificate it is: names and numbers, as JSON
    CheckConstraint("cms IS NULL OR (key IS NOT NULL AND received_at IS NOT NULL)", name="signature_kept"),
    Index("signature_by_document", "document_id", "id"),
    Index(
        "signature_unknown",
        "verified_at",
        "id",
        postgresql_where=text("verdict = 'UNKNOWN' AND cms IS NOT NULL"),
    ),
    Index("signature_by_key", text("get_byte(key, 0)"), postgresql_where=text("key IS NOT NULL")),
)


class SignatureRecord(Row):
    """One electronic signature under a document.

    `current`: whether it is of the content that is in force. `practitioner_id`, `holder_organization_id`,
    `shared_organization_ids` and `plain` are those of the document, by which rights are settled.
    """

    id: int
    document_id: int
    signer_id: int | None
    profile: str
    verdict: str
    signed_at: datetime
    content_version: int
    organization_id: int | None
    role: str | None
    received_at: datetime | None
    claimed_at: datetime | None
    stamped_at: datetime | None
    judged_at: datetime | None
    verified_at: datetime | None
    faults: list[str]
    checks: str
    family: str | None
    content_sha256: str | None
    serial: str | None
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    policies: list[str]
    revocation_source: str | None
    revocation_at: datetime | None
    current: bool
    practitioner_id: int | None
    holder_organization_id: int | None
    shared_organization_ids: list[int]
    plain: bool


def _of_document(column: Any) -> Any:
    return select(column).where(document.c.id == signature.c.document_id).scalar_subquery()


SIGNATURE = Entity(
    SignatureRecord,
    signature,
    computed={
        "current": _of_document(document.c.content_version == signature.c.content_version),
        "practitioner_id": _of_document(document.c.practitioner_id),
        "holder_organization_id": _of_document(document.c.holder_organization_id),
        "shared_organization_ids": _of_document(document.c.shared_organization_ids),
        "plain": _of_document(document.c.kind.not_in(IDENTITY_PAPERS)),
    },
)
BY_ID: Order = (("id", "asc"),)


async def signatures_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[SignatureRecord]]:
    """The signatures under each document, in their order."""
    return await children(store, SIGNATURE, keys, ask, key="document_id", order=BY_ID)


async def signatures(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, SignatureRecord]:
    """Signatures by key."""
    return await by_key(store, SIGNATURE, keys, ask)
