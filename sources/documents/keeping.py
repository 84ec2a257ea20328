"""Content that the product made or was sent, put into a version of a document in the transaction of an act or a job."""

from datetime import datetime
from typing import NamedTuple

from sources.files import Bound, Kept
from sources.postgres.row import Row
from sources.postgres.writing import Unit

_KEEP = """
WITH changed AS (
    UPDATE document SET content_version = $2, media_type = $5, byte_size = $6, sha256 = $7, changed_at = $9,
        version = version + 1
    WHERE id = $1 AND content_version < $2 RETURNING id, version
), kept AS (
    INSERT INTO document_version (document_id, version, file, wrapped_key, media_type, byte_size, sha256, pages,
        uploaded_at, uploaded_by, file_name)
    SELECT id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM changed
)
SELECT version FROM changed
"""
_RESERVE = "SELECT nextval(pg_get_serial_sequence('document', 'id')) AS id"


class Made(NamedTuple):
    """What is said of content beside its bytes; `by` is a subject, none where the product made it."""

    media_type: str
    at: datetime
    pages: int | None = None
    by: str | None = None
    file_name: bytes | None = None


class Versioned(Row):
    """The version of a document's row after a change."""

    version: int


class Reserved(Row):
    """A key that no document has yet."""

    id: int


async def reserved(unit: Unit) -> int:
    """The key of a document that is yet to be written, so that content can be bound to it before."""
    (row,) = await unit.rows(Reserved, _RESERVE)
    key: int = row.id
    return key


async def keep_made(unit: Unit, bound: Bound, kept: Kept, made: Made) -> int | None:
    """Make content that was written to the sealed files the current one of its document, whose row is there already.

    Whoever calls it writes the bytes before the transaction begins; content that no row names is cleared away later.

    Returns:
        The version of the document's row from now on; None where there is no such document, or a newer content.
    """
    values = (kept.file, kept.wrapped_key, made.media_type, kept.byte_size, kept.sha256, made.pages)
    row: Versioned | None = await unit.row(Versioned, _KEEP, *bound, *values, made.at, made.by, made.file_name)
    return None if row is None else row.version
