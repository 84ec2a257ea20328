"""The checks of documents, and what registers say of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from sources.documents.document import document
from sources.documents.tables import metadata
from sources.postgres.ask import Ask
from sources.postgres.reading import by_key, children
from sources.postgres.row import Row
from sources.postgres.statement import LANGUAGE, Entity, Order, there_is
from sources.postgres.store import Store
from sources.postgres.writing import Unit

REGISTERS = "'WORKERS','ORGANIZATIONS','ACCREDITATIONS'"
RESULTS = "'CONFIRMED','DIFFERS','NOT_FOUND','NOT_IN_FORCE'"

document_check = Table(
    "document_check",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("document_id", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("code", Text, nullable=False),  # DATE, FORMAT, SIZE, RESOLUTION, SIGNATURE_OR_STAMP …
    Column("verdict", Text, CheckConstraint("verdict IN ('PASSED','WARNED','FAILED')"), nullable=False),
    Column("checked_at", DateTime(timezone=True), nullable=False),
    Column("content_version", Integer, CheckConstraint("content_version >= 0"), nullable=False, server_default="0"),
    Column("reason", Text),  # none where all is well
    Column("said", Text, nullable=False, server_default="{}"),  # JSON: what the words of the reason name
    Column("page", Integer, CheckConstraint("page > 0")),
    Column("by_hand", Boolean, nullable=False, server_default="false"),  # whether somebody looked, and no program
    Index("document_check_by_document", "document_id", "id"),
    Index("document_check_failed", "checked_at", postgresql_where=text("verdict = 'FAILED'")),
)
verification = Table(
    "verification",
    metadata,
    Column("document_id", BigInteger, ForeignKey("document.id"), primary_key=True, autoincrement=False),
    Column("content_version", Integer, CheckConstraint("content_version >= 0"), nullable=False),
    Column("register", Text, CheckConstraint(f"register IN ({REGISTERS})"), nullable=False),
    Column("result", Text, CheckConstraint(f"result IN ({RESULTS})"), nullable=False),
    Column("verified_at", DateTime(timezone=True), nullable=False),
)


class DocumentCheckRecord(Row):
    """One check of a version of a document's content; `language`: of the operation that reads it."""

    id: int
    document_id: int
    code: str
    verdict: str
    checked_at: datetime
    content_version: int
    reason: str | None
    said: str
    page: int | None
    by_hand: bool
    language: str


class VerificationRecord(Row):
    """What a register says of a document."""

    document_id: int
    content_version: int
    register: str
    result: str
    verified_at: datetime


class Check(NamedTuple):
    """A check as it is to be kept."""

    code: str
    verdict: str
    reason: str | None
    said: dict[str, str | int]
    page: int | None


CHECK = Entity(
    DocumentCheckRecord,
    document_check,
    computed={"language": LANGUAGE},
    filters={
        "current": (
            Boolean(),
            lambda value: (
                there_is(
                    document_check,
                    document.c.id == document_check.c.document_id,
                    document.c.content_version == document_check.c.content_version,
                )
                == value
            ),
        )
    },
)
VERIFICATION = Entity(VerificationRecord, verification)
BY_ID: Order = (("id", "asc"),)


async def checks_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[DocumentCheckRecord]]:
    """The checks of the content in force of each document, in their order."""
    return await children(store, CHECK, keys, ask, key="document_id", order=BY_ID, filters={"current": True})


async def verifications(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, VerificationRecord]:
    """What registers say of documents, by the keys of the documents."""
    return await by_key(store, VERIFICATION, keys, ask, key="document_id")


_KEEP = """
INSERT INTO document_check (document_id, content_version, checked_at, code, verdict, reason, said, page)
SELECT $1, $2, $3, code, verdict, reason, said, page
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::integer[])
    WITH ORDINALITY AS one (code, verdict, reason, said, page, place) ORDER BY place
RETURNING id
"""
_VERIFY = """
INSERT INTO verification (document_id, content_version, register, result, verified_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (document_id) DO UPDATE SET content_version = excluded.content_version, register = excluded.register,
    result = excluded.result, verified_at = excluded.verified_at
RETURNING document_id
"""
_UNVERIFY = "DELETE FROM verification WHERE document_id = $1 RETURNING document_id"
_BY_HAND = """
UPDATE document_check SET verdict = $4, reason = $5, checked_at = $3, by_hand = true
WHERE document_id = $1 AND content_version = $2 AND code = $6 RETURNING id
"""
_SIGNED = """
UPDATE document_check SET verdict = 'PASSED', reason = NULL, checked_at = $3
WHERE document_id = $1 AND content_version = $2 AND code = 'SIGNATURE' RETURNING id
"""
_TWINS = """
SELECT id, title FROM document WHERE sha256 = $1 AND id <> $2
    AND (practitioner_id = $3 OR holder_organization_id = $4) AND status <> 'ANNULLED'
ORDER BY id LIMIT 5
"""


class Twin(Row):
    """Another document with the same bytes."""

    id: int
    title: str


class Written(Row):
    """The key of a check that was written."""

    id: int


class Verified(Row):
    """The key of a document whose verification was written."""

    document_id: int


async def keep_checks(
    unit: Unit, document_id: int, content_version: int, at: datetime, found: Collection[Check]
) -> None:
    """Keep the checks of a version of content."""
    columns = zip(
        *((one.code, one.verdict, one.reason, orjson.dumps(one.said).decode(), one.page) for one in found), strict=True
    )
    await unit.rows(Written, _KEEP, document_id, content_version, at, *map(list, columns))


async def keep_verification(
    unit: Unit, document_id: int, content_version: int, at: datetime, said: tuple[str, str] | None
) -> None:
    """Keep what a register says of a document, its name and its result; None where none was asked."""
    if said is None:
        await unit.rows(Verified, _UNVERIFY, document_id)
    else:
        await unit.rows(Verified, _VERIFY, document_id, content_version, *said, at)


async def looked_at(
    unit: Unit, document_id: int, content_version: int, at: datetime, code: str, verdict: str, reason: str | None
) -> bool:
    """Say of a check what somebody saw himself; False where there is no such check."""
    return bool(await unit.rows(Written, _BY_HAND, document_id, content_version, at, verdict, reason, code))


async def signed(unit: Unit, document_id: int, content_version: int, at: datetime) -> None:
    """Say that the signature that was missing is there."""
    await unit.rows(Written, _SIGNED, document_id, content_version, at)


async def twins(
    store: Store, sha256: str, document_id: int, practitioner_id: int | None, organization_id: int | None
) -> list[Twin]:
    """Other documents of an owner with the same bytes, a few at most."""
    rows: list[Twin] = await store.fetch(Twin, _TWINS, sha256, document_id, practitioner_id, organization_id)
    return rows


_JUDGED = """
UPDATE document d SET version = version + 1, changed_at = $2, status = CASE
    WHEN status NOT IN ('DRAFT', 'CHECKED') THEN status
    WHEN EXISTS (
        SELECT FROM document_check c
        WHERE c.document_id = d.id AND c.content_version = d.content_version AND c.verdict = 'FAILED'
    ) THEN 'DRAFT'
    ELSE 'CHECKED' END
WHERE id = $1 RETURNING version, status
"""


class Judged(Row):
    """A document after one of its checks was decided by hand."""

    version: int
    status: str


async def judged(unit: Unit, document_id: int, at: datetime) -> Judged:
    """Let the status of a document follow from its checks, unless it has come further than those."""
    found: Judged | None = await unit.row(Judged, _JUDGED, document_id, at)
    if found is None:
        raise LookupError(f"document {document_id} is not there")
    return found
