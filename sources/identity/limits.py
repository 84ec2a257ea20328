"""The tables of failures that are counted, and of the locks that follow of them.

Whoever failed is kept as a keyed hash, so that nobody finds an account or an address by trying. Failures are counted
in slices of time; one is forgotten as soon as no window looks at it.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from sources.identity.tables import metadata
from sources.postgres.row import Row

LONGEST_ACCOUNT: Final = 400

failure_slice = Table(
    "failure_slice",
    metadata,
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('SIGN_IN','TOKEN','CODE','DENIED_READ','REFERENCE_CODE')"),
        primary_key=True,
    ),
    Column("scope", Text, CheckConstraint("scope IN ('ACCOUNT','ADDRESS','SESSION')"), primary_key=True),
    Column("whose", LargeBinary, primary_key=True),  # a keyed hash
    Column("slice_at", DateTime(timezone=True), primary_key=True),  # when the slice began
    Column("failures", Integer, CheckConstraint("failures > 0"), nullable=False),
    Index("failure_slice_by_age", "slice_at"),
)

# Where an account signed in from, so that who tries its name elsewhere does not keep it out from there.
known_address = Table(
    "known_address",
    metadata,
    Column("account", LargeBinary, primary_key=True),  # keyed hashes, both
    Column("address", LargeBinary, primary_key=True),
    Column("last_at", DateTime(timezone=True), nullable=False),
)

account_lock = Table(
    "account_lock",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("account", Text, CheckConstraint("length(account) <= 400"), nullable=False),
    Column(
        "reason",
        Text,
        CheckConstraint("reason IN ('FAILED_SIGN_INS','WRONG_CODES','DENIED_READS')"),
        nullable=False,
    ),
    Column("locked_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),  # exclusive; what was lifted ends when it was
    Column("version", Integer, nullable=False, server_default="1"),
    # To lift it takes two: who proposes, saying why (sealed), and another who confirms.
    Column("proposed_by", Text),
    Column("proposed_at", DateTime(timezone=True)),
    Column("key", LargeBinary),  # wrapped
    Column("proposal", LargeBinary),  # sealed under it
    Column("lifted_by", Text),
    Column("lifted_at", DateTime(timezone=True)),
    CheckConstraint("until >= locked_at", name="account_lock_term"),
    CheckConstraint(
        "(proposed_by IS NULL) = (proposed_at IS NULL) AND (proposed_by IS NULL) = (proposal IS NULL) "
        "AND (proposed_by IS NULL) = (key IS NULL)",
        name="account_lock_proposed",
    ),
    CheckConstraint("(lifted_by IS NULL) = (lifted_at IS NULL)", name="account_lock_lifted"),
    CheckConstraint("lifted_by IS NULL OR lifted_by <> proposed_by", name="account_lock_two_persons"),
    Index("account_lock_by_account", "account", "until"),
    Index("account_lock_by_term", "until"),
    Index("account_lock_proposals", "proposed_at", postgresql_where=text("proposed_at IS NOT NULL")),
)


class LockRecord(Row):
    """A lock of an account: why, and until when."""

    id: int
    account: str
    reason: str
    locked_at: datetime
    until: datetime
    version: int
    proposed_by: str | None
    proposed_at: datetime | None
    lifted_by: str | None
    lifted_at: datetime | None
