"""Documents have versions of content that lie sealed, uploads have rows, and acts are done in this store."""

from alembic import op

from sources.postgres.triggers import left_by_acts

revision = "documents_0006"
down_revision = "documents_0005"
branch_labels = None
depends_on = None

# The version before writes documents without the new columns, and reads none of it.
DOCUMENTS = """
ALTER TABLE document
    ADD COLUMN version integer DEFAULT 1 NOT NULL,
    ADD COLUMN content_version integer DEFAULT 0 NOT NULL,
    ADD COLUMN changed_at timestamptz DEFAULT now() NOT NULL;
CREATE TABLE document_version (
    document_id bigint NOT NULL REFERENCES document (id),
    version integer NOT NULL CHECK (version > 0),
    file uuid NOT NULL UNIQUE,
    wrapped_key bytea NOT NULL,
    media_type text NOT NULL,
    byte_size bigint NOT NULL CHECK (byte_size >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    pages integer CHECK (pages > 0),
    uploaded_at timestamptz NOT NULL,
    uploaded_by text,
    file_name bytea,
    PRIMARY KEY (document_id, version)
);
CREATE INDEX document_version_by_key ON document_version (get_byte(wrapped_key, 0));
CREATE INDEX document_version_by_sha256 ON document_version (sha256);
CREATE TABLE upload (
    ticket bytea NOT NULL,
    subject text NOT NULL,
    practitioner_id bigint,
    holder_organization_id bigint,
    document_id bigint NOT NULL,
    content_version integer NOT NULL CHECK (content_version > 0),
    expected_version integer,
    kind text NOT NULL,
    byte_size bigint NOT NULL CHECK (byte_size > 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    described bytea NOT NULL,
    file uuid NOT NULL UNIQUE,
    wrapped_key bytea NOT NULL,
    received bigint DEFAULT 0 NOT NULL,
    state text NOT NULL CHECK (state IN ('OPEN', 'WHOLE', 'KEPT', 'REFUSED')),
    fault text,
    receiver uuid,
    receiving_until timestamptz,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (ticket),
    CONSTRAINT upload_owner CHECK ((practitioner_id IS NULL) <> (holder_organization_id IS NULL)),
    CONSTRAINT upload_received CHECK (received BETWEEN 0 AND byte_size),
    CONSTRAINT upload_refused CHECK ((state = 'REFUSED') = (fault IS NOT NULL)),
    CONSTRAINT upload_whole CHECK (state <> 'WHOLE' OR received = byte_size)
);
CREATE INDEX upload_open ON upload (subject) WHERE state IN ('OPEN', 'WHOLE');
CREATE INDEX upload_by_end ON upload (expires_at);
CREATE INDEX upload_by_key ON upload (get_byte(wrapped_key, 0));
"""


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in (*DOCUMENTS.split(";\n"), *left_by_acts()):
        if statement.strip():
            op.execute(statement)
