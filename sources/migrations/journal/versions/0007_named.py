"""What a message speaks of besides: a document, a person, an organisation."""

from alembic import op

revision = "journal_0007"
down_revision = "journal_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The version before writes messages without them, and reads them without looking."""
    op.execute(
        "ALTER TABLE message ADD COLUMN document_id bigint, ADD COLUMN practitioner_id bigint, "
        "ADD COLUMN organization_id bigint"
    )
