"""Electronic signatures under referrals."""

from alembic import op

revision = "clinical_0023"
down_revision = "clinical_0022"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE referral_signature (
    referral_id bigint NOT NULL PRIMARY KEY REFERENCES referral (id),
    patient_id bigint NOT NULL REFERENCES patient (id),
    cms bytea NOT NULL,
    holder bytea,
    profile text NOT NULL,
    received_at timestamptz NOT NULL,
    claimed_at timestamptz,
    stamped_at timestamptz,
    serial text,
    issuer text,
    valid_from timestamptz,
    valid_to timestamptz,
    policies text[] DEFAULT '{}' NOT NULL
)
"""
STAYS = """
CREATE TRIGGER referral_signature_stays BEFORE UPDATE OR DELETE ON referral_signature
FOR EACH ROW EXECUTE FUNCTION history_stays()
"""


def upgrade() -> None:
    """Add the table; whoever is older issues referrals without such a signature."""
    op.execute(TABLE)
    op.execute(STAYS)
