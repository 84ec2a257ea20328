"""Which account a method of sign-in leads to: an issuer and its subject lead to one, and to the same one for ever."""

from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.writing import Unit

_LINKED = "SELECT id, account FROM sign_in_method WHERE issuer = $1 AND subject = $2 AND unlinked_at IS NULL"
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
UPDATE sign_in_method SET account = $2 WHERE id = $1 RETURNING id, account
"""
# Accounts of an issuer's own are called by its name; whom it told the register of came in to others.
_OF_OTHERS = """
SELECT id, account FROM sign_in_method
WHERE issuer = $1 AND unlinked_at IS NULL AND account <> $2 || subject AND ($3::text IS NULL OR subject = $3)
ORDER BY id FOR UPDATE
"""
_UNLINK = "UPDATE sign_in_method SET unlinked_at = $2 WHERE id = ANY($1::bigint[])"
_SESSIONS = """
SELECT id, account FROM session WHERE method_id = ANY($1::bigint[]) AND ended_at IS NULL AND expires_at > $2
ORDER BY id FOR NO KEY UPDATE
"""
_OF_SESSION = """
SELECT m.issuer, m.subject FROM session s JOIN sign_in_method m ON m.id = s.method_id
WHERE s.id = $1 AND m.unlinked_at IS NULL
"""


class LinkRecord(Row):
    """A method and its account."""

    id: int
    account: str


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


async def links_to_others(unit: Unit, issuer: str, prefix: str, subject: str | None = None) -> list[LinkRecord]:
    """The links of an issuer, or of one subject of it, that lead to accounts of others, locked.

    `prefix` is what its own accounts begin with, with the colon; empty for the first issuer.
    """
    rows: list[Any] = await unit.rows(LinkRecord, _OF_OTHERS, issuer, prefix, subject)
    return rows


async def unlink(unit: Unit, methods: list[int], at: datetime) -> list[LinkRecord]:
    """Have locked methods lead nowhere from now on; the sessions begun by them, locked, with their accounts."""
    await unit.run(_UNLINK, methods, at)
    rows: list[Any] = await unit.rows(LinkRecord, _SESSIONS, methods, at)
    return rows


class OfSessionRecord(Row):
    """By which method somebody came in."""

    issuer: str
    subject: str


async def method_of(store: Store, session_id: int) -> OfSessionRecord | None:
    """The method by which a session was begun, while it is linked."""
    rows: list[Any] = await store.fetch(OfSessionRecord, _OF_SESSION, session_id)
    return rows[0] if rows else None
