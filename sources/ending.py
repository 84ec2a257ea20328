"""Which papers of people end soon: one that another of its sort outlives has nothing to warn of."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sources.documents.document import USABLE
from sources.postgres.row import Row
from sources.postgres.store import Store


class EndingPaper(Row):
    """A paper in force; `ends_on` is the first day without it, `document_id` its document where there is one."""

    id: int
    practitioner_id: int | None
    holder_organization_id: int | None
    document_id: int | None
    ends_on: date


_OF_PERSON = """
SELECT p.id, p.practitioner_id, NULL::bigint AS holder_organization_id, NULL::bigint AS document_id, p.ends_on
FROM {table} p
WHERE p.ends_on > $1 AND p.ends_on <= $2 AND p.id > $3
  AND NOT EXISTS (
    SELECT FROM {table} o
    WHERE o.practitioner_id = p.practitioner_id AND o.specialty_code = p.specialty_code AND o.ends_on > p.ends_on
  )
ORDER BY p.id LIMIT $4
"""
_CERTIFICATES = _OF_PERSON.format(table="certificate")
_QUALIFICATIONS = _OF_PERSON.format(table="qualification")
_TRAININGS = """
SELECT p.id, p.practitioner_id, NULL::bigint AS holder_organization_id, NULL::bigint AS document_id,
       (p.completed_on + make_interval(years => $5))::date AS ends_on
FROM education p
WHERE p.kind = 'CPD' AND p.completed_on > ($1::date - make_interval(years => $5))::date
  AND p.completed_on <= ($2::date - make_interval(years => $5))::date AND p.id > $3
  AND NOT EXISTS (
    SELECT FROM education o
    WHERE o.practitioner_id = p.practitioner_id AND o.specialty_code = p.specialty_code AND o.kind = 'CPD'
      AND o.completed_on > p.completed_on
  )
ORDER BY p.id LIMIT $4
"""
_SIGNING = """
SELECT p.id, p.practitioner_id, p.holder_organization_id, p.id AS document_id, p.expires_on AS ends_on
FROM document p
WHERE p.kind = 'SIGNING_CERTIFICATE' AND p.status = ANY($5::text[])
  AND p.expires_on > $1 AND p.expires_on <= $2 AND p.id > $3
  AND NOT EXISTS (
    SELECT FROM document o
    WHERE o.kind = 'SIGNING_CERTIFICATE' AND o.status = ANY($5::text[])
      AND (o.practitioner_id = p.practitioner_id OR o.holder_organization_id = p.holder_organization_id)
      AND (o.expires_on IS NULL OR o.expires_on > p.expires_on)
  )
ORDER BY p.id LIMIT $4
"""


async def certificates(store: Store, since: date, until: date, after: int, limit: int) -> Sequence[EndingPaper]:
    """Certificates of the old system that end after one day and not after another, by key, those after a key."""
    rows: list[Any] = await store.fetch(EndingPaper, _CERTIFICATES, since, until, after, limit)
    return rows


async def qualifications(store: Store, since: date, until: date, after: int, limit: int) -> Sequence[EndingPaper]:
    """Awards of a category that end, in the same way."""
    rows: list[Any] = await store.fetch(EndingPaper, _QUALIFICATIONS, since, until, after, limit)
    return rows


async def trainings(
    store: Store, since: date, until: date, after: int, limit: int, years: int
) -> Sequence[EndingPaper]:
    """Further trainings that are so many years old then, in the same way."""
    rows: list[Any] = await store.fetch(EndingPaper, _TRAININGS, since, until, after, limit, years)
    return rows


async def signing_certificates(store: Store, since: date, until: date, after: int, limit: int) -> Sequence[EndingPaper]:
    """Certificates of signing keys that end, in the same way."""
    rows: list[Any] = await store.fetch(EndingPaper, _SIGNING, since, until, after, limit, sorted(USABLE))
    return rows
