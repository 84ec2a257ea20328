"""The tables of exchange: packages with what is in them, what befell them, receipts, and requests for information."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from sources.documents.tables import metadata

DIRECTIONS = "'OUTGOING','INCOMING'"
STATUSES = "'QUEUED','SENT','DELIVERED','ACCEPTED','REJECTED','DEAD'"
RECIPIENTS = "'INSURER','REGULATOR','ORGANIZATION'"
REQUEST_STATES = "'OPEN','ANSWERED','WITHDRAWN'"

information_request = Table(
    "information_request",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("subject", Text, nullable=False),  # whose account asks
    Column("office", Text, CheckConstraint("office IN ('REG','INS')"), nullable=False),
    Column("organization_id", BigInteger, nullable=False),  # that is asked
    Column("recipient", Text, nullable=False),  # to whom the answer is sent, by the settings
    Column("what", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("basis_number", Text, nullable=False),
    Column("basis_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Text, CheckConstraint(f"state IN ({REQUEST_STATES})"), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("information_request_by_organization", "organization_id", "made_at", "id"),
    Index("information_request_by_subject", "subject", "made_at", "id"),
    Index("information_request_open", "due_on", "id", postgresql_where=text("state = 'OPEN'")),
)

exchange_package = Table(
    "exchange_package",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("direction", Text, CheckConstraint(f"direction IN ({DIRECTIONS})"), nullable=False),
    # What both sides know it by: who sent it, which package of his, and which issue of that.
    Column("source", Text, nullable=False),
    Column("package", UUID, nullable=False),
    Column("issue", Integer, nullable=False, server_default="1"),
    Column("status", Text, CheckConstraint(f"status IN ({STATUSES})"), nullable=False),
    Column("counterpart", Text, nullable=False),  # the other side, by the settings
    Column("counterpart_kind", Text, CheckConstraint(f"counterpart_kind IN ({RECIPIENTS})"), nullable=False),
    Column("organization_id", BigInteger),  # of ours, which sends or receives; none where somebody sends his own
    Column("owner_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),  # whose documents are in it
    Column("subject", Text),  # whose account sent it; none of what came in
    Column("purpose", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("basis_number", Text),
    Column("basis_on", Date),
    Column("consent_version", Text),
    Column("request_id", BigInteger, ForeignKey("information_request.id")),  # that it answers
    Column("manifest_sha256", Text),  # of what was signed, once it was
    Column("code", Text),  # why it was not accepted, or is not delivered
    Column("said", Text),  # the words of the other side, without what may name a person
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True)),  # when it is tried next; none where it is not to be tried
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("direction", "source", "package", "issue", name="exchange_package_once"),
    CheckConstraint("direction = 'INCOMING' OR subject IS NOT NULL", name="exchange_package_sender"),
    Index("exchange_package_by_organization", "organization_id", "made_at", "id"),
    Index("exchange_package_by_subject", "subject", "made_at", "id"),
    Index("exchange_package_by_owner", "owner_ids", postgresql_using="gin"),
    Index("exchange_package_by_request", "request_id", postgresql_where=text("request_id IS NOT NULL")),
    Index("exchange_package_due", "next_at", "id", postgresql_where=text("next_at IS NOT NULL")),
)

exchange_document = Table(
    "exchange_document",
    metadata,
    Column("package_id", BigInteger, ForeignKey("exchange_package.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("document_id", BigInteger, ForeignKey("document.id"), nullable=False),
    Column("content_version", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Index("exchange_document_by_document", "document_id", "package_id"),
)

exchange_attempt = Table(
    "exchange_attempt",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("package_id", BigInteger, ForeignKey("exchange_package.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),  # a code: what came of it
    Column("status", Integer),  # of the HTTP answer, where there was one
    Index("exchange_attempt_by_package", "package_id", "id"),
)

exchange_receipt = Table(
    "exchange_receipt",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("package_id", BigInteger, ForeignKey("exchange_package.id"), nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('DELIVERED','ACCEPTED','REJECTED')"), nullable=False),
    Column("code", Text),
    Column("number", Text),  # under which the other side registered it
    Column("at", DateTime(timezone=True), nullable=False),  # as it says
    Column("came_at", DateTime(timezone=True), nullable=False),
    Column("signed", Boolean, nullable=False),  # and the signature was good when it came
    # What it says may name somebody: the key of the row, wrapped, a keyed digest, and what is sealed under that key.
    Column("key", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("signature", LargeBinary),
    UniqueConstraint("package_id", "digest", name="exchange_receipt_once"),
    Index("exchange_receipt_by_package", "package_id", "id"),
    Index("exchange_receipt_by_key", text("get_byte(key, 0)")),
)

exchange_step = Table(
    "exchange_step",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("package_id", BigInteger, ForeignKey("exchange_package.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("subject", Text),  # whose account did it; none where the service did
    Column("code", Text),
    Index("exchange_step_by_package", "package_id", "id"),
)
