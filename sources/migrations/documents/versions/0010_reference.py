"""What is public of documents that the product makes, by the digest of the code that verifies each."""

from alembic import op

revision = "documents_0010"
down_revision = "documents_0009"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE reference (
    document_id bigint NOT NULL REFERENCES document (id),
    code_digest bytea NOT NULL UNIQUE,
    number text NOT NULL,
    authority text NOT NULL,
    holder text NOT NULL,
    issued_at timestamptz NOT NULL,
    accreditation_ids bigint[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (document_id)
)
"""


def upgrade() -> None:
    """Create the table; the whole migration is one transaction."""
    op.execute(TABLE)
