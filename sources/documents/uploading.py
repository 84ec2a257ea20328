"""How uploads are made, received and ended; every statement leaves a row that says truly what is kept of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sources.documents.charted import NOT_CHARTED, Charted
from sources.documents.upload import UploadRecord, upload
from sources.files import Bound, Kept
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit

EXPIRED: Final = "UPLOAD_EXPIRED"
# How long a row outlasts its ticket, so that whoever comes late is told why.
REMEMBERED: Final = timedelta(days=1)
AT_ONCE: Final = 100
_LOCKS: Final = 7_220_160  # any number, the same in every process

_COLUMNS: Final = ", ".join(column.name for column in upload.columns)
# Whoever asks for several at once gets them one after the other, so that none is over the bound.
_OPEN: Final = f"""
WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock({_LOCKS}, hashtext($1)))
SELECT count(*)::integer AS count FROM alone, upload
WHERE subject = $1 AND state IN ('OPEN', 'WHOLE') AND expires_at > $2
"""  # noqa: S608 - a number
_MAKE: Final = """
INSERT INTO upload (subject, practitioner_id, holder_organization_id, patient_id, encounter_id, episode_id, note_id,
    author_id, place_id, document_id, content_version, expected_version, kind, byte_size, sha256, described, file,
    wrapped_key, state, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'OPEN', $19, $20) RETURNING id
"""
_MINE: Final = f"SELECT {_COLUMNS} FROM upload WHERE subject = $1 AND id = ANY($2::bigint[])"  # noqa: S608
_HELD: Final = f"SELECT {_COLUMNS} FROM upload WHERE subject = $1 AND id = $2 FOR UPDATE"  # noqa: S608
_CLAIM: Final = f"""
UPDATE upload SET receiver = $3, receiving_until = $4
WHERE subject = $1 AND id = $2 AND state = 'OPEN' AND expires_at > $5
    AND (receiver IS NULL OR receiving_until <= $5)
RETURNING {_COLUMNS}
"""  # noqa: S608
_NOTE: Final = """
UPDATE upload SET received = $3, receiving_until = $4,
    receiver = CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE $2::uuid END
WHERE id = $1 AND receiver = $2 AND state = 'OPEN' RETURNING id
"""
_WHOLE: Final = """
UPDATE upload SET received = byte_size, state = 'WHOLE', receiver = NULL, receiving_until = NULL
WHERE id = $1 AND receiver = $2 AND state = 'OPEN' RETURNING id
"""
_REFUSE: Final = """
UPDATE upload SET state = 'REFUSED', fault = $2, receiver = NULL, receiving_until = NULL
WHERE id = $1 AND state IN ('OPEN', 'WHOLE') RETURNING id
"""
_KEEP: Final = "UPDATE upload SET state = 'KEPT' WHERE id = $1 AND state = 'WHOLE' RETURNING id"
_END: Final = f"""
UPDATE upload SET state = 'REFUSED', fault = '{EXPIRED}', receiver = NULL, receiving_until = NULL
WHERE id IN (
    SELECT id FROM upload WHERE state IN ('OPEN', 'WHOLE') AND expires_at <= $1
        AND (receiving_until IS NULL OR receiving_until <= $1)
    ORDER BY expires_at LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
) RETURNING {_COLUMNS}
"""  # noqa: S608
_OVER: Final = f"""
SELECT {_COLUMNS} FROM upload WHERE state IN ('KEPT', 'REFUSED') AND expires_at <= $1
ORDER BY expires_at LIMIT {AT_ONCE}
"""  # noqa: S608
_FORGET: Final = "DELETE FROM upload WHERE id = ANY($1::bigint[]) AND state IN ('KEPT', 'REFUSED') RETURNING id"
_NAMED: Final = """
SELECT file FROM document_version WHERE file = ANY($1::uuid[])
UNION SELECT file FROM upload WHERE file = ANY($1::uuid[])
"""


class Numbered(Row):
    """The key of an upload."""

    id: int


class Counted(Row):
    """How many there are."""

    count: int


class Filed(Row):
    """A file that a row names."""

    file: UUID


class Asked(NamedTuple):
    """An upload as it is asked for."""

    subject: str
    practitioner_id: int | None
    organization_id: int | None
    charted: Charted | None
    bound: Bound
    expected_version: int | None
    kind: str
    byte_size: int
    sha256: str
    described: bytes
    named: Kept
    at: datetime
    expires_at: datetime


async def open_uploads(unit: Unit, subject: str, at: datetime) -> int:
    """How many an account has open; until the transaction ends nobody else asks that of it."""
    (row,) = await unit.rows(Counted, _OPEN, subject, at)
    count: int = row.count
    return count


async def make(unit: Unit, asked: Asked) -> int:
    """Open an upload; its key."""
    a = asked
    whose = (a.subject, a.practitioner_id, a.organization_id, *(a.charted or NOT_CHARTED), *a.bound, a.expected_version)
    what = (a.kind, a.byte_size, a.sha256, a.described, a.named.file, a.named.wrapped_key)
    (row,) = await unit.rows(Numbered, _MAKE, *whose, *what, a.at, a.expires_at)
    key: int = row.id
    return key


async def uploads(store: Store, subject: str, keys: Sequence[int]) -> dict[int, UploadRecord]:
    """Uploads of an account by their keys."""
    rows: list[UploadRecord] = await store.fetch(UploadRecord, _MINE, subject, [*keys])
    return {row.id: row for row in rows}


async def held(unit: Unit, subject: str, key: int) -> UploadRecord | None:
    """An upload of an account, which nobody else changes until the transaction ends."""
    return await unit.row(UploadRecord, _HELD, subject, key)


async def claim(
    store: Store, subject: str, key: int, receiver: UUID, at: datetime, until: datetime
) -> UploadRecord | None:
    """Become the one who receives an upload; None where there is nothing to receive, or somebody else does."""
    found: list[UploadRecord] = await store.fetch(UploadRecord, _CLAIM, subject, key, receiver, until, at)
    return found[0] if found else None


async def note(store: Store, key: int, receiver: UUID, received: int, until: datetime | None) -> bool:
    """Note how much is kept, and receive on; without `until`, no more. False where somebody else receives now."""
    return bool(await store.fetch(Numbered, _NOTE, key, receiver, received, until))


async def whole(store: Store, key: int, receiver: UUID) -> bool:
    """Note that all of it is kept, and is what was said; False where somebody else receives now."""
    return bool(await store.fetch(Numbered, _WHOLE, key, receiver))


async def refuse(store: Store, key: int, fault: str) -> None:
    """End an upload for a fault; its content is removed by whoever says so, at the latest when it is forgotten."""
    await store.fetch(Numbered, _REFUSE, key, fault)


async def keep(unit: Unit, key: int) -> None:
    """End an upload whose content a document has now."""
    await unit.rows(Numbered, _KEEP, key)


async def end_expired(store: Store, at: datetime) -> list[UploadRecord]:
    """End uploads whose time is over, a hundred at most; from then on nobody receives or completes them."""
    rows: list[UploadRecord] = await store.fetch(UploadRecord, _END, at)
    return rows


async def over(store: Store, at: datetime) -> list[UploadRecord]:
    """Ended uploads that are to be forgotten, a hundred at most."""
    rows: list[UploadRecord] = await store.fetch(UploadRecord, _OVER, at - REMEMBERED)
    return rows


async def forget(store: Store, keys: Sequence[int]) -> None:
    """Forget ended uploads."""
    await store.fetch(Numbered, _FORGET, [*keys])


async def named(store: Store, files: Sequence[UUID]) -> set[UUID]:
    """Which of some files a row names."""
    rows = await store.fetch(Filed, _NAMED, [*files])
    return {UUID(str(row.file)) for row in rows}
