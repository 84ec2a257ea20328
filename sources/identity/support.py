"""The table of tickets: what somebody asked support for, and what he was answered; texts are sealed."""

from datetime import datetime

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
from sqlalchemy.dialects.postgresql import ARRAY

from sources.identity.tables import metadata
from sources.postgres.row import Row

support_ticket = Table(
    "support_ticket",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("account", Text, nullable=False),  # whose it is
    Column("state", Text, CheckConstraint("state IN ('OPEN','ANSWERED','CLOSED')"), nullable=False),
    Column("request_ids", ARRAY(Text), nullable=False),
    Column("key", LargeBinary, nullable=False),  # wrapped
    Column("subject", LargeBinary, nullable=False),  # sealed under it
    Column("text", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("operator", Text),  # who answered
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("cardinality(request_ids) <= 20", name="support_ticket_requests"),
    CheckConstraint("state <> 'ANSWERED' OR answer IS NOT NULL", name="support_ticket_answered"),
    CheckConstraint("(answer IS NULL) = (operator IS NULL)", name="support_ticket_operator"),
    Index("support_ticket_by_account", "account", "opened_at", "id"),
    Index("support_ticket_open", "opened_at", "id", postgresql_where=text("state = 'OPEN'")),
)


class TicketRecord(Row):
    """A ticket, as it is kept."""

    id: int
    account: str
    state: str
    request_ids: list[str]
    key: bytes
    subject: bytes
    text: bytes
    answer: bytes | None
    opened_at: datetime
    changed_at: datetime
    operator: str | None
    version: int
