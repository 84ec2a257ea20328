"""Tickets for packages of the chain: which part of it somebody may fetch, once, until when."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, Table, Text

from sources.delivery.arriving import note
from sources.journal import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store
from sources.postgres.transaction import transaction

DAY: Final = timedelta(days=1)

# The ticket itself stands nowhere: whoever has the secret makes it of the key and the account.
package_ticket = Table(
    "package_ticket",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False),  # who may fetch it
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("first_position", BigInteger, nullable=False),
    Column("last_position", BigInteger, nullable=False),  # before the first where there is nothing
    Column("at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("fetched_at", DateTime(timezone=True)),
    CheckConstraint("until > since", name="package_ticket_period"),
    CheckConstraint("ends_at > at", name="package_ticket_term"),
    CheckConstraint("first_position > 0 AND last_position >= first_position - 1", name="package_ticket_span"),
    Index("package_ticket_by_subject", "subject", "at"),
)


class TicketRecord(Row):
    """A ticket: the positions of the first and the last entry, of which time they are, until when it can be used."""

    id: int
    subject: str
    since: datetime
    until: datetime
    first_position: int
    last_position: int
    at: datetime
    ends_at: datetime


class MadeRecord(Row):
    """When somebody had a ticket made."""

    at: datetime


# Tickets of one account are made one after the other.
_LOCK: Final = 7_220_133
_TURN = f"SELECT pg_advisory_xact_lock(hashtextextended($1, {_LOCK}))"
_LATELY = "SELECT at FROM package_ticket WHERE subject = $1 AND at > $2 ORDER BY at DESC LIMIT $3"
_MAKE = """
INSERT INTO package_ticket (subject, since, until, first_position, last_position, at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *
"""
_FETCH = """
UPDATE package_ticket SET fetched_at = $3
WHERE id = $1 AND subject = $2 AND fetched_at IS NULL AND ends_at > $3 RETURNING *
"""
_FORGET = "DELETE FROM package_ticket WHERE ends_at < now() - interval '7 days'"


class TooOften(Exception):
    """So many were made within a day; it says when the next one can be."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__("so many tickets are not made within a day")
        self.again_at = again_at


async def make(
    store: Store,
    subject: str,
    term: tuple[datetime, datetime],
    span: tuple[int, int],
    at: datetime,
    lasts: timedelta,
    most: int,
    grounds: str,
) -> TicketRecord:
    """Make a ticket for the entries of a term, from one position to another, with its audit entry; all or nothing.

    Raises:
        TooOften: the account had so many made within 24 hours.
        SourceFailure: nothing was made, or nobody knows.
    """
    async with transaction(store, store.deadline) as connection:
        await connection.execute(_TURN, subject)
        lately = await connection.fetch(_LATELY, subject, at - DAY, most)
        if len(lately) == most:
            raise TooOften(lately[-1]["at"] + DAY)
        row: Any = await connection.fetchrow(_MAKE, subject, *term, *span, at, at + lasts, record_class=TicketRecord)
        await note(connection, at, subject, "exportAudit", None, grounds)
    made: TicketRecord = row
    return made


async def spend(store: Store, key: int, subject: str, at: datetime, grounds: str) -> TicketRecord | None:
    """Use a ticket up, with an audit entry; None where the account has no such ticket, or it is spent or over.

    Raises:
        SourceFailure: it was not used up, or nobody knows.
    """
    async with transaction(store, store.deadline) as connection:
        row: Any = await connection.fetchrow(_FETCH, key, subject, at, record_class=TicketRecord)
        if row is not None:
            await note(connection, at, subject, "fetchAudit", None, grounds)
    found: TicketRecord | None = row
    return found


async def forget_tickets(store: Store) -> None:
    """Drop tickets that ended more than seven days ago."""
    await store.fetch(Row, _FORGET)
