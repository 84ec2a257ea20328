"""Documents of institutions; checks that failed, to be found."""

from alembic import op

revision = "documents_0003"
down_revision = "documents_0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE document ALTER COLUMN practitioner_id DROP NOT NULL, ADD COLUMN holder_organization_id bigint",
    """
    ALTER TABLE document ADD CONSTRAINT document_owner
        CHECK ((practitioner_id IS NULL) <> (holder_organization_id IS NULL))
    """,
    "CREATE INDEX document_by_organization ON document (holder_organization_id, created_at, id)",
    "CREATE INDEX document_check_failed ON document_check (checked_at) WHERE verdict = 'FAILED'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
