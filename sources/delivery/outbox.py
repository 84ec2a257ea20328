"""What an act leaves beside its effect, in the same transaction of the same store: event, audit entry, spent key.

Events and audit entries wait here until they are relayed to the journal; readers on the spot ask what is new.
"""

from collections.abc import Iterator

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, MetaData, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

TRANSACTION = text("pg_current_xact_id()::text::bigint")


def event(metadata: MetaData) -> Table:
    """What happened, as ids without values; each insert is also a notification on the channel `event`."""
    return Table(
        "event",
        metadata,
        Column("id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
        Column("transaction", BigInteger, nullable=False, server_default=TRANSACTION),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("kind", Text, nullable=False),
        Column("payload", JSONB, nullable=False),
        *_relayed(),
        Index("event_by_transaction", "transaction"),
        Index("event_to_relay", "at", postgresql_where=text("relayed_at IS NULL")),
        Index("event_failed", "at", postgresql_where=text("relayed_at IS NULL AND attempts > 0")),
    )


def audit_entry(metadata: MetaData) -> Table:
    """Who did what to which object, on which grounds; never changed, no values."""
    return Table(
        "audit_entry",
        metadata,
        Column("id", UUID, primary_key=True, server_default=func.gen_random_uuid()),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("subject", Text, nullable=False),
        Column("act", Text, nullable=False),
        Column("object", Text),  # a global id
        # Roles, rule, age and digest of the facts that the right rested on, versions before and after, request id.
        Column("grounds", JSONB, nullable=False),
        *_relayed(),
        Index("audit_entry_to_relay", "at", postgresql_where=text("relayed_at IS NULL")),
        Index("audit_entry_failed", "at", postgresql_where=text("relayed_at IS NULL AND attempts > 0")),
    )


def idempotency_key(metadata: MetaData) -> Table:
    """Keys that acts were done under, with what they came to; kept seven days."""
    return Table(
        "idempotency_key",
        metadata,
        Column("key", Text, primary_key=True),
        Column("subject", Text, nullable=False),
        Column("act", Text, nullable=False),
        Column("digest", LargeBinary, nullable=False),  # of the act's input
        Column("outcome", JSONB, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Index("idempotency_key_by_age", "at"),
    )


def _relayed() -> Iterator[Column[object]]:
    """How far the relay has come with it."""
    yield Column("relayed_at", DateTime(timezone=True))
    yield Column("attempts", Integer, nullable=False, server_default="0")  # that failed for a reason of its own
    yield Column("retry_at", DateTime(timezone=True))  # not to be tried before
    yield Column("dead_at", DateTime(timezone=True))  # given up: tried no more until somebody says so
    yield Column("last_error", Text)  # a code, never what the store said
