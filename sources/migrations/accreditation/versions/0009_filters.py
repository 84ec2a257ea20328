"""Applications by what they are filtered by, in indexes: kind, outcome, days, the institution that filed them."""

from alembic import op

revision = "accreditation_0009"
down_revision = "accreditation_0008"
branch_labels = None
depends_on = None

INDEXES = (
    "application_newest ON application (created_at, id)",
    (
        "application_by_holder ON application (holder_organization_id, created_at, id) "
        "WHERE holder_organization_id IS NOT NULL"
    ),
    "application_by_kind ON application (kind, created_at, id)",
    "application_by_outcome ON application (outcome, created_at, id) WHERE outcome IS NOT NULL",
    "application_by_submission ON application (submitted_at, id) WHERE submitted_at IS NOT NULL",
    "application_by_due ON application (latest_on, id) WHERE latest_on IS NOT NULL",
)


def upgrade() -> None:
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
