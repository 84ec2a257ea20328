"""The documents as they began: the catalogue, the automatic checks and the signatures."""

from alembic import op

revision = "documents_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = r"""
CREATE TABLE document (
    id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('PASSPORT', 'SNILS', 'DIPLOMA', 'RETRAINING', 'CPD', 'EXPERIENCE',
            'SIGNING_CERTIFICATE', 'APPLICATION_FORM', 'REFERENCE', 'DECISION', 'CASE_HISTORY',
            'DISCHARGE_SUMMARY', 'REFERRAL')),
    title text NOT NULL,
    status text NOT NULL
        CHECK (status IN ('DRAFT', 'CHECKED', 'SIGNED', 'QUEUED', 'SENT', 'REGISTERED',
            'REJECTED', 'ANNULLED')),
    number text,
    issued_on date,
    expires_on date,
    issuer text,
    media_type text NOT NULL,
    byte_size bigint NOT NULL CHECK (byte_size >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    created_at timestamptz NOT NULL,
    shared_organization_ids bigint[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT document_term CHECK (expires_on IS NULL OR issued_on IS NULL OR expires_on > issued_on)
);
CREATE INDEX document_by_practitioner ON document (practitioner_id, created_at, id);
CREATE INDEX document_by_share ON document USING gin (shared_organization_ids);

CREATE TABLE document_check (
    id bigint NOT NULL,
    document_id bigint NOT NULL,
    code text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('PASSED', 'WARNED', 'FAILED')),
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (document_id) REFERENCES document (id)
);
CREATE INDEX document_check_by_document ON document_check (document_id, id);

CREATE TABLE signature (
    id bigint NOT NULL,
    document_id bigint NOT NULL,
    signer_id bigint,
    profile text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('VALID', 'INVALID', 'UNKNOWN')),
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY (document_id) REFERENCES document (id)
);
CREATE INDEX signature_by_document ON signature (document_id, id);
"""


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
