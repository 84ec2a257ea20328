"""Which duties whoever copies them has to look at again: every shift of that kind that was written, by whomever."""

from alembic import op

revision = "schedule_0005"
down_revision = "schedule_0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE duty_change (
    id bigint GENERATED ALWAYS AS IDENTITY,
    shift_id bigint,
    at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (id)
)
"""
FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO duty_change {what}; RETURN NULL;
END $$
"""
TRIGGER = "CREATE TRIGGER {name} AFTER {event} ON shift {states} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
OF_IT = "SELECT id FROM {} WHERE kind = 'DUTY'"
IS, WAS = OF_IT.format("changed"), OF_IT.format("was")
EVENTS = {
    "insert": ("REFERENCING NEW TABLE AS changed", f"(shift_id) {IS}"),
    "update": ("REFERENCING OLD TABLE AS was NEW TABLE AS changed", f"(shift_id) {IS} UNION {WAS}"),
    "delete": ("REFERENCING OLD TABLE AS was", f"(shift_id) {WAS}"),
    "truncate": ("", "DEFAULT VALUES"),
}


def upgrade() -> None:
    """Note changes from now on, and have what is there already copied once; whoever is older looks at neither."""
    op.execute(TABLE)
    for event, (states, what) in EVENTS.items():
        name = f"shift_{event}_to_copy"
        op.execute(FUNCTION.format(name=name, what=what))
        op.execute(TRIGGER.format(name=name, event=event, states=states))
    op.execute("INSERT INTO duty_change DEFAULT VALUES")
