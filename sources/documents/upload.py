"""The table of uploads: what somebody said he would put in, and how much of it has come. What he said is sealed."""

from datetime import datetime
from typing import Final
from uuid import UUID

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
from sqlalchemy.dialects.postgresql import UUID as UUID_COLUMN

from sources.documents.tables import OF_A_RECORD, OWNED, metadata, of_a_record
from sources.files import Bound, Kept
from sources.postgres.row import Row

STATES: Final = "'OPEN','WHOLE','KEPT','REFUSED'"

upload = Table(
    "upload",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("subject", Text, nullable=False),  # who alone may use it
    Column("practitioner_id", BigInteger),  # the owner to be is a person …
    Column("holder_organization_id", BigInteger),  # … or an institution …
    *of_a_record(),  # … or nobody: it is about a patient
    Column("document_id", BigInteger, nullable=False),  # there already, or reserved
    Column("content_version", Integer, CheckConstraint("content_version > 0"), nullable=False),
    Column("expected_version", Integer),  # of the document that is there
    Column("kind", Text, nullable=False),
    Column("byte_size", BigInteger, CheckConstraint("byte_size > 0"), nullable=False),
    Column("sha256", Text, CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'"), nullable=False),
    Column("described", LargeBinary, nullable=False),  # the names, numbers and dates that were given, sealed
    Column("file", UUID_COLUMN, nullable=False, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("fault", Text),  # the code for which it was refused
    Column("receiver", UUID_COLUMN),  # the request that receives just now …
    Column("receiving_until", DateTime(timezone=True)),  # … and until when nobody else may
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(OWNED, name="upload_owner"),
    CheckConstraint(OF_A_RECORD, name="upload_of_a_record"),
    CheckConstraint("received BETWEEN 0 AND byte_size", name="upload_received"),
    CheckConstraint("(state = 'REFUSED') = (fault IS NOT NULL)", name="upload_refused"),
    CheckConstraint("state <> 'WHOLE' OR received = byte_size", name="upload_whole"),
    Index("upload_open", "subject", postgresql_where=text("state IN ('OPEN','WHOLE')")),
    Index("upload_by_end", "expires_at"),
    Index("upload_by_key", text("get_byte(wrapped_key, 0)")),
)


class UploadRecord(Row):
    """An upload as it is kept."""

    id: int
    subject: str
    practitioner_id: int | None
    holder_organization_id: int | None
    patient_id: int | None
    encounter_id: int | None
    episode_id: int | None
    note_id: int | None
    author_id: int | None
    place_id: int | None
    document_id: int
    content_version: int
    expected_version: int | None
    kind: str
    byte_size: int
    sha256: str
    described: bytes
    file: UUID
    wrapped_key: bytes
    received: int
    state: str
    fault: str | None
    receiver: UUID | None
    receiving_until: datetime | None
    made_at: datetime
    expires_at: datetime

    @property
    def named(self) -> Kept:
        """The name and the wrapped key of its content, as much as was said of it."""
        return Kept(self.file, self.wrapped_key, self.byte_size, self.sha256)

    @property
    def bound(self) -> Bound:
        """What its content is bound to."""
        return Bound(self.document_id, self.content_version)
