"""What came of looking for an account in the register, and codes that prove whose a phone or an address is."""

from alembic import op

from sources.postgres.triggers import facts_noted_too

revision = "identity_0005"
down_revision = "identity_0004"
branch_labels = None
depends_on = None

MATCHES = """
CREATE TABLE registry_match (
    account text NOT NULL,
    state text NOT NULL CHECK (state IN ('MATCHED', 'NONE', 'AMBIGUOUS', 'MISMATCH', 'PENDING')),
    practitioner_id bigint,
    field text,
    reason text NOT NULL,
    snils_hash bytea,
    sealed_key bytea,
    profile bytea,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    since timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (account),
    CONSTRAINT match_of_somebody CHECK ((state = 'MATCHED') = (practitioner_id IS NOT NULL)),
    CONSTRAINT match_differs_in CHECK ((state = 'MISMATCH') = (field IS NOT NULL)),
    CONSTRAINT match_waits CHECK (
        (state = 'PENDING') = (profile IS NOT NULL) AND (profile IS NULL) = (sealed_key IS NULL)
        AND (profile IS NULL) = (next_at IS NULL)
    )
);
CREATE INDEX registry_match_waiting ON registry_match (next_at) WHERE state = 'PENDING';
"""
CHALLENGES = """
CREATE TABLE contact_challenge (
    account text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('PHONE', 'EMAIL')),
    session text,
    sealed_key bytea NOT NULL,
    value bytea NOT NULL,
    code bytea,
    code_hash bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    proved_at timestamptz,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    codes integer NOT NULL DEFAULT 1,
    counted_from timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    send_at timestamptz,
    language text NOT NULL,
    PRIMARY KEY (account, kind),
    CONSTRAINT challenge_term CHECK (expires_at > made_at),
    CONSTRAINT challenge_to_send CHECK ((code IS NULL) = (send_at IS NULL))
);
CREATE INDEX contact_challenge_over ON contact_challenge (expires_at);
CREATE INDEX contact_challenge_to_send ON contact_challenge (send_at) WHERE code IS NOT NULL;
"""


def upgrade() -> None:
    """Create everything in one go; the version before knows neither table."""
    for statement in (MATCHES + CHALLENGES).split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in facts_noted_too({"registry_match": "SELECT account, NULL::bigint FROM changed"}):
        op.execute(statement)
