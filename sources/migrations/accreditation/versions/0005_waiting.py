"""What cannot be relayed for a reason of its own, tried again later, then given up; the queue in its order."""

from alembic import op

revision = "accreditation_0005"
down_revision = "accreditation_0004"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE {table}
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN retry_at timestamptz,
    ADD COLUMN dead_at timestamptz,
    ADD COLUMN last_error text
"""
INDEX = "CREATE INDEX {table}_failed ON {table} (at) WHERE relayed_at IS NULL AND attempts > 0"


def upgrade() -> None:
    for table in ("event", "audit_entry"):
        op.execute(COLUMNS.format(table=table))
        op.execute(INDEX.format(table=table))
    op.execute("CREATE INDEX accreditation_by_application ON accreditation (application_id)")
    op.execute("CREATE INDEX application_waiting ON application (kind, latest_on, id) WHERE queue = 'UNCLAIMED'")
