"""Whoever changes what an application encloses leaves a note for the officer on whom its case is open."""

from alembic import op

revision = "accreditation_0010"
down_revision = "accreditation_0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE FUNCTION application_enclosed_noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO fact_change (subject) SELECT officer FROM review_case
        WHERE application_id = NEW.id AND closed_at IS NULL;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER application_enclosed_noted AFTER UPDATE ON application FOR EACH ROW
    WHEN (OLD.document_ids IS DISTINCT FROM NEW.document_ids) EXECUTE FUNCTION application_enclosed_noted()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
