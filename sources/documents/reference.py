"""Documents of the product that anybody may verify by a code: what each says that is public, and whom it masks.

The code itself is printed on the document alone. The store has its digest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from sources.documents.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit

reference = Table(
    "reference",
    metadata,
    Column("document_id", BigInteger, ForeignKey("document.id"), primary_key=True, autoincrement=False),
    Column("code_digest", LargeBinary, nullable=False, unique=True),
    Column("number", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("holder", Text, nullable=False),  # masked, as everybody may read it
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column(
        "accreditation_ids", ARRAY(BigInteger), nullable=False, server_default="{}"
    ),  # those that it says are in force
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """What is public of a document."""

    code_digest: bytes
    number: str
    authority: str
    holder: str
    issued_at: datetime
    accreditation_ids: Sequence[int]


class ReferenceRecord(Row):
    """What is public of a document, with its kind, status and hash."""

    document_id: int
    code_digest: bytes
    number: str
    authority: str
    holder: str
    issued_at: datetime
    accreditation_ids: list[int]
    kind: str
    status: str
    sha256: str


_REFER: Final = """
INSERT INTO reference (document_id, code_digest, number, authority, holder, issued_at, accreditation_ids)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_FOUND: Final = """
SELECT r.*, d.kind, d.status, d.sha256 FROM reference r JOIN document d ON d.id = r.document_id
WHERE r.code_digest = ANY($1::bytea[])
"""


async def refer(unit: Unit, document_id: int, said: Referred) -> None:
    """Let a document, written in this transaction, be verified."""
    values = (said.number, said.authority, said.holder, said.issued_at, [*said.accreditation_ids])
    await unit.run(_REFER, document_id, said.code_digest, *values)


async def by_digest(store: Store, digests: Sequence[bytes]) -> dict[bytes, ReferenceRecord]:
    """Documents by the digests of their codes."""
    rows: list[Any] = await store.fetch(ReferenceRecord, _FOUND, [*digests]) if digests else []
    return {row.code_digest: row for row in rows}
