"""A note names the access that was handed on by which it was written."""

from alembic import op

revision = "clinical_0014"
down_revision = "clinical_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the version before writes no note by a grant, and needs it nowhere."""
    op.execute(
        "ALTER TABLE note ADD COLUMN grant_id bigint, "
        "ADD CONSTRAINT note_granted CHECK (grant_id IS NULL OR cosigner_id IS NOT NULL)"
    )
