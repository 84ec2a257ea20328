"""Notes are signed electronically as well: the signature is kept beside the note, sealed by the key of its patient."""

from alembic import op

revision = "clinical_0013"
down_revision = "clinical_0012"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE note_signature (
    note_id bigint NOT NULL PRIMARY KEY REFERENCES note (id),
    patient_id bigint NOT NULL REFERENCES patient (id),
    cms bytea NOT NULL,
    holder bytea,
    profile text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('VALID', 'INVALID', 'UNKNOWN')),
    received_at timestamptz NOT NULL,
    claimed_at timestamptz,
    stamped_at timestamptz,
    judged_at timestamptz NOT NULL,
    verified_at timestamptz NOT NULL,
    faults text[] DEFAULT '{}' NOT NULL,
    checks jsonb DEFAULT '{}' NOT NULL,
    family text,
    serial text,
    issuer text,
    valid_from timestamptz,
    valid_to timestamptz,
    policies text[] DEFAULT '{}' NOT NULL,
    revocation_source text,
    revocation_at timestamptz
)
"""


def upgrade() -> None:
    """Add the table; whoever is older writes no row of it."""
    op.execute(TABLE)
    op.execute("CREATE INDEX note_signature_unknown ON note_signature (verified_at, note_id) WHERE verdict = 'UNKNOWN'")
