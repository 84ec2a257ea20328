"""Codes of documents that nobody has are counted too."""

from alembic import op

revision = "identity_0010"
down_revision = "identity_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take one kind of failure more; the version before counts the others as it did."""
    op.execute("ALTER TABLE failure_slice DROP CONSTRAINT failure_slice_kind_check")
    op.execute(
        "ALTER TABLE failure_slice ADD CONSTRAINT failure_slice_kind_check "
        "CHECK (kind IN ('SIGN_IN','TOKEN','CODE','DENIED_READ','REFERENCE_CODE'))"
    )
