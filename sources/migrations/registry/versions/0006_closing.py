"""An organisation that closes ends what is held there by accounts that the register does not know: all are told."""

from alembic import op

revision = "registry_0006"
down_revision = "registry_0005"
branch_labels = None
depends_on = None

# Service accounts of an organisation are appointed in the journal; a note without a name means everybody.
FUNCTION = """
CREATE FUNCTION organization_closing_noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (
        SELECT FROM before JOIN after USING (id) WHERE before.closed_on IS DISTINCT FROM after.closed_on
    ) THEN
        INSERT INTO fact_change DEFAULT VALUES;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER organization_closing_noted AFTER UPDATE ON organization
REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION organization_closing_noted()
"""


def upgrade() -> None:
    """The version before understands the note: it forgets what it knows of everybody."""
    op.execute(FUNCTION)
    op.execute(TRIGGER)
