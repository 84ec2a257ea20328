"""What acts leave beside their effect, and word of it to whoever listens."""

from alembic import op

from sources.postgres.triggers import told

revision = "schedule_0003"
down_revision = "schedule_0002"
branch_labels = None
depends_on = None

TABLES = r"""
CREATE TABLE event (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    transaction bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    relayed_at timestamptz,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamptz,
    dead_at timestamptz,
    last_error text,
    PRIMARY KEY (id)
);
CREATE INDEX event_by_transaction ON event (transaction);
CREATE INDEX event_failed ON event (at) WHERE relayed_at IS NULL AND attempts > 0;
CREATE INDEX event_to_relay ON event (at) WHERE relayed_at IS NULL;

CREATE TABLE audit_entry (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    at timestamptz NOT NULL,
    subject text NOT NULL,
    act text NOT NULL,
    object text,
    grounds jsonb NOT NULL,
    relayed_at timestamptz,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamptz,
    dead_at timestamptz,
    last_error text,
    PRIMARY KEY (id)
);
CREATE INDEX audit_entry_failed ON audit_entry (at) WHERE relayed_at IS NULL AND attempts > 0;
CREATE INDEX audit_entry_to_relay ON audit_entry (at) WHERE relayed_at IS NULL;

CREATE TABLE idempotency_key (
    key text NOT NULL,
    subject text NOT NULL,
    act text NOT NULL,
    digest bytea NOT NULL,
    outcome jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (key)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (at);
"""


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in (*TABLES.split(";\n"), *told("event")):
        if statement.strip():
            op.execute(statement)
