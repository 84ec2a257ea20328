"""Documents of decisions, which the gateway makes itself: as they lie with their seals.

Those of today are sealed files like all others. Before, they were texts in a table of the store, and stay there.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, Table

from sources.documents.tables import metadata
from sources.files import Bound, Kept
from sources.postgres.row import Row
from sources.postgres.store import Store

# The bytes of documents of decisions that were made as texts.
document_content = Table(
    "document_content",
    metadata,
    Column("document_id", BigInteger, ForeignKey("document.id"), primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)


class KeptDecision(Row):
    """The document of a decision as it lies in the store, with the first seal under it: a text, or a sealed file."""

    id: int
    event_id: object
    status: str
    sha256: str
    seal: str | None
    version: int | None
    file: UUID | None
    wrapped_key: bytes | None
    byte_size: int | None
    bytes: bytes | None

    @property
    def sealed(self) -> tuple[Kept, Bound] | None:
        """Where its bytes lie sealed, and what they are bound to."""
        if self.file is None or self.wrapped_key is None or self.version is None or self.byte_size is None:
            return None
        return Kept(self.file, self.wrapped_key, self.byte_size, self.sha256), Bound(self.id, self.version)


_KEPT: Final = """
SELECT d.id, d.event_id, d.status, d.sha256, c.bytes,
    (SELECT s.seal FROM signature s WHERE s.document_id = d.id AND s.seal IS NOT NULL ORDER BY s.id LIMIT 1) AS seal,
    v.version, v.file, v.wrapped_key, v.byte_size
FROM document d LEFT JOIN document_content c ON c.document_id = d.id
    LEFT JOIN document_version v ON v.document_id = d.id AND v.version = d.content_version
WHERE d.event_id IS NOT NULL AND d.kind = 'DECISION' AND d.id > $1 ORDER BY d.id LIMIT $2
"""
_CONTENT: Final = "SELECT bytes FROM document_content WHERE document_id = $1"


class ContentRecord(Row):
    """The text of a document that the gateway made before they were sealed."""

    bytes: bytes


async def kept_decisions(store: Store, after: int, limit: int) -> list[KeptDecision]:
    """Documents of decisions that follow a key, in the order of keys."""
    rows: list[KeptDecision] = await store.fetch(KeptDecision, _KEPT, after, limit)
    return rows


async def content_of(store: Store, document_id: int) -> bytes | None:
    """The text of a document that the gateway made before they were sealed; None of every other."""
    found = await store.fetch(ContentRecord, _CONTENT, document_id)
    return found[0]["bytes"] if found else None
