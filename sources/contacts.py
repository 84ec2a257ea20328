"""Whom a message can reach: subjects of people in the register, and addresses that were proved to be theirs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store


class ContactRecord(Row):
    """Somebody who has signed in; `id` is his own key, or that of the organisation or department that he heads."""

    id: int
    subject: str
    reachable: bool


class AddressRecord(Row):
    """A verified address."""

    subject: str
    email: str


class ConfirmedRecord(Row):
    """Somebody whose address was confirmed, and when."""

    id: int
    subject: str
    email_verified_at: datetime


_PEOPLE = """
SELECT id, subject, email_verified_at IS NOT NULL AS reachable
FROM practitioner WHERE id = ANY($1::bigint[]) AND subject IS NOT NULL
"""
_HEADS = """
SELECT o.id, p.subject, p.email_verified_at IS NOT NULL AS reachable
FROM organization o JOIN practitioner p ON p.id = o.head_id
WHERE o.id = ANY($1::bigint[]) AND p.subject IS NOT NULL
"""
_DEPARTMENT_HEADS = """
SELECT d.id, p.subject, p.email_verified_at IS NOT NULL AS reachable
FROM department d JOIN practitioner p ON p.id = d.head_id
WHERE d.id = ANY($1::bigint[]) AND p.subject IS NOT NULL
"""
_BY_SUBJECT = """
SELECT id, subject, email_verified_at IS NOT NULL AS reachable FROM practitioner WHERE subject = ANY($1::text[])
"""
_AT_POSTS = """
SELECT DISTINCT e.organization_id AS id, p.subject, p.email_verified_at IS NOT NULL AS reachable
FROM employment e JOIN practitioner p ON p.id = e.practitioner_id
WHERE e.organization_id = ANY($1::bigint[]) AND e.position_code = ANY($2::text[]) AND e.starts_on <= $3
    AND (e.ends_on IS NULL OR e.ends_on >= $3) AND p.subject IS NOT NULL
ORDER BY id, subject
"""
_AUDIENCE = """
SELECT p.id, p.subject, p.email_verified_at IS NOT NULL AS reachable FROM practitioner p
WHERE p.id > $1 AND p.subject IS NOT NULL AND ($2::text IS NULL OR p.specialty_code = $2)
  AND ($3::bigint IS NULL OR EXISTS (
    SELECT FROM employment e
    WHERE e.practitioner_id = p.id AND e.organization_id = $3 AND e.starts_on <= $4
      AND (e.ends_on IS NULL OR e.ends_on >= $4)
  ))
ORDER BY p.id LIMIT $5
"""
# Months are of different lengths: a few days more on each side, of which the scan takes what it wants.
_CONFIRMED = """
SELECT id, subject, email_verified_at FROM practitioner
WHERE subject IS NOT NULL AND id > $4
  AND email_verified_at > $1::timestamptz - make_interval(months => $3, days => 3)
  AND email_verified_at <= $2::timestamptz - make_interval(months => $3) + interval '3 days'
ORDER BY id LIMIT $5
"""
_ADDRESSES = """
SELECT subject, email FROM practitioner WHERE subject = ANY($1::text[]) AND email_verified_at IS NOT NULL
"""


async def people(store: Store, ids: Sequence[int]) -> list[ContactRecord]:
    """People by key, those who have signed in."""
    rows: list[Any] = await store.fetch(ContactRecord, _PEOPLE, list(ids))
    return rows


async def heads(store: Store, ids: Sequence[int]) -> list[ContactRecord]:
    """The heads of organisations, those who have signed in."""
    rows: list[Any] = await store.fetch(ContactRecord, _HEADS, list(ids))
    return rows


async def department_heads(store: Store, ids: Sequence[int]) -> list[ContactRecord]:
    """The heads of departments, those who have signed in."""
    rows: list[Any] = await store.fetch(ContactRecord, _DEPARTMENT_HEADS, list(ids))
    return rows


async def at_posts(
    store: Store, organizations: Sequence[int], positions: Sequence[str], day: date
) -> list[ContactRecord]:
    """Those who hold one of the posts at organisations on a day and have signed in; `id` is the organisation."""
    rows: list[Any] = await store.fetch(ContactRecord, _AT_POSTS, list(organizations), list(positions), day)
    return rows


async def by_subject(store: Store, subjects: Sequence[str]) -> list[ContactRecord]:
    """People by their subjects, those who are in the register."""
    rows: list[Any] = await store.fetch(ContactRecord, _BY_SUBJECT, list(subjects))
    return rows


async def audience(
    store: Store, specialty: str | None, organization: int | None, day: date, after: int, limit: int
) -> list[ContactRecord]:
    """People who have signed in, by key, those after a key: of a specialty, employed in an organisation on the day."""
    rows: list[Any] = await store.fetch(ContactRecord, _AUDIENCE, after, specialty, organization, day, limit)
    return rows


async def confirmed(
    store: Store, since: datetime, until: datetime, months: int, after: int, limit: int
) -> list[ConfirmedRecord]:
    """People by key, those after a key, whose addresses were confirmed so many months before a time, to a few days."""
    rows: list[Any] = await store.fetch(ConfirmedRecord, _CONFIRMED, since, until, months, after, limit)
    return rows


async def addresses(store: Store, subjects: Sequence[str]) -> dict[str, str]:
    """The verified address of each subject that has one."""
    rows: list[Any] = await store.fetch(AddressRecord, _ADDRESSES, list(subjects))
    return {row.subject: row.email for row in rows}
