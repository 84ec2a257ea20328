"""Whoever changes what is said of a person leaves a note of whom, and word of it to whoever listens."""

from alembic import op

revision = "registry_0005"
down_revision = "registry_0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE object_change (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    object_id bigint,
    practitioner_id bigint,
    organization_id bigint,
    department_id bigint,
    shared_organization_ids bigint[],
    at timestamptz NOT NULL DEFAULT now()
)
"""

# For each table, which person a changed row is of, with the keys that rights look at: as they were, and as they are.
OF_PERSON = "(object_id, practitioner_id) SELECT DISTINCT c.practitioner_id, c.practitioner_id FROM {changed}"
NOTES = {
    "practitioner": "(object_id, practitioner_id) SELECT DISTINCT c.id, c.id FROM {changed}",
    "employment": (
        "(object_id, practitioner_id, organization_id, department_id) "
        "SELECT DISTINCT c.practitioner_id, c.practitioner_id, c.organization_id, c.department_id FROM {changed}"
    ),
    "education": OF_PERSON,
    "qualification": OF_PERSON,
    "certificate": OF_PERSON,
}

# More rows of one statement than so many are noted as one note, which means any of them.
MOST = 100
EVENTS = {
    "insert": ("NEW TABLE AS after", "after", "after"),
    "update": ("OLD TABLE AS before NEW TABLE AS after", "after", "(TABLE before UNION ALL TABLE after)"),
    "delete": ("OLD TABLE AS before", "before", "before"),
}
FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM (SELECT FROM {counted} LIMIT {most} + 1) AS few) > {most} THEN
        INSERT INTO object_change DEFAULT VALUES;
    ELSE
        INSERT INTO object_change {note};
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {states}
FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""


def upgrade() -> None:
    """Create the table of notes and a trigger for each table and event; it notes each statement, not each row."""
    op.execute(TABLE)
    op.execute("CREATE INDEX object_change_by_transaction ON object_change (transaction)")
    op.execute(
        "CREATE FUNCTION any_object_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO object_change DEFAULT VALUES; RETURN NULL; END $$"
    )
    for table, note in NOTES.items():
        for event, (states, counted, rows) in EVENTS.items():
            name = f"{table}_{event}_object_noted"
            noted = note.format(changed=f"{rows} AS c")
            op.execute(FUNCTION.format(name=name, counted=counted, most=MOST, note=noted))
            op.execute(TRIGGER.format(name=name, event=event, table=table, states=states))
        op.execute(
            f"CREATE TRIGGER {table}_truncate_object_noted AFTER TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION any_object_changed()"
        )
    op.execute(
        "CREATE FUNCTION object_change_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_notify('object_change', ''); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER object_change_told AFTER INSERT ON object_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION object_change_told()"
    )
