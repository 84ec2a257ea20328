"""Encounters of an organisation and of a department are found by their time, so that reports count them."""

from alembic import op

revision = "clinical_0020"
down_revision = "clinical_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes; whoever is older needs neither."""
    op.execute("CREATE INDEX encounter_by_organization ON encounter (organization_id, at)")
    op.execute("CREATE INDEX encounter_by_department ON encounter (department_id, at) WHERE department_id IS NOT NULL")
