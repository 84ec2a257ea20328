"""Messages (сообщения): what somebody is told, kept as a template with its parameters; and the mail of messages."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from sources.delivery.events import HORIZON, SINCE, Since, rows_since
from sources.delivery.outbox import TRANSACTION
from sources.journal import metadata
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import LANGUAGE, Entity, Order
from sources.postgres.store import Store

KINDS = (
    "'APPLICATION_STATUS','DECISION','ACCREDITATION_STATUS','ACCREDITATION_EXPIRY','STAFF_ACCREDITATION',"
    "'DOCUMENT_WARNING','LICENSE_UPDATE','INSPECTION','TRAINING','NEW_PROCEDURE','MAINTENANCE','EMERGENCY_ACCESS',"
    "'NOTE_COSIGNATURE','PATIENT_INQUIRY','DOCUMENT_EXCHANGE','INFORMATION_REQUEST','ACCOUNT_SECURITY','CONTACTS',"
    "'REGISTRY_REQUEST','ORGANIZATION_LINK','ACCESS_GRANT','APPOINTMENT','ACCOUNT_LOCK','ORDER_RESULT',"
    "'REFERRAL','PRESCRIPTION'"
)

message = Table(
    "message",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("transaction", BigInteger, nullable=False, server_default=TRANSACTION),
    Column("subject", Text, nullable=False),  # whom it is for: the subject of the token
    Column("event_id", UUID),  # what it follows from; none for what only the clock brought
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("template", Text, nullable=False),
    Column("parameters", JSONB, nullable=False, server_default="{}"),  # public words only: numbers, codes, days
    Column("application_id", BigInteger),
    Column("accreditation_id", BigInteger),
    Column("document_id", BigInteger),
    Column("practitioner_id", BigInteger),
    Column("organization_id", BigInteger),
    Column("read_at", DateTime(timezone=True)),
    UniqueConstraint("event_id", "subject", "kind", name="one_message_of_an_event"),
    Index("message_by_subject", "subject", "at", "id"),
    Index("message_unread", "subject", postgresql_where=text("read_at IS NULL")),
    Index("message_by_transaction", "transaction"),
)

# The address is no part of it: it is looked up when the mail is sent, and only a verified one counts.
mail = Table(
    "mail",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("message_id", BigInteger, ForeignKey("message.id"), nullable=False, unique=True),
    Column(
        "state", Text, CheckConstraint("state IN ('QUEUED','SENT','DEAD')"), nullable=False, server_default="QUEUED"
    ),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True), nullable=False),  # not to be tried before
    Column("settled_at", DateTime(timezone=True)),
    Column("last_error", Text),  # a code, never what the server said
    Index("mail_to_send", "next_at", postgresql_where=text("state = 'QUEUED'")),
    Index("mail_dead", "id", postgresql_where=text("state = 'DEAD'")),
)


class MessageRecord(Row):
    """One message, with the language of whoever reads it."""

    id: int
    subject: str
    event_id: uuid.UUID | None
    kind: str
    at: datetime
    template: str
    parameters: str
    application_id: int | None
    accreditation_id: int | None
    document_id: int | None
    practitioner_id: int | None
    organization_id: int | None
    read_at: datetime | None
    language: str


MESSAGE = Entity(
    MessageRecord,
    message,
    computed={"language": LANGUAGE},
    filters={"unread": (Boolean(), lambda value: message.c.read_at.is_(None) == value)},
)
NEWEST_FIRST: Order = (("at", "desc"), ("id", "desc"))


async def messages(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, MessageRecord]:
    """Messages by id."""
    return await by_key(store, MESSAGE, keys, ask)


async def messages_of(
    store: Store, subjects: Sequence[str], ask: Ask, window: Window, filters: Filters
) -> dict[str, Slice[MessageRecord]]:
    """A slice of the messages of each subject, newest first."""
    return await slices(store, MESSAGE, subjects, ask, window, key="subject", order=NEWEST_FIRST, filters=filters)


async def messages_count(store: Store, subjects: Sequence[str], ask: Ask, filters: Filters) -> dict[str, int]:
    """How many messages each subject has."""
    return await counts(store, MESSAGE, subjects, ask, key="subject", filters=filters)


class NewMessageRecord(Row):
    """A message that was not there before, or only the horizon when there is none."""

    horizon: int
    id: int | None
    transaction: int | None


_SINCE = f"""
SELECT {HORIZON} AS horizon, m.id, m.transaction
FROM (SELECT 1) AS once LEFT JOIN message m ON m.transaction {SINCE}
ORDER BY m.transaction, m.id
"""  # noqa: S608 - ours


async def messages_since(store: Store, since: Since | None) -> tuple[Since, list[int]]:
    """The ids of messages committed since an earlier question; without one, none."""
    since, rows = await rows_since(store, NewMessageRecord, _SINCE, since)
    return since, [row.id for row in rows]


_READ = """
UPDATE message SET read_at = $2
WHERE subject = $1 AND read_at IS NULL
  AND ($3::bigint[] IS NULL OR id = ANY($3)) AND ($4::timestamptz IS NULL OR at <= $4)
RETURNING id
"""


async def mark_read(store: Store, subject: str, at: datetime, ids: Sequence[int] | None, until: datetime | None) -> int:
    """Note that a subject has read messages of his: these, or all up to an instant; how many were unread."""
    return len(await store.fetch(Row, _READ, subject, at, None if ids is None else list(ids), until))
