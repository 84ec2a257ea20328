"""Messages of notes that wait for a co-signature, or have it, have a kind of their own."""

from alembic import op

revision = "journal_0016"
down_revision = "journal_0015"
branch_labels = None
depends_on = None

KINDS = (
    "'APPLICATION_STATUS', 'DECISION', 'ACCREDITATION_STATUS', 'ACCREDITATION_EXPIRY', 'STAFF_ACCREDITATION', "
    "'DOCUMENT_WARNING', 'LICENSE_UPDATE', 'INSPECTION', 'TRAINING', 'NEW_PROCEDURE', 'MAINTENANCE', "
    "'EMERGENCY_ACCESS', 'NOTE_COSIGNATURE'"
)


def upgrade() -> None:
    """Let both tables take it; the version before writes none."""
    for table in ("message", "notification_setting"):
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check, "
            f"ADD CONSTRAINT {table}_kind_check CHECK (kind IN ({KINDS}))"
        )
