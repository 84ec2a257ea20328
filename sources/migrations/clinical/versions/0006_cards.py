"""Each organisation has a card of its own of a patient, and which cards are of one number is noted beside them."""

from alembic import op

revision = "clinical_0006"
down_revision = "clinical_0005"
branch_labels = None
depends_on = None

TABLES = r"""
ALTER TABLE patient ADD CONSTRAINT one_card_of_a_number UNIQUE (insurance_hash, organization_id);
ALTER TABLE patient DROP CONSTRAINT patient_insurance_hash_key;
CREATE TABLE patient_match (
    patient_id bigint NOT NULL,
    match_id bigint NOT NULL,
    named_alike boolean NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (patient_id, match_id),
    CONSTRAINT patient_match_of_two CHECK (patient_id <> match_id),
    FOREIGN KEY (patient_id) REFERENCES patient (id),
    FOREIGN KEY (match_id) REFERENCES patient (id)
);
"""


def upgrade() -> None:
    """Create everything in one go; whoever is older finds one card of a number or several, as of a name."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
