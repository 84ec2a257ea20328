"""How packages of exchange are read, with what is in them and what befell them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, any_
from sqlalchemy.dialects.postgresql import ARRAY

from sources.exchange.tables import (
    exchange_attempt,
    exchange_document,
    exchange_package,
    exchange_receipt,
    exchange_step,
)
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store


class PackageRecord(Row):
    """One package that is sent or was received."""

    id: int
    direction: str
    source: str
    package: UUID
    issue: int
    status: str
    counterpart: str
    counterpart_kind: str
    organization_id: int | None
    owner_ids: list[int]
    subject: str | None
    purpose: str
    basis: str
    basis_number: str | None
    basis_on: date | None
    consent_version: str | None
    request_id: int | None
    manifest_sha256: str | None
    code: str | None
    said: str | None
    attempts: int
    next_at: datetime | None
    made_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    changed_at: datetime
    version: int


class PackedRecord(Row):
    """One document in a package, as it is there."""

    package_id: int
    place: int
    document_id: int
    content_version: int
    sha256: str


class AttemptRecord(Row):
    """One time that a package was tried to be handed over, and what came of it."""

    id: int
    package_id: int
    number: int
    at: datetime
    outcome: str
    status: int | None


class ReceiptRecord(Row):
    """What the other side says of a package, without the bytes in which it came."""

    id: int
    package_id: int
    verdict: str
    code: str | None
    number: str | None
    at: datetime
    came_at: datetime
    signed: bool


class StepRecord(Row):
    """One step of a package."""

    id: int
    package_id: int
    at: datetime
    status: str
    subject: str | None
    code: str | None


_c = exchange_package.c
PACKAGE = Entity(
    PackageRecord,
    exchange_package,
    filters={
        "direction": (ARRAY(Text), lambda value: _c.direction == any_(value)),
        "status": (ARRAY(Text), lambda value: _c.status == any_(value)),
        "counterpart": (Text(), lambda value: _c.counterpart == value),
        "organization": (BigInteger(), lambda value: _c.organization_id == value),
    },
)
PACKED = Entity(PackedRecord, exchange_document)
ATTEMPT = Entity(AttemptRecord, exchange_attempt)
RECEIPT = Entity(ReceiptRecord, exchange_receipt)
STEP = Entity(StepRecord, exchange_step)
NEWEST_FIRST: Order = (("made_at", "desc"), ("id", "desc"))
BY_ID: Order = (("id", "asc"),)
BY_PLACE: Order = (("place", "asc"),)

_CONFIRMATIONS = """
SELECT d.document_id, r.id, r.package_id, r.verdict, r.code, r.number, r.at, r.came_at, r.signed,
    r.key, r.content, r.signature, cardinality(p.owner_ids) < 2 AS alone
FROM exchange_document d JOIN exchange_package p ON p.id = d.package_id JOIN exchange_receipt r ON r.package_id = p.id
WHERE d.document_id = ANY($1::bigint[]) AND p.direction = 'OUTGOING' AND r.verdict = 'ACCEPTED'
ORDER BY d.document_id, r.id
"""


class ConfirmationRecord(ReceiptRecord):
    """A receipt that confirms a document, its bytes sealed; `alone`: whether it confirms no documents of others."""

    document_id: int
    key: bytes
    content: bytes
    signature: bytes | None
    alone: bool


async def packages(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, PackageRecord]:
    """Packages by key."""
    return await by_key(store, PACKAGE, keys, ask)


async def package_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[PackageRecord]]:
    """A slice of all packages, the newest first."""
    return await slices(store, PACKAGE, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def package_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many packages fit the filters."""
    return await counts(store, PACKAGE, keys, ask, key=None, filters=filters)


async def packed_in(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[PackedRecord]]:
    """What is in each package, in its order."""
    return await children(store, PACKED, keys, ask, key="package_id", order=BY_PLACE)


async def attempts_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[AttemptRecord]]:
    """The attempts of each package, in their order."""
    return await children(store, ATTEMPT, keys, ask, key="package_id", order=BY_ID)


async def receipts_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[ReceiptRecord]]:
    """The receipts for each package, in the order in which they came."""
    return await children(store, RECEIPT, keys, ask, key="package_id", order=BY_ID)


async def steps_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[StepRecord]]:
    """The steps of each package, in their order."""
    return await children(store, STEP, keys, ask, key="package_id", order=BY_ID)


async def confirmations_of(store: Store, keys: Sequence[int]) -> dict[int, list[ConfirmationRecord]]:
    """The receipts by which the other sides accepted each document."""
    found: dict[int, list[ConfirmationRecord]] = {key: [] for key in keys}
    rows: list[ConfirmationRecord] = await store.fetch(ConfirmationRecord, _CONFIRMATIONS, list(keys))
    for row in rows:
        found[row.document_id].append(row)
    return found


async def told_packages(connection: Any, keys: Sequence[int]) -> dict[int, Any]:
    """Packages that events speak of."""
    text = "SELECT * FROM exchange_package WHERE id = ANY($1::bigint[])"
    return {row["id"]: row for row in await connection.fetch(text, list(keys), record_class=PackageRecord)}
