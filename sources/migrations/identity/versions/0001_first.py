"""The identity store as it began: notes of what changed in rights, and what acts leave."""

from alembic import op

from sources.postgres.triggers import FACTS, facts_noted, left_by_acts, told

revision = "identity_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in (*facts_noted({}), *told(FACTS), *left_by_acts()):
        op.execute(statement)
