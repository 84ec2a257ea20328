"""Attempts to sign in."""

from alembic import op

revision = "identity_0003"
down_revision = "identity_0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE sign_in_attempt (
        digest bytea NOT NULL,
        browser bytea NOT NULL,
        method text NOT NULL,
        session_id bigint,
        max_age integer,
        return_to text NOT NULL,
        begun_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        spent_at timestamptz,
        PRIMARY KEY (digest),
        CONSTRAINT sign_in_attempt_length CHECK (octet_length(digest) = 32 AND octet_length(browser) = 32),
        CONSTRAINT sign_in_attempt_term CHECK (expires_at > begun_at),
        CONSTRAINT sign_in_attempt_returns_here CHECK (starts_with(return_to, '/') AND NOT starts_with(return_to, '//'))
    )
    """,
    "CREATE INDEX sign_in_attempt_by_age ON sign_in_attempt (begun_at)",
)


def upgrade() -> None:
    """Create the table; the whole migration is one transaction."""
    for statement in _STATEMENTS:
        op.execute(statement)
