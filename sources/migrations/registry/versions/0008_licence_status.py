"""Since when the status of a licence is another than before: those whom it concerns are told."""

from alembic import op

revision = "registry_0008"
down_revision = "registry_0007"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION licence_status_noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.status_at = now();
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER licence_status_noted BEFORE UPDATE ON licence
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION licence_status_noted()
"""


def upgrade() -> None:
    """Whoever writes licences, this version or the one before, need not know of it."""
    op.execute("ALTER TABLE licence ADD COLUMN status_at timestamptz")
    op.execute(FUNCTION)
    op.execute(TRIGGER)
