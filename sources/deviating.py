"""Which documents deviate from what is asked of them: checks that failed, papers of applications under way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class FailedCheck(Row):
    """A check that a document did not pass."""

    id: int
    document_id: int
    practitioner_id: int
    kind: str
    code: str
    reason: str | None
    checked_at: datetime


class Enclosing(Row):
    """An application under way, as far as its papers go; they are JSON, slot → keys of documents."""

    id: int
    number: str
    kind: str
    practitioner_id: int
    submitted_at: datetime
    procedure_version: str | None
    papers: str


# Of several pages with the same fault, and of whatever was put right since, one is enough, or none.
_FAILED = """
SELECT c.id, c.document_id, coalesce(d.practitioner_id, d.author_id) AS practitioner_id, d.kind, c.code, c.reason,
    c.checked_at
FROM document_check c JOIN document d ON d.id = c.document_id AND d.content_version = c.content_version
WHERE c.verdict = 'FAILED' AND c.checked_at > $1 AND c.id > $2 AND d.holder_organization_id IS NULL
  AND d.status <> 'ANNULLED' AND NOT EXISTS (
    SELECT FROM document_check o WHERE o.document_id = c.document_id AND o.content_version = c.content_version
        AND o.verdict = 'FAILED' AND o.code = c.code AND o.reason = c.reason AND o.id < c.id
  )
ORDER BY c.id LIMIT $3
"""
_ENCLOSING = """
SELECT id, number, kind, practitioner_id, submitted_at, procedure_version, papers FROM application
WHERE stage IN ('RECEPTION', 'CHECK', 'APPROVAL') AND practitioner_id IS NOT NULL AND papers <> '{}' AND id > $1
ORDER BY id LIMIT $2
"""


async def failed_checks(store: Store, since: datetime, after: int, limit: int) -> list[FailedCheck]:
    """Checks that failed since an instant, by key, those after a key."""
    rows: list[Any] = await store.fetch(FailedCheck, _FAILED, since, after, limit)
    return rows


async def enclosing(store: Store, after: int, limit: int) -> Sequence[Enclosing]:
    """Applications under way with papers, by key, those after a key."""
    rows: list[Any] = await store.fetch(Enclosing, _ENCLOSING, after, limit)
    return rows
