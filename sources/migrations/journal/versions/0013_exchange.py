"""Messages of exchange, and of requests for information, have kinds of their own."""

from alembic import op

revision = "journal_0013"
down_revision = "journal_0012"
branch_labels = None
depends_on = None

KINDS = (
    "'APPLICATION_STATUS', 'DECISION', 'ACCREDITATION_STATUS', 'ACCREDITATION_EXPIRY', 'STAFF_ACCREDITATION', "
    "'DOCUMENT_WARNING', 'LICENSE_UPDATE', 'INSPECTION', 'TRAINING', 'NEW_PROCEDURE', 'MAINTENANCE', "
    "'EMERGENCY_ACCESS', 'NOTE_COSIGNATURE', 'PATIENT_INQUIRY', 'DOCUMENT_EXCHANGE', 'INFORMATION_REQUEST'"
)


def upgrade() -> None:
    """Let messages take the kinds; the version before writes neither."""
    for table in ("message", "notification_setting"):
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check, "
            f"ADD CONSTRAINT {table}_kind_check CHECK (kind IN ({KINDS}))"
        )
