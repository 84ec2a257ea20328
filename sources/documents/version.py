"""The versions of a document's content: where each lies sealed, under which wrapped key, and what it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from sources.documents.tables import metadata
from sources.files import Bound, Kept
from sources.postgres.ask import Ask
from sources.postgres.reading import children
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store

document_version = Table(
    "document_version",
    metadata,
    Column("document_id", BigInteger, ForeignKey("document.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, CheckConstraint("version > 0"), primary_key=True, autoincrement=False),
    Column("file", UUID_COLUMN, nullable=False, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),  # its first byte is the version of the key that wraps it
    Column("media_type", Text, nullable=False),
    Column("byte_size", BigInteger, CheckConstraint("byte_size >= 0"), nullable=False),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'"), nullable=False),
    Column("pages", Integer, CheckConstraint("pages > 0")),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Column("uploaded_by", Text),  # none where the product made it
    Column("file_name", LargeBinary),  # sealed by the key of the content
    Column("checked_at", DateTime(timezone=True)),  # when all of it was read the last time, to see whether it is whole
    Column("fault", Text, CheckConstraint("fault IN ('INTEGRITY_BROKEN','FILE_LOST')")),  # … and was not
    Column("broken_at", DateTime(timezone=True)),  # when that was found first
    CheckConstraint("(fault IS NULL) = (broken_at IS NULL)", name="document_version_fault"),
    Index("document_version_by_check", text("checked_at NULLS FIRST"), "document_id", "version"),
    Index("document_version_broken", "broken_at", postgresql_where=text("fault IS NOT NULL")),
    Index("document_version_by_key", text("get_byte(wrapped_key, 0)")),
    Index("document_version_by_sha256", "sha256"),
)


class VersionRecord(Row):
    """One version of a document's content."""

    document_id: int
    version: int
    file: UUID
    wrapped_key: bytes
    media_type: str
    byte_size: int
    sha256: str
    pages: int | None
    uploaded_at: datetime
    uploaded_by: str | None
    file_name: bytes | None
    checked_at: datetime | None
    fault: str | None
    broken_at: datetime | None

    @property
    def kept(self) -> Kept:
        """Where its bytes lie, and by which key they are sealed."""
        return Kept(self.file, self.wrapped_key, self.byte_size, self.sha256)

    @property
    def bound(self) -> Bound:
        """What its bytes are bound to."""
        return Bound(self.document_id, self.version)


VERSION: Final = Entity(VersionRecord, document_version)
NEWEST_FIRST: Final[Order] = (("version", "desc"),)

COLUMNS: Final = ", ".join(f"v.{column.name}" for column in document_version.columns)
_CURRENT: Final = f"""
SELECT {COLUMNS} FROM document d JOIN document_version v ON v.document_id = d.id AND v.version = d.content_version
WHERE d.id = $1
"""  # noqa: S608 - names of columns
_ONE: Final = f"SELECT {COLUMNS} FROM document_version v WHERE v.document_id = $1 AND v.version = $2"  # noqa: S608


async def current(store: Store, document_id: int) -> VersionRecord | None:
    """The version of a document's content that is in force; None while its bytes lie elsewhere."""
    found = await store.fetch(VersionRecord, _CURRENT, document_id)
    return found[0] if found else None


async def of_version(store: Store, document_id: int, version: int) -> VersionRecord | None:
    """One version of a document's content, also one that is no longer in force."""
    found = await store.fetch(VersionRecord, _ONE, document_id, version)
    return found[0] if found else None


async def versions_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[VersionRecord]]:
    """The versions of the content of each document, the newest first."""
    return await children(store, VERSION, keys, ask, key="document_id", order=NEWEST_FIRST)
