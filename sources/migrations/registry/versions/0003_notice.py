"""Word of changed facts to whoever listens."""

from alembic import op

revision = "registry_0003"
down_revision = "registry_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION fact_change_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_notify('fact_change', ''); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER fact_change_told AFTER INSERT ON fact_change "
        "FOR EACH STATEMENT EXECUTE FUNCTION fact_change_told()"
    )
