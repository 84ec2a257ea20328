"""Whoever changes a fact that rights rest on leaves a note of whose it was."""

from alembic import op

revision = "journal_0002"
down_revision = "journal_0001"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE fact_change (
    transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    subject text,
    practitioner_id bigint,
    at timestamptz NOT NULL DEFAULT now()
)
"""

# For each table, whom a changed row is about; "changed" holds the rows as they were or as they are now.
NOTES = {
    "appointment": "SELECT subject, NULL::bigint FROM changed",
}

EVENTS = (("insert", "NEW"), ("update", "NEW"), ("update", "OLD"), ("delete", "OLD"))


def upgrade() -> None:
    """Create the table of notes and a trigger for each table and event; it notes each statement, not each row."""
    op.execute(TABLE)
    op.execute("CREATE INDEX fact_change_by_transaction ON fact_change (transaction)")
    for table, whose in NOTES.items():
        for event, state in EVENTS:
            name = f"{table}_{event}_{state.lower()}_noted"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"INSERT INTO fact_change (subject, practitioner_id) {whose}; RETURN NULL; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {state} TABLE AS changed "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
        op.execute(
            f"CREATE FUNCTION {table}_truncate_noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO fact_change DEFAULT VALUES; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_truncate_noted AFTER TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_truncate_noted()"
        )
