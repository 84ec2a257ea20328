"""Which account a method of sign-in leads to: an issuer and its subject lead to one, and to the same one for ever."""

from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store

_LINKED = """
SELECT m.id, m.account, a.practitioner_id, a.blocked_at FROM sign_in_method m JOIN account a ON a.subject = m.account
WHERE m.issuer = $1 AND m.subject = $2 AND m.unlinked_at IS NULL
"""
# Of two browsers that link it at once, both are led to the account of the first.
_LINK = """
WITH known AS (
    INSERT INTO account (subject, created_at) VALUES ($1, $5) ON CONFLICT (subject) DO NOTHING
), linked AS (
    INSERT INTO sign_in_method (account, issuer, subject, kind, linked_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (issuer, subject) WHERE unlinked_at IS NULL DO NOTHING
)
SELECT 1
"""
_RELINK = """
WITH known AS (
    INSERT INTO account (subject, created_at) VALUES ($2, $3) ON CONFLICT (subject) DO NOTHING RETURNING subject
)
UPDATE sign_in_method SET account = $2 WHERE id = $1
RETURNING id, account, NULL::bigint AS practitioner_id,
    (SELECT blocked_at FROM account WHERE subject = $2) AS blocked_at
"""
_OF_SESSION = """
SELECT m.issuer, m.subject FROM session s JOIN sign_in_method m ON m.id = s.method_id
WHERE s.id = $1 AND m.unlinked_at IS NULL
"""


class LinkRecord(Row):
    """A method and its account."""

    id: int
    account: str
    practitioner_id: int | None
    blocked_at: datetime | None


async def linked(store: Store, issuer: str, subject: str) -> LinkRecord | None:
    """The account that an issuer's subject leads to; None before it was ever seen, or once it was unlinked."""
    rows: list[Any] = await store.fetch(LinkRecord, _LINKED, issuer, subject)
    return rows[0] if rows else None


async def link(store: Store, account: str, issuer: str, subject: str, kind: str, at: datetime) -> LinkRecord:
    """Have an issuer's subject lead to an account, made where there is none; or to where it leads already."""
    await store.fetch(Row, _LINK, account, issuer, subject, kind, at)
    found = await linked(store, issuer, subject)
    if found is None:
        raise LookupError("a method that was linked just now is unlinked")
    return found


async def relink(store: Store, method_id: int, account: str, at: datetime) -> LinkRecord:
    """Have a method lead to another account of the same person."""
    (found,) = await store.fetch(LinkRecord, _RELINK, method_id, account, at)
    record: LinkRecord = found
    return record


class OfSessionRecord(Row):
    """By which method somebody came in."""

    issuer: str
    subject: str


async def method_of(store: Store, session_id: int) -> OfSessionRecord | None:
    """The method by which a session was begun, while it is linked."""
    rows: list[Any] = await store.fetch(OfSessionRecord, _OF_SESSION, session_id)
    return rows[0] if rows else None
