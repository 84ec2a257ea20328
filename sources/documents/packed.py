"""What a package of documents is made of: rows, their content as it is kept, and the signatures under it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sources.files import Bound, Kept
from sources.postgres.row import Row
from sources.postgres.store import Store

_PACKED = """
SELECT d.id, d.kind, d.title, d.status, d.number, d.issued_on, d.issuer, v.version, v.file, v.wrapped_key, v.media_type,
    v.byte_size, v.sha256, v.uploaded_at
FROM document d JOIN document_version v ON v.document_id = d.id AND v.version = d.content_version
WHERE d.id = ANY($1::bigint[])
"""
_SIGNATURES = """
SELECT id, document_id, content_version, received_at, key, cms, profile, verdict, role, family, signed_at, stamped_at,
    judged_at, serial, issuer, valid_from, valid_to, revocation_source, revocation_at
FROM signature WHERE document_id = ANY($1::bigint[]) AND cms IS NOT NULL ORDER BY document_id, id
"""


class PackedDocument(Row):
    """A document with the version of its content that is in force."""

    id: int
    kind: str
    title: str
    status: str
    number: str | None
    issued_on: date | None
    issuer: str | None
    version: int
    file: UUID
    wrapped_key: bytes
    media_type: str
    byte_size: int
    sha256: str
    uploaded_at: datetime

    @property
    def kept(self) -> Kept:
        """Where its bytes lie."""
        return Kept(self.file, self.wrapped_key, self.byte_size, self.sha256)

    @property
    def bound(self) -> Bound:
        """What its bytes are bound to."""
        return Bound(self.id, self.version)


class PackedSignature(Row):
    """A signature as it lies in the store, with what a manifest says of it."""

    id: int
    document_id: int
    content_version: int
    received_at: datetime
    key: bytes
    cms: bytes
    profile: str
    verdict: str
    role: str | None
    family: str | None
    signed_at: datetime
    stamped_at: datetime | None
    judged_at: datetime | None
    serial: str | None
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    revocation_source: str | None
    revocation_at: datetime | None


async def packed(store: Store, ids: Sequence[int]) -> list[PackedDocument]:
    """Documents that have content here, in the order of the keys that were given."""
    place = {key: number for number, key in enumerate(ids)}
    rows: list[PackedDocument] = await store.fetch(PackedDocument, _PACKED, list(ids))
    return sorted(rows, key=lambda row: place[row.id])


async def packed_signatures(store: Store, documents: Sequence[PackedDocument]) -> dict[int, list[PackedSignature]]:
    """The signatures under the content in force of each document."""
    found: dict[int, list[PackedSignature]] = {one.id: [] for one in documents}
    in_force = {(one.id, one.version) for one in documents}
    rows: list[PackedSignature] = await store.fetch(PackedSignature, _SIGNATURES, list(found))
    for row in rows:
        if (row.document_id, row.content_version) in in_force:
            found[row.document_id].append(row)
    return found
