"""Whom a message can reach: subjects of people in the register, and addresses that were proved to be theirs."""

from collections.abc import Sequence
from typing import Any

from sources.row import Row
from sources.store import Store


class ContactRecord(Row):
    """Somebody who has signed in; `id` is his own key, or that of the organisation that he heads."""

    id: int
    subject: str
    reachable: bool


class AddressRecord(Row):
    """A verified address."""

    subject: str
    email: str


_PEOPLE = """
SELECT id, subject, email_verified_at IS NOT NULL AS reachable
FROM practitioner WHERE id = ANY($1::bigint[]) AND subject IS NOT NULL
"""
_HEADS = """
SELECT o.id, p.subject, p.email_verified_at IS NOT NULL AS reachable
FROM organization o JOIN practitioner p ON p.id = o.head_id
WHERE o.id = ANY($1::bigint[]) AND p.subject IS NOT NULL
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


async def addresses(store: Store, subjects: Sequence[str]) -> dict[str, str]:
    """The verified address of each subject that has one."""
    rows: list[Any] = await store.fetch(AddressRecord, _ADDRESSES, list(subjects))
    return {row.subject: row.email for row in rows}
