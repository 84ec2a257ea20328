"""An account has its row of the register by the match that is written of it, and no other column says so."""

from alembic import op

revision = "identity_0009"
down_revision = "identity_0008"
branch_labels = None
depends_on = None

# Neither column was ever written, and no version that was released reads them.
STATEMENTS = (
    "DROP INDEX account_by_practitioner",
    "ALTER TABLE account DROP COLUMN practitioner_id, DROP COLUMN blocked_at",
)


def upgrade() -> None:
    """Drop what nobody wrote."""
    for statement in STATEMENTS:
        op.execute(statement)
