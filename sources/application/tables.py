"""Tables of applications for accreditation, and of whose file is open on whom."""

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
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sources.accreditation import KINDS, metadata

application = Table(
    "application",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("practitioner_id", BigInteger),  # the applicant; none for an organisation's application
    Column("holder_organization_id", BigInteger),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("specialty_code", Text),
    Column(
        "stage",
        Text,
        CheckConstraint("stage IN ('DRAFT','RECEPTION','CHECK','APPROVAL','DONE')"),
        nullable=False,
    ),
    Column("outcome", Text, CheckConstraint("outcome IN ('ACCREDITED','REJECTED','WITHDRAWN')")),
    Column("attempt", Integer, CheckConstraint("attempt >= 1"), nullable=False, server_default="1"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("earliest_on", Date),
    Column("latest_on", Date),
    Column("provisional", Boolean, nullable=False, server_default="false"),
    Column("clarification_requested_at", DateTime(timezone=True)),
    Column("clarification_deadline", DateTime(timezone=True)),
    Column("clarification_what", Text),
    Column("queue", Text, nullable=False, server_default="NONE"),  # UNCLAIMED while it waits for an expert
    Column("document_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("organization_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("department_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    # What the applicant says; which of it a kind needs, the rules of the procedure tell.
    Column("organization_id", BigInteger),
    Column("purpose", Text, CheckConstraint("purpose IN ('INTERNSHIP','TEMPORARY_TASK','AWAITING_DECISION')")),
    Column("days", Integer),
    Column("supervisor_id", BigInteger),
    Column("base_id", BigInteger, ForeignKey("accreditation.id")),
    Column("directions", ARRAY(Text), nullable=False, server_default="{}"),
    Column("licence_number", Text),
    Column("phone", Text),
    Column("email", Text),
    Column("papers", JSONB, nullable=False, server_default="{}"),  # slot → keys of documents
    Column("consents", JSONB, nullable=False, server_default="{}"),  # kind → version and instant
    Column("previous_id", BigInteger, ForeignKey("application.id")),  # the attempt before this one
    Column("renews_id", BigInteger, ForeignKey("accreditation.id")),  # the record that this one shall follow
    Column("procedure_version", Text),  # the rules it was submitted under
    Column("rejection_reasons", ARRAY(Text)),
    Column("missing_documents", ARRAY(Text)),
    Column("protocol_number", Text),
    # The form as it was submitted: to be made since an instant, and how often it could not be, until when nobody tries
    # again; or the document that it is, with its hash.
    Column("form_wanted_at", DateTime(timezone=True)),
    Column("form_attempts", Integer, nullable=False, server_default="0"),
    Column("form_again_at", DateTime(timezone=True)),
    Column("form_id", BigInteger),
    Column("form_sha256", Text, CheckConstraint("form_sha256 ~ '^[0-9a-f]{64}$'")),
    CheckConstraint("(outcome IS NOT NULL) = (stage = 'DONE')", name="outcome_when_done"),
    CheckConstraint(
        "stage = 'DRAFT' OR coalesce(outcome, '') = 'WITHDRAWN' OR submitted_at IS NOT NULL", name="submitted"
    ),
    CheckConstraint("clarification_requested_at IS NULL OR stage = 'CHECK'", name="clarified_in_check"),
    CheckConstraint("queue IN ('NONE','UNCLAIMED','CLAIMED')", name="queue_state"),
    CheckConstraint("(queue = 'NONE') = (stage IN ('DRAFT','DONE'))", name="queued_while_open"),
    CheckConstraint("rejection_reasons IS NULL OR coalesce(outcome, '') = 'REJECTED'", name="reasons_when_rejected"),
    Index("application_by_practitioner", "practitioner_id", "created_at", "id"),
    Index("application_by_queue", "queue", "created_at", "id"),
    Index("one_next_attempt", "previous_id", unique=True),
    Index(
        "application_by_lapse", "clarification_deadline", postgresql_where=text("clarification_deadline IS NOT NULL")
    ),
    Index("application_form_wanted", "id", postgresql_where=text("form_wanted_at IS NOT NULL")),
    Index("application_newest", "created_at", "id"),
    Index(
        "application_by_holder",
        "holder_organization_id",
        "created_at",
        "id",
        postgresql_where=text("holder_organization_id IS NOT NULL"),
    ),
    Index("application_by_kind", "kind", "created_at", "id"),
    Index("application_by_outcome", "outcome", "created_at", "id", postgresql_where=text("outcome IS NOT NULL")),
    Index("application_by_submission", "submitted_at", "id", postgresql_where=text("submitted_at IS NOT NULL")),
    Index("application_by_due", "latest_on", "id", postgresql_where=text("latest_on IS NOT NULL")),
    Index("application_waiting", "kind", "latest_on", "id", postgresql_where=text("queue = 'UNCLAIMED'")),
)

application_event = Table(
    "application_event",
    metadata,
    Column("id", BigInteger, Identity(start=100_000_000), primary_key=True),
    Column("application_id", BigInteger, ForeignKey("application.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),  # the stage after the event
    Column("actor", Text),  # the subject of the token; none where the clock did it
    # What the facts of other stores came to, on which the step rests, and since when they were known.
    Column("as_of", DateTime(timezone=True)),
    Column("digest", Text),
    Index("application_event_by_application", "application_id", "at", "id"),
    Index("application_event_decided", "at", "id", postgresql_where=text("kind IN ('DECIDED', 'LAPSED')")),
)

application_comment = Table(
    "application_comment",
    metadata,
    Column("id", BigInteger, Identity(start=100_000_000), primary_key=True),
    Column("application_id", BigInteger, ForeignKey("application.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("audience", Text, CheckConstraint("audience IN ('APPLICANT','INTERNAL')"), nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text),  # the subject of the token
    Index("application_comment_by_application", "application_id", "at", "id"),
)

# Whose file is open on whom: an expert's claimed application, or a regulator's inquiry about a person.
review_case = Table(
    "review_case",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("officer", Text, nullable=False),  # the subject of the token
    Column("practitioner_id", BigInteger),  # none where an institution applies
    Column("application_id", BigInteger, ForeignKey("application.id")),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("closed_at IS NULL OR closed_at > opened_at", name="case_term"),
    CheckConstraint("practitioner_id IS NOT NULL OR application_id IS NOT NULL", name="case_object"),
    Index("review_case_by_officer", "officer"),
    Index(
        "one_open_case_per_application",
        "application_id",
        unique=True,
        postgresql_where="closed_at IS NULL AND application_id IS NOT NULL",
    ),
)
