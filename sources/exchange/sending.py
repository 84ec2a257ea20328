"""How packages are queued, tried and settled; what cannot be delivered stays in sight.

A package is claimed before it is tried: the claim is a delay, so that one that died with it is tried again, under the
same name and issue, by which the other side knows it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from sources.documents.document import DOCUMENT, DocumentRecord
from sources.exchange.kept_receipt import sealed
from sources.exchange.package import PACKAGE, PackageRecord, PackedRecord
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_all_seen, where_seen
from sources.postgres.store import Store
from sources.postgres.transaction import transaction
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore

CHANGED: Final = "EXCHANGE_CHANGED"
REQUEUE: Final = "requeuePackage"

_DOCUMENTS = """
SELECT document.*, document.kind NOT IN ('PASSPORT', 'SNILS') AS plain,
    EXISTS (
        SELECT FROM signature s WHERE s.document_id = document.id AND s.content_version = document.content_version
            AND s.verdict = 'VALID'
    ) AS signed
FROM document WHERE {seen} ORDER BY id FOR UPDATE
"""
_QUEUED = """
WITH made AS (
    INSERT INTO exchange_package ({columns}, direction, status, next_at, changed_at)
    VALUES ({places}, 'OUTGOING', 'QUEUED', ${at}, ${at}) RETURNING *
), packed AS (
    INSERT INTO exchange_document (package_id, place, document_id, content_version, sha256)
    SELECT made.id, d.place, d.document_id, d.content_version, d.sha256
    FROM made, unnest(${first}::bigint[], ${second}::int[], ${third}::text[])
        WITH ORDINALITY AS d (document_id, content_version, sha256, place)
), stepped AS (
    INSERT INTO exchange_step (package_id, at, status, subject) SELECT id, made_at, status, subject FROM made
), moved AS (
    UPDATE document SET status = 'QUEUED', version = version + 1, changed_at = ${at}
    WHERE id = ANY(${fourth}::bigint[])
)
SELECT * FROM made
"""
_HELD = "SELECT * FROM exchange_package WHERE {seen} FOR UPDATE"
_AGAIN = """
WITH changed AS (
    UPDATE exchange_package SET status = 'QUEUED', attempts = 0, next_at = $2, code = NULL, said = NULL,
        settled_at = NULL, changed_at = $2, version = version + 1
    WHERE id = $1 RETURNING *
), stepped AS (
    INSERT INTO exchange_step (package_id, at, status, subject) SELECT id, $2, status, $3 FROM changed
)
SELECT * FROM changed
"""
# Whoever claims holds it longer than an attempt may last.
_CLAIM = """
WITH mine AS (
    SELECT id FROM exchange_package WHERE next_at <= now() AND direction = 'OUTGOING'
    ORDER BY next_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
)
UPDATE exchange_package p SET attempts = p.attempts + 1, next_at = now() + $2 * interval '1 second'
FROM mine WHERE p.id = mine.id RETURNING p.*
"""
_PACKED = "SELECT * FROM exchange_document WHERE package_id = $1 ORDER BY place"
_SETTLED = """
UPDATE exchange_package SET status = $2, code = $3, said = $4, next_at = $5,
    manifest_sha256 = coalesce($6, manifest_sha256),
    sent_at = CASE WHEN $2 IN ('SENT', 'DELIVERED', 'ACCEPTED', 'REJECTED') THEN coalesce(sent_at, now()) END,
    settled_at = CASE WHEN $2 IN ('ACCEPTED', 'REJECTED', 'DEAD') THEN now() END,
    changed_at = now(), version = version + 1
WHERE id = $1 AND (status, code) IS DISTINCT FROM ($2, $3) RETURNING id
"""
_LATER = "UPDATE exchange_package SET next_at = $2, code = $3 WHERE id = $1"
_HOLD = "SELECT * FROM exchange_package WHERE id = $1 FOR UPDATE"
_ATTEMPTED = """
INSERT INTO exchange_attempt (package_id, number, at, outcome, status) VALUES ($1, $2, now(), $3, $4)
"""
_STEPPED = "INSERT INTO exchange_step (package_id, at, status, code) VALUES ($1, now(), $2, $3)"
_RESERVE = "SELECT nextval(pg_get_serial_sequence('exchange_receipt', 'id'))"
_RECEIVED = """
INSERT INTO exchange_receipt (id, package_id, verdict, code, number, at, came_at, signed, key, digest, content,
    signature)
VALUES ($1, $2, $3, $4, $5, $6, now(), $7, $8, $9, $10, $11)
ON CONFLICT (package_id, digest) DO NOTHING
"""
_MOVED = """
UPDATE document SET status = $2, version = version + 1, changed_at = now()
WHERE id = ANY($1::bigint[]) AND status IN ('QUEUED', 'SENT') AND status <> $2
"""
_EVENT = "INSERT INTO event (at, kind, payload) VALUES (now(), $1, $2)"
_DEAD = """
SELECT * FROM exchange_package WHERE status = 'DEAD' ORDER BY id
"""
_DEAD_AGAIN = """
WITH changed AS (
    UPDATE exchange_package SET status = 'QUEUED', attempts = 0, next_at = now(), code = NULL, said = NULL,
        settled_at = NULL, changed_at = now(), version = version + 1
    WHERE status = 'DEAD' AND ($1::bigint[] IS NULL OR id = ANY($1)) RETURNING id, organization_id
), entered AS (
    INSERT INTO audit_entry (at, subject, act, object, grounds)
    SELECT now(), $2, $3, 'pkg_' || id, jsonb_build_object('statusBefore', 'DEAD', 'statusAfter', 'QUEUED')
    FROM changed
), told AS (
    INSERT INTO event (at, kind, payload)
    SELECT now(), $4, jsonb_build_object(
        'object', 'pkg_' || id, 'packageId', id, 'step', 'QUEUED', 'organizationId', organization_id)
    FROM changed
)
INSERT INTO exchange_step (package_id, at, status) SELECT id, now(), 'QUEUED' FROM changed RETURNING package_id
"""
_NAMED = """
SELECT * FROM exchange_package WHERE direction = 'OUTGOING' AND package = $1 AND issue = $2 AND counterpart = $3
"""


class SendableRecord(DocumentRecord):
    """A document as it may be sent; `signed`: whether there is a good signature under its content."""

    signed: bool


async def sendable(unit: Unit, keys: Sequence[int], seen: Seen) -> dict[int, SendableRecord]:
    """Documents that nobody else changes until the transaction ends, those of them that may be seen."""
    where, values = where_all_seen(DOCUMENT, keys, seen)
    rows: list[Any] = await unit.rows(SendableRecord, _DOCUMENTS.format(seen=where), *values)
    return {row.id: row for row in rows}


async def queued(
    unit: Unit,
    columns: Mapping[str, Any],
    packed: Sequence[tuple[int, int, str]],
    followed: Sequence[int],
    at: datetime,
) -> PackageRecord:
    """Keep a package to be sent, with its documents; of those that are `followed` the status goes along."""
    count = len(columns)
    text = _QUEUED.format(
        columns=", ".join(columns),
        places=", ".join(f"${number}" for number in range(1, count + 1)),
        at=count + 1,
        first=count + 2,
        second=count + 3,
        third=count + 4,
        fourth=count + 5,
    )
    lists = [list(part) for part in zip(*packed, strict=True)]
    row: Any = await unit.row(PackageRecord, text, *columns.values(), at, *lists, list(followed))
    made: PackageRecord = row
    return made


async def held(unit: Unit, key: int, seen: Seen) -> PackageRecord | None:
    """A package that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(PACKAGE, key, seen)
    return await unit.row(PackageRecord, _HELD.format(seen=where), *values)


async def again(unit: Unit, key: int, at: datetime, subject: str) -> PackageRecord:
    """Queue a held package once more."""
    row: Any = await unit.row(PackageRecord, _AGAIN, key, at, subject)
    made: PackageRecord = row
    return made


async def claim(store: Store, most: int, seconds: float) -> list[PackageRecord]:
    """Packages that are due, kept from all others for so many seconds; `attempts` counts this one."""
    rows: list[PackageRecord] = await store.fetch(PackageRecord, _CLAIM, most, seconds)
    return rows


async def packed(store: Store, key: int) -> list[PackedRecord]:
    """What is in a package."""
    rows: list[PackedRecord] = await store.fetch(PackedRecord, _PACKED, key)
    return rows


class Receipt:
    """A receipt as it came, read.

    Attributes:
        at: as it says.
        signature: None where it has none; `signed` says that there is one and that it is good.
    """

    def __init__(
        self,
        verdict: str,
        code: str | None,
        number: str | None,
        at: datetime,
        content: bytes,
        signature: bytes | None,
        *,
        signed: bool,
    ) -> None:
        self.verdict = verdict
        self.code = code
        self.number = number
        self.at = at
        self.content = content
        self.signature = signature
        self.signed = signed


async def settled(
    store: SealedStore,
    package: PackageRecord,
    status: str,
    *,
    code: str | None = None,
    said: str | None = None,
    next_at: datetime | None = None,
    manifest: str | None = None,
    attempt: tuple[str, int | None] | None = None,
    receipt: Receipt | None = None,
    documents: str | None = None,
    seconds: float = 30.0,
) -> None:
    """Say what came of a package: its status, attempt and receipt in one transaction, with step and event.

    `documents` is the status that its documents go on to, those of them that wait for it.

    Raises:
        SourceFailure: the store is lost, or its ring is empty; nothing was said.
    """
    async with transaction(store, seconds) as connection:
        row = await connection.fetchrow(_HOLD, package.id)
        if attempt is not None:
            await connection.execute(_ATTEMPTED, package.id, package.attempts, *attempt)
        if receipt is not None:
            r, key = receipt, await connection.fetchval(_RESERVE)
            said_in = sealed(store, key, r.content, r.signature)
            await connection.execute(_RECEIVED, key, package.id, r.verdict, r.code, r.number, r.at, r.signed, *said_in)
        # What is settled stays so, whatever comes late of an attempt or a receipt.
        if row["status"] in {"ACCEPTED", "REJECTED"}:
            return
        changed = await connection.fetchval(_SETTLED, package.id, status, code, said, next_at, manifest)
        if changed is None:
            await connection.execute(_LATER, package.id, next_at, code)
            return
        await connection.execute(_STEPPED, package.id, status, code)
        if documents is not None:
            keys = [one["document_id"] for one in await connection.fetch(_PACKED, package.id)]
            await connection.execute(_MOVED, keys, documents)
        await connection.execute(_EVENT, CHANGED, changed_payload(package, status))


def changed_payload(package: PackageRecord, status: str) -> str:
    """What the event of a step says: ids without values."""
    said = {
        "object": f"pkg_{package.id}",
        "packageId": package.id,
        "step": status,
        "organizationId": package.organization_id,
    }
    return orjson.dumps(said).decode()


async def named(store: Store, package: UUID, issue: int, counterpart: str) -> PackageRecord | None:
    """The package that was sent to somebody under a name; None where there is none."""
    rows: list[PackageRecord] = await store.fetch(PackageRecord, _NAMED, package, issue, counterpart)
    return rows[0] if rows else None


async def dead(store: Store) -> list[PackageRecord]:
    """Packages that were given up, oldest first."""
    rows: list[PackageRecord] = await store.fetch(PackageRecord, _DEAD)
    return rows


async def dead_again(store: Store, keys: Sequence[int] | None, by: str) -> int:
    """Queue what was given up once more, and enter who did so: these, or all of it; how many."""
    wanted = None if keys is None else list(keys)
    return len(await store.fetch(Row, _DEAD_AGAIN, wanted, by, REQUEUE, CHANGED))
