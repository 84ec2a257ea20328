"""Whether contents are whole where they lie: which is read next, what was found, and whose owner is to be told."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, case

from sources.documents.document import document
from sources.documents.version import COLUMNS, VersionRecord, document_version
from sources.postgres.ask import Ask
from sources.postgres.reading import children
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order, there_is
from sources.postgres.store import Store
from sources.postgres.writing import Unit


class IntegrityRecord(Row):
    """What is known of the content in force of a document: INTACT, BROKEN or UNKNOWN, and since when."""

    document_id: int
    version: int
    state: str
    checked_at: datetime | None


class BrokenContent(Row):
    """A version of a content that is broken or lost, with whose document it is; `added` is when it was put in."""

    document_id: int
    version: int
    kind: str
    practitioner_id: int | None
    holder_organization_id: int | None
    fault: str
    added: datetime


class Found(Row):
    """A version of which something was noted."""

    document_id: int
    version: int


class Count(Row):
    """How many contents are so."""

    fault: str
    count: int


INTEGRITY: Final = Entity(
    IntegrityRecord,
    document_version,
    computed={
        "state": case(
            (document_version.c.fault.is_not(None), "BROKEN"),
            (document_version.c.checked_at.is_(None), "UNKNOWN"),
            else_="INTACT",
        )
    },
    filters={
        "current": (
            Boolean(),
            lambda value: (
                there_is(
                    document_version,
                    document.c.id == document_version.c.document_id,
                    document.c.content_version == document_version.c.version,
                )
                == value
            ),
        )
    },
)
_BY_VERSION: Final[Order] = (("version", "asc"),)
_LOCK: Final = 7_220_163  # any number, the same in every process
_NEXT: Final = f"""
SELECT {COLUMNS} FROM document_version v WHERE v.checked_at IS NULL OR v.checked_at < $1
ORDER BY v.checked_at NULLS FIRST, v.document_id, v.version LIMIT $2
"""  # noqa: S608 - names of columns
_OF_FILES: Final = f"""
SELECT {COLUMNS} FROM document_version v WHERE v.file = ANY($1::uuid[]) AND v.fault IS NULL
"""  # noqa: S608
_BESIDE: Final = f"""
SELECT {COLUMNS} FROM document_version v WHERE get_byte(v.wrapped_key, 0) = $1 AND v.file <> $2 LIMIT 5
"""  # noqa: S608
_INTACT: Final = """
UPDATE document_version SET checked_at = $3, fault = NULL, broken_at = NULL
WHERE document_id = $1 AND version = $2 RETURNING document_id, version
"""
_STILL: Final = """
UPDATE document_version SET checked_at = $3 WHERE document_id = $1 AND version = $2 RETURNING document_id, version
"""
_BROKEN: Final = """
UPDATE document_version SET checked_at = $3, fault = $4, broken_at = $3
WHERE document_id = $1 AND version = $2 AND fault IS NULL RETURNING document_id, version
"""
_TOLD: Final = """
SELECT v.document_id, v.version, d.kind, coalesce(d.practitioner_id, d.author_id) AS practitioner_id,
    d.holder_organization_id, v.fault, v.uploaded_at AS added
FROM document_version v JOIN document d ON d.id = v.document_id
WHERE v.fault IS NOT NULL AND v.broken_at > $1 AND (v.document_id, v.version) > ($2, $3)
ORDER BY v.document_id, v.version LIMIT $4
"""
_NOTED: Final = "SELECT 'NOTED' AS fault, count(*)::integer AS count FROM document_version WHERE broken_at > $1"
_COUNTS: Final = """
SELECT fault, count(*)::integer AS count FROM document_version WHERE fault IS NOT NULL GROUP BY fault ORDER BY fault
"""


async def integrity_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, IntegrityRecord]:
    """What is known of the content in force of each document that has one here."""
    found = await children(store, INTEGRITY, keys, ask, key="document_id", order=_BY_VERSION, filters={"current": True})
    return {key: rows[0] for key, rows in found.items() if rows}


async def turn(connection: Any) -> bool:
    """Whether this transaction is the one that reads contents to see whether they are whole."""
    mine: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK)
    return mine


async def unread(store: Store, since: datetime, limit: int) -> list[VersionRecord]:
    """Contents that nobody has read whole since an instant, those that waited longest first."""
    rows: list[VersionRecord] = await store.fetch(VersionRecord, _NEXT, since, limit)
    return rows


async def of_files(store: Store, files: Collection[UUID]) -> list[VersionRecord]:
    """The contents that lie in some files, those aside that are known to be broken."""
    rows: list[VersionRecord] = await store.fetch(VersionRecord, _OF_FILES, sorted(files))
    return rows


async def beside(store: Store, row: VersionRecord) -> list[VersionRecord]:
    """A few other contents whose keys are wrapped by the same key of the ring."""
    rows: list[VersionRecord] = await store.fetch(VersionRecord, _BESIDE, row.wrapped_key[0], row.file)
    return rows


async def intact(unit: Unit, document_id: int, version: int, at: datetime) -> None:
    """Note that all of it was read and is what was kept, also where it was not before."""
    await unit.rows(Found, _INTACT, document_id, version, at)


async def broken(unit: Unit, document_id: int, version: int, at: datetime, fault: str) -> bool:
    """Note that it is not what was kept, or gone; False where that was known."""
    if await unit.rows(Found, _BROKEN, document_id, version, at, fault):
        return True
    await unit.rows(Found, _STILL, document_id, version, at)
    return False


async def broken_since(store: Store, since: datetime, after: tuple[int, int], limit: int) -> list[BrokenContent]:
    """Contents that were found broken or lost since an instant, by document and version, those after one of them."""
    rows: list[Any] = await store.fetch(BrokenContent, _TOLD, since, *after, limit)
    return rows


async def noted_since(store: Store, since: datetime) -> int:
    """How many contents were found broken or lost since an instant."""
    rows: list[Any] = await store.fetch(Count, _NOTED, since)
    count: int = rows[0].count
    return count


async def broken_counts(store: Store) -> dict[str, int]:
    """How many contents are broken, and how many lost, by the code of the fault."""
    rows: list[Any] = await store.fetch(Count, _COUNTS)
    return {row.fault: row.count for row in rows}
