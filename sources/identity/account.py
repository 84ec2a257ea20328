"""Accounts, the ways to sign in that lead to them, and the devices that they were used from."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Identity, Index, Table, Text, text

from sources.identity.tables import metadata
from sources.postgres.row import Row
from sources.postgres.store import Store

# What kind of place vouches for who signs in.
METHODS: Final = "'ESIA','OPENID','ISSUER'"

account = Table(
    "account",
    metadata,
    Column("subject", Text, primary_key=True),  # one text, as every store knows it
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("first_sign_in_at", DateTime(timezone=True)),
    Column("factorless_at", DateTime(timezone=True)),  # since when it is known to have no second factor to show
)

# An issuer and its subject lead to one account; a link that was taken away stays, and leads nowhere.
sign_in_method = Table(
    "sign_in_method",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("account", Text, ForeignKey("account.subject"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ({METHODS})", name="sign_in_method_kind"), nullable=False),
    Column("linked_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    Column("unlinked_at", DateTime(timezone=True)),
    CheckConstraint("unlinked_at IS NULL OR unlinked_at >= linked_at", name="sign_in_method_term"),
    Index("one_account_of_a_method", "issuer", "subject", unique=True, postgresql_where=text("unlinked_at IS NULL")),
    Index("sign_in_method_by_account", "account"),
)


class MethodRecord(Row):
    """A way to sign in that leads to an account."""

    id: int
    issuer: str
    kind: str
    linked_at: datetime
    last_used_at: datetime | None


_METHODS = """
SELECT id, issuer, kind, linked_at, last_used_at FROM sign_in_method
WHERE account = $1 AND unlinked_at IS NULL ORDER BY linked_at, id
"""


# Rights rest on it, so that a row is written only where it changes.
_FACTOR = """
UPDATE account SET factorless_at = $2
WHERE subject = $1 AND (factorless_at IS NULL) IS DISTINCT FROM ($2::timestamptz IS NULL)
"""


async def factor_lacking(store: Store, subject: str, since: datetime | None) -> None:
    """Note that an account has no second factor to show, or that it has one after all."""
    await store.fetch(Row, _FACTOR, subject, since)


async def methods_of(store: Store, subject: str) -> list[MethodRecord]:
    """The ways to sign in that lead to an account, the oldest first."""
    rows: list[Any] = await store.fetch(MethodRecord, _METHODS, subject)
    return rows
