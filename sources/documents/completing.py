"""A document as an upload makes it, or changes it: its row, and then the version of its content."""

from datetime import date, datetime
from typing import NamedTuple

from sources.documents.charted import NOT_CHARTED, Charted
from sources.documents.document import DocumentRecord
from sources.documents.held import held
from sources.documents.upload import UploadRecord
from sources.postgres.row import Row
from sources.postgres.writing import Unit

_MAKE = """
INSERT INTO document (id, practitioner_id, holder_organization_id, patient_id, encounter_id, episode_id, note_id,
    author_id, place_id, kind, title, status, number, issued_on, expires_on, issuer, media_type, byte_size, sha256,
    created_at, changed_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, 0) RETURNING id
"""
# What is not said stays as it was.
_CHANGE = """
UPDATE document SET title = coalesce($2, title), status = $3, number = coalesce($4, number),
    issued_on = coalesce($5, issued_on), expires_on = coalesce($6, expires_on), issuer = coalesce($7, issuer)
WHERE id = $1 RETURNING id
"""


class Made(Row):
    """The key of the document."""

    id: int


class Said(NamedTuple):
    """What is to be written of a document."""

    title: str | None
    status: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    issuer: str | None


async def as_it_was(unit: Unit, upload: UploadRecord) -> DocumentRecord | None:
    """The document that other content was announced for, held; None where it has changed since, or is gone."""
    found = await held(unit, upload.document_id, None)
    return found if found is not None and found.version == upload.expected_version else None


async def make(unit: Unit, upload: UploadRecord, said: Said, media_type: str, at: datetime) -> None:
    """Make the document of an upload."""
    whose = (upload.practitioner_id, upload.holder_organization_id, *(Charted.of(upload) or NOT_CHARTED))
    await unit.rows(
        Made, _MAKE, upload.document_id, *whose, upload.kind, *said, media_type, upload.byte_size, upload.sha256, at
    )


async def change(unit: Unit, document_id: int, said: Said) -> None:
    """Change what is said of a document."""
    await unit.rows(Made, _CHANGE, document_id, *said)
