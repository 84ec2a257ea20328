"""Of each content it is known when it was read whole the last time, and what was wrong with it then."""

from alembic import op

revision = "documents_0012"
down_revision = "documents_0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    ALTER TABLE document_version
        ADD COLUMN checked_at timestamptz,
        ADD COLUMN fault text CHECK (fault IN ('INTEGRITY_BROKEN', 'FILE_LOST')),
        ADD COLUMN broken_at timestamptz,
        ADD CONSTRAINT document_version_fault CHECK ((fault IS NULL) = (broken_at IS NULL))
    """,
    "CREATE INDEX document_version_by_check ON document_version (checked_at NULLS FIRST, document_id, version)",
    "CREATE INDEX document_version_broken ON document_version (broken_at) WHERE fault IS NOT NULL",
)


def upgrade() -> None:
    """Nothing is known of what is there: it is read in its turn."""
    for statement in STATEMENTS:
        op.execute(statement)
