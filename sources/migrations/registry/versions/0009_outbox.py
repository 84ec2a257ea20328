"""What acts leave beside their effect, and word of it to whoever listens."""

from alembic import op

from sources.postgres.triggers import left_by_acts

revision = "registry_0009"
down_revision = "registry_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in left_by_acts():
        op.execute(statement)
