"""What prescriptions rest on: who prescribes narcotic medicines in which post, and who preferential ones until when."""

from alembic import op

revision = "registry_0011"
down_revision = "registry_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; whoever is older asks for none of them."""
    op.execute("ALTER TABLE employment ADD COLUMN prescribes_narcotics boolean NOT NULL DEFAULT false")
    op.execute(
        "ALTER TABLE practitioner ADD COLUMN preferential_from date, ADD COLUMN preferential_to date, "
        "ADD CONSTRAINT preferential_term CHECK (preferential_to IS NULL OR preferential_from <= preferential_to)"
    )
