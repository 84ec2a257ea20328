"""When applications were decided, in an index: the terms are measured over the decisions of some days."""

from alembic import op

revision = "accreditation_0007"
down_revision = "accreditation_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX application_event_decided ON application_event (at, id) WHERE kind IN ('DECIDED', 'LAPSED')"
    )
