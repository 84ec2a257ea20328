"""What apps and machines come with to have tokens: codes and used assertions; sessions of machines."""

from alembic import op

revision = "identity_0004"
down_revision = "identity_0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    ALTER TABLE session DROP CONSTRAINT session_assurance, ADD CONSTRAINT session_assurance
        CHECK (assurance IN ('UNCONFIRMED', 'CONFIRMED', 'SERVICE'))
    """,
    """
    CREATE TABLE authorization_code (
        digest bytea NOT NULL PRIMARY KEY,
        client text NOT NULL,
        redirect text NOT NULL,
        challenge text NOT NULL,
        scope text NOT NULL,
        nonce text,
        account text NOT NULL,
        method_id bigint,
        assurance text NOT NULL,
        amr text[] NOT NULL,
        auth_time timestamptz NOT NULL,
        second_factor_at timestamptz,
        browser_session_id bigint NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        spent_at timestamptz,
        replayed_at timestamptz,
        session_id bigint,
        CONSTRAINT authorization_code_digest_length CHECK (octet_length(digest) = 32),
        CONSTRAINT authorization_code_term CHECK (expires_at > created_at),
        CONSTRAINT unspent_code CHECK (spent_at IS NOT NULL OR (replayed_at IS NULL AND session_id IS NULL))
    )
    """,
    "CREATE INDEX authorization_code_by_age ON authorization_code (created_at)",
    """
    CREATE TABLE used_assertion (
        client text NOT NULL,
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (client, digest),
        CONSTRAINT used_assertion_digest_length CHECK (octet_length(digest) = 32)
    )
    """,
    "CREATE INDEX used_assertion_by_expiry ON used_assertion (expires_at)",
)


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in _STATEMENTS:
        op.execute(statement)
