"""The checks of documents."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, text

from sources.documents.tables import metadata
from sources.postgres.ask import Ask
from sources.postgres.reading import children
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

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


class DocumentCheckRecord(Row):
    """One automatic check of a document."""

    id: int
    document_id: int
    code: str
    verdict: str
    checked_at: datetime


CHECK = Entity(DocumentCheckRecord, document_check)
BY_ID: Order = (("id", "asc"),)


async def checks_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[DocumentCheckRecord]]:
    """The checks of each document, in their order."""
    return await children(store, CHECK, keys, ask, key="document_id", order=BY_ID)
