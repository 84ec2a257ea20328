"""How a package that came in is kept: with its documents, their content, signatures and receipt, or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sources.documents.keeping import Made, keep_made
from sources.documents.kept_signature import Signed, keep
from sources.exchange.kept_receipt import sealed
from sources.exchange.sending import CHANGED
from sources.files import Bound, Kept
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Left, Unit
from sources.sealed_store import SealedStore

ACT: Final = "receivePackage"

_RESERVE = """
SELECT nextval(pg_get_serial_sequence('exchange_package', 'id')) AS package,
    nextval(pg_get_serial_sequence('exchange_receipt', 'id')) AS receipt,
    ARRAY(SELECT nextval(pg_get_serial_sequence('document', 'id')) FROM generate_series(1, $1)) AS documents
"""
_KNOWN = """
SELECT p.manifest_sha256, r.id, r.key, r.content, r.signature, r.verdict
FROM exchange_package p JOIN exchange_receipt r ON r.package_id = p.id
WHERE p.direction = 'INCOMING' AND p.source = $1 AND p.package = $2 AND p.issue = $3
"""
_DOCUMENT = """
INSERT INTO document (id, holder_organization_id, kind, title, status, number, issued_on, expires_on, issuer,
    media_type, byte_size, sha256, created_at, shared_organization_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, repeat('0', 64), $11, $12)
"""
_STATUS = "UPDATE document SET status = $2 WHERE id = $1"
_PACKAGE = """
INSERT INTO exchange_package (id, direction, source, package, issue, status, counterpart, counterpart_kind,
    organization_id, purpose, basis, basis_number, basis_on, manifest_sha256, code, made_at, settled_at, changed_at)
VALUES ($1, 'INCOMING', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15)
ON CONFLICT (direction, source, package, issue) DO NOTHING RETURNING id
"""
_PACKED = """
INSERT INTO exchange_document (package_id, place, document_id, content_version, sha256) VALUES ($1, $2, $3, 1, $4)
"""
_STEPPED = "INSERT INTO exchange_step (package_id, at, status, code) VALUES ($1, $2, $3, $4)"
_RECEIPT = """
INSERT INTO exchange_receipt (id, package_id, verdict, code, number, at, came_at, signed, key, digest, content,
    signature)
VALUES ($1, $2, $3, $4, $5, $6, $6, $10::bytea IS NOT NULL, $7, $8, $9, $10)
"""


class KnownRecord(Row):
    """The receipt that was given for a package that came before, sealed, with the digest of what was signed then."""

    manifest_sha256: str
    id: int
    key: bytes
    content: bytes
    signature: bytes | None
    verdict: str


class Reserved(Row):
    """Keys that nothing has yet."""

    package: int
    receipt: int
    documents: list[int]


class TakenAlready(Exception):
    """The same package was taken in while this one was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingDocument:
    """A document as it is to be kept; its content lies sealed already.

    Attributes:
        signatures: those under it, each with its verdict.
    """

    id: int
    kind: str
    title: str
    number: str | None
    issued_on: date | None
    expires_on: date | None
    issuer: str | None
    media_type: str
    pages: int | None
    shared_with: Sequence[int]
    kept: Kept
    status: str
    signatures: Sequence[Signed] = ()

    @property
    def bound(self) -> Bound:
        """What its content is bound to."""
        return Bound(self.id, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPackage:
    """A package as it is to be kept, with the receipt that is given for it."""

    id: int
    source: str
    package: UUID
    issue: int
    status: str
    kind: str
    organization_id: int
    purpose: str
    basis: str
    basis_number: str | None
    basis_on: date | None
    manifest_sha256: str
    code: str | None
    number: str
    receipt_id: int
    receipt: bytes
    signature: bytes | None
    at: datetime
    documents: Sequence[IncomingDocument] = field(default=())


async def reserved(store: Store, documents: int) -> Reserved:
    """Keys for a package and its documents, so that content can be bound to them before."""
    (row,) = await store.fetch(Reserved, _RESERVE, documents)
    found: Reserved = row
    return found


async def known(store: Store, source: str, package: UUID, issue: int) -> KnownRecord | None:
    """What came under a name before; None where nothing did."""
    rows: list[KnownRecord] = await store.fetch(KnownRecord, _KNOWN, source, package, issue)
    return rows[0] if rows else None


async def taken(unit: Unit, store: SealedStore, package: IncomingPackage) -> None:
    """Keep a package with all that belongs to it, and tell of it.

    Raises:
        TakenAlready: it is there already.
        SourceUnavailable: the ring of the store is empty.
    """
    p = package
    made: Any = await unit.row(
        Row, _PACKAGE, p.id, p.source, p.package, p.issue, p.status, p.source, p.kind, p.organization_id, p.purpose,
        p.basis, p.basis_number, p.basis_on, p.manifest_sha256, p.code, p.at,
    )  # fmt: skip
    if made is None:
        raise TakenAlready
    for place, one in enumerate(p.documents, 1):
        await unit.run(
            _DOCUMENT, one.id, p.organization_id, one.kind, one.title, "CHECKED", one.number, one.issued_on,
            one.expires_on, one.issuer, one.media_type, p.at, list(one.shared_with),
        )  # fmt: skip
        await keep_made(unit, one.bound, one.kept, Made(one.media_type, p.at, one.pages))
        for signature in one.signatures:
            await keep(unit, store, signature)
        if one.status != "CHECKED":
            await unit.run(_STATUS, one.id, one.status)
        await unit.run(_PACKED, p.id, place, one.id, one.kept.sha256)
    await unit.run(_STEPPED, p.id, p.at, p.status, p.code)
    said = sealed(store, p.receipt_id, p.receipt, p.signature)
    await unit.run(_RECEIPT, p.receipt_id, p.id, p.status, p.code, p.number, p.at, *said)
    thing = f"pkg_{p.id}"
    told = {"object": thing, "packageId": p.id, "step": p.status, "organizationId": p.organization_id}
    grounds = {
        "sender": p.source,
        "purpose": p.purpose,
        "basis": p.basis,
        "documents": [f"doc_{one.id}" for one in p.documents],
        "organization": f"org_{p.organization_id}",
    }
    by, events = f"exchange:{p.source}", ((CHANGED, told),)
    await unit.leave(Left(at=p.at, events=events, subject=by, act=ACT, thing=thing, grounds=grounds))
