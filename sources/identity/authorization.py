"""What apps and machines come with to have tokens: codes and assertions, each good once, kept as digests alone."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store

# A code that was spent is kept so long, for it to be known again when it comes a second time.
KEPT_HOURS: Final = 24

# The sign-in that stood behind the browser is written down with the code: the session of the app begins with it.
authorization_code = Table(
    "authorization_code",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("client", Text, nullable=False),
    Column("redirect", Text, nullable=False),  # as the request had it, with the port
    Column("challenge", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("nonce", Text),
    Column("account", Text, nullable=False),
    Column("method_id", BigInteger),
    Column("assurance", Text, nullable=False),
    Column("amr", ARRAY(Text), nullable=False),
    Column("auth_time", DateTime(timezone=True), nullable=False),
    Column("second_factor_at", DateTime(timezone=True)),
    Column("browser_session_id", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("spent_at", DateTime(timezone=True)),
    Column("replayed_at", DateTime(timezone=True)),  # the first time that it came again
    Column("session_id", BigInteger),  # that came of it
    CheckConstraint("octet_length(digest) = 32", name="authorization_code_digest_length"),
    CheckConstraint("expires_at > created_at", name="authorization_code_term"),
    CheckConstraint("spent_at IS NOT NULL OR (replayed_at IS NULL AND session_id IS NULL)", name="unspent_code"),
    Index("authorization_code_by_age", "created_at"),
)

used_assertion = Table(
    "used_assertion",
    metadata,
    Column("client", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of its own id
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("client", "digest"),
    CheckConstraint("octet_length(digest) = 32", name="used_assertion_digest_length"),
    Index("used_assertion_by_expiry", "expires_at"),
)


class CodeRecord(Row):
    """A code as it was before it came; `spent_at` is set where it had come before."""

    client: str
    redirect: str
    challenge: str
    scope: str
    nonce: str | None
    account: str
    method_id: int | None
    assurance: str
    amr: list[str]
    auth_time: datetime
    second_factor_at: datetime | None
    browser_session_id: int
    created_at: datetime
    expires_at: datetime
    spent_at: datetime | None
    session_id: int | None


_GIVE = """
INSERT INTO authorization_code (digest, client, redirect, challenge, scope, nonce, account, method_id, assurance, amr,
    auth_time, second_factor_at, browser_session_id, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
# Of two that come at once, one waits for the other, and finds it spent.
_SPEND = """
WITH found AS (SELECT * FROM authorization_code WHERE digest = $1 FOR UPDATE), spent AS (
    UPDATE authorization_code AS code
    SET spent_at = coalesce(code.spent_at, $2),
        replayed_at = CASE WHEN code.spent_at IS NOT NULL THEN coalesce(code.replayed_at, $2) END
    FROM found WHERE code.digest = found.digest
)
SELECT client, redirect, challenge, scope, nonce, account, method_id, assurance, amr, auth_time, second_factor_at,
    browser_session_id, created_at, expires_at, spent_at, session_id
FROM found
"""
_BEGUN = "UPDATE authorization_code SET session_id = $2 WHERE digest = $1 AND replayed_at IS NULL RETURNING session_id"
_LIVES = "SELECT id FROM session WHERE id = $1 AND ended_at IS NULL"
_USE = """
INSERT INTO used_assertion (client, digest, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (client, digest) DO NOTHING RETURNING client
"""
_FORGET_CODES = f"DELETE FROM authorization_code WHERE created_at < now() - interval '{KEPT_HOURS} hours'"  # noqa: S608
# Clocks of the processes may differ: a while longer than it could be shown.
_FORGET_ASSERTIONS = "DELETE FROM used_assertion WHERE expires_at < now() - interval '1 hour'"


async def give(store: Store, digest: bytes, *values: object) -> None:
    """Keep a code that was given out; the values are the columns from `client` to `expires_at`, in their order."""
    await store.fetch(Row, _GIVE, digest, *values)


async def spend(store: Store, digest: bytes, at: datetime) -> CodeRecord | None:
    """Take a code that came; from now on it is spent, whatever is wrong with how it came. None where there is none."""
    found: list[Any] = await store.fetch(CodeRecord, _SPEND, digest, at)
    return found[0] if found else None


async def begun(store: Store, digest: bytes, session_id: int) -> bool:
    """Note the session that came of a code; not where the code came a second time meanwhile."""
    return bool(await store.fetch(Row, _BEGUN, digest, session_id))


async def lives(store: Store, session_id: int) -> bool:
    """Whether the session of a browser was not ended."""
    return bool(await store.fetch(Row, _LIVES, session_id))


async def use(store: Store, client: str, digest: bytes, expires_at: datetime) -> bool:
    """Note that an assertion was used; whether it was the first time."""
    return bool(await store.fetch(Row, _USE, client, digest, expires_at))


async def forget_codes(store: Store) -> None:
    """Drop codes that nobody can use any more, and assertions that would be refused for their age."""
    await store.fetch(Row, _FORGET_CODES)
    await store.fetch(Row, _FORGET_ASSERTIONS)
