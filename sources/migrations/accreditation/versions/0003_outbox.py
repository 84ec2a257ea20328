"""What acts leave beside their effect, and word of it to whoever listens."""

from alembic import op

revision = "accreditation_0003"
down_revision = "accreditation_0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE event (
        id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
        transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        payload jsonb NOT NULL,
        relayed_at timestamptz
    )
    """,
    "CREATE INDEX event_by_transaction ON event (transaction)",
    "CREATE INDEX event_to_relay ON event (at) WHERE relayed_at IS NULL",
    """
    CREATE TABLE audit_entry (
        id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
        at timestamptz NOT NULL,
        subject text NOT NULL,
        act text NOT NULL,
        object text,
        grounds jsonb NOT NULL,
        relayed_at timestamptz
    )
    """,
    "CREATE INDEX audit_entry_to_relay ON audit_entry (at) WHERE relayed_at IS NULL",
    """
    CREATE TABLE idempotency_key (
        key text NOT NULL PRIMARY KEY,
        subject text NOT NULL,
        act text NOT NULL,
        digest bytea NOT NULL,
        outcome jsonb NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX idempotency_key_by_age ON idempotency_key (at)",
)

# Whoever hears it asks what is new; the word itself says nothing, so that none of it can be lost or read by others.
NOTICE = """
CREATE FUNCTION {table}_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_notify('{table}', ''); RETURN NULL;
END $$
"""
TRIGGER = "CREATE TRIGGER {table}_told AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_told()"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in ("fact_change", "event"):
        op.execute(NOTICE.format(table=table))
        op.execute(TRIGGER.format(table=table))
