"""Attempts to sign in: begun by a browser, spent once by what comes back to it, forgotten an hour later.

Of what the browser and the provider know, nothing lies in the store but digests.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table, Text

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store

HOLDS: Final = timedelta(minutes=10)
# Afterwards nobody can be told any more that it was spent.
KEPT: Final = timedelta(hours=1)

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # of its state
    Column("browser", LargeBinary, nullable=False),  # of the secret in the browser's cookie
    Column("method", Text, nullable=False),
    Column("session_id", BigInteger),  # the session that is to be raised; none for a sign-in
    Column("max_age", Integer),
    Column("return_to", Text, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("spent_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(digest) = 32 AND octet_length(browser) = 32", name="sign_in_attempt_length"),
    CheckConstraint("expires_at > begun_at", name="sign_in_attempt_term"),
    CheckConstraint(
        "starts_with(return_to, '/') AND NOT starts_with(return_to, '//')", name="sign_in_attempt_returns_here"
    ),
    Index("sign_in_attempt_by_age", "begun_at"),
)


class AttemptRecord(Row):
    """An attempt as it was before it was looked at now.

    Attributes:
        fresh: whether it is spent by this, and was not before.
        own: whether it is the browser's that shows it.
    """

    method: str
    session_id: int | None
    max_age: int | None
    return_to: str
    begun_at: datetime
    expires_at: datetime
    fresh: bool
    own: bool


_BEGIN = """
INSERT INTO sign_in_attempt (digest, browser, method, session_id, max_age, return_to, begun_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_FORGET = "DELETE FROM sign_in_attempt WHERE begun_at < now() - $1::interval"
# Only the browser that began it can spend it: whoever else learns of a state cannot even take it away.
_SPEND = """
WITH spent AS (
    UPDATE sign_in_attempt SET spent_at = $3 WHERE digest = $1 AND browser = $2 AND spent_at IS NULL RETURNING digest
)
SELECT method, session_id, max_age, return_to, begun_at, expires_at, browser = $2 AS own,
       EXISTS (SELECT FROM spent) AS fresh
FROM sign_in_attempt WHERE digest = $1
"""


async def begin(
    store: Store,
    digest: bytes,
    browser: bytes,
    method: str,
    return_to: str,
    at: datetime,
    *,
    session_id: int | None = None,
    max_age: int | None = None,
) -> None:
    """Keep an attempt; with a session, one by which it is to be raised."""
    await store.fetch(Row, _BEGIN, digest, browser, method, session_id, max_age, return_to, at, at + HOLDS)


async def spend(store: Store, digest: bytes, browser: bytes, at: datetime) -> AttemptRecord | None:
    """Spend an attempt, once; None where none is known by this digest."""
    rows: list[Any] = await store.fetch(AttemptRecord, _SPEND, digest, browser, at)
    return rows[0] if rows else None


async def forget_over(store: Store) -> None:
    """Drop attempts of which nobody need be told any more that they were spent."""
    await store.fetch(Row, _FORGET, KEPT)
