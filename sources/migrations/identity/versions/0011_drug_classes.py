"""Access to prescriptions names the controlled medicines that an organisation lets somebody prescribe."""

from alembic import op

revision = "identity_0011"
down_revision = "identity_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whoever is older hands none of them on."""
    op.execute(
        "ALTER TABLE access_grant ADD COLUMN drug_classes text[] NOT NULL DEFAULT '{}', "
        "ADD CONSTRAINT access_grant_drug_classes CHECK (drug_classes = '{}' OR (module = 'PRESCRIPTIONS' "
        "AND department_id IS NULL AND patient_ids = '{}' "
        "AND drug_classes <@ ARRAY['SUBJECT_QUANTITY','LIST_II','LIST_III']))"
    )
