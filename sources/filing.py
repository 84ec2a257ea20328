"""What lies in somebody's cabinet of applications, awards of categories and licences: keys and days, newest first."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store

MOST = 100


class FilingKey(Row):
    """One of these, by the key of its table; `dated` is null while it is a draft."""

    application_id: int | None
    award_id: int | None
    licence_id: int | None
    dated: date | None


_APPLICATIONS = """
SELECT id AS application_id, NULL::bigint AS award_id, NULL::bigint AS licence_id,
       (submitted_at AT TIME ZONE 'Europe/Moscow')::date AS dated
FROM application WHERE practitioner_id = $1 OR holder_organization_id = ANY($2::bigint[])
ORDER BY created_at DESC, id DESC LIMIT $3
"""
_PAPERS = """
SELECT NULL::bigint AS application_id, id AS award_id, NULL::bigint AS licence_id, awarded_on AS dated
FROM qualification WHERE practitioner_id = $1
UNION ALL
SELECT NULL, NULL, id, starts_on FROM licence WHERE organization_id = ANY($2::bigint[])
ORDER BY dated DESC, award_id, licence_id LIMIT $3
"""


async def applications_of(store: Store, practitioner_id: int | None, organizations: Sequence[int]) -> list[FilingKey]:
    """The newest applications for accreditation of a person and of institutions."""
    rows: list[Any] = await store.fetch(FilingKey, _APPLICATIONS, practitioner_id, list(organizations), MOST)
    return rows


async def papers_of(store: Store, practitioner_id: int | None, organizations: Sequence[int]) -> list[FilingKey]:
    """The newest awards of categories to a person, and licences of organisations."""
    rows: list[Any] = await store.fetch(FilingKey, _PAPERS, practitioner_id, list(organizations), MOST)
    return rows
