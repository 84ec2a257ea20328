"""Signatures are kept whole, with what their verdict rests on; what was signed does not change any more."""

from alembic import op

revision = "documents_0008"
down_revision = "documents_0007"
branch_labels = None
depends_on = None

# The version before writes signatures without the new columns, and reads none of them.
SIGNATURE = """
ALTER TABLE signature
    ADD COLUMN content_version integer DEFAULT 0 NOT NULL,
    ADD COLUMN organization_id bigint,
    ADD COLUMN role text CHECK (role IN ('OWNER', 'AUTHOR', 'OFFICIAL', 'ORGANIZATION', 'AUTHORITY')),
    ADD COLUMN subject text,
    ADD COLUMN received_at timestamptz,
    ADD COLUMN claimed_at timestamptz,
    ADD COLUMN stamped_at timestamptz,
    ADD COLUMN judged_at timestamptz,
    ADD COLUMN verified_at timestamptz,
    ADD COLUMN faults text[] DEFAULT '{}' NOT NULL,
    ADD COLUMN checks jsonb DEFAULT '{}' NOT NULL,
    ADD COLUMN family text,
    ADD COLUMN content_sha256 text CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
    ADD COLUMN serial text,
    ADD COLUMN issuer text,
    ADD COLUMN valid_from timestamptz,
    ADD COLUMN valid_to timestamptz,
    ADD COLUMN policies text[] DEFAULT '{}' NOT NULL,
    ADD COLUMN thumbprint text CHECK (thumbprint ~ '^[0-9a-f]{64}$'),
    ADD COLUMN revocation_source text,
    ADD COLUMN revocation_at timestamptz,
    ADD COLUMN key bytea,
    ADD COLUMN cms bytea,
    ADD COLUMN holder bytea,
    ADD CONSTRAINT signature_kept CHECK (cms IS NULL OR (key IS NOT NULL AND received_at IS NOT NULL));
CREATE INDEX signature_unknown ON signature (verified_at, id) WHERE verdict = 'UNKNOWN' AND cms IS NOT NULL;
CREATE INDEX signature_by_key ON signature (get_byte(key, 0)) WHERE key IS NOT NULL;
"""

# Bytes that moved to where all others lie stay the same bytes.
SIGNED = """
CREATE FUNCTION signed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the content of a signed document does not change' USING ERRCODE = 'check_violation';
END $$
"""
GUARDED = """
CREATE TRIGGER signed_stays BEFORE UPDATE ON document FOR EACH ROW
WHEN (OLD.status IN ('SIGNED', 'QUEUED', 'SENT', 'REGISTERED', 'ANNULLED') AND OLD.sha256 <> NEW.sha256)
EXECUTE FUNCTION signed_stays()
"""


def upgrade() -> None:
    """Add everything in one go; the whole migration is one transaction."""
    for statement in (*SIGNATURE.split(";\n"), SIGNED, GUARDED):
        if statement.strip():
            op.execute(statement)
