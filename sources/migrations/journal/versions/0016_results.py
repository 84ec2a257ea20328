"""Messages of results that are not as they should be have a kind of their own."""

from alembic import op

revision = "journal_0016"
down_revision = "journal_0015"
branch_labels = None
depends_on = None

# What is there already stays, whichever kinds came before.
_ADD = """
DO $$
DECLARE held text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT held FROM pg_constraint
    WHERE conrelid = '{table}'::regclass AND conname = '{table}_kind_check';
    EXECUTE 'ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check, ADD CONSTRAINT {table}_kind_check '
        || regexp_replace(held, '\\]\\)\\)\\)$', ', ''ORDER_RESULT''::text])))');
END $$
"""


def upgrade() -> None:
    """Let both tables take it; the version before writes none."""
    for table in ("message", "notification_setting"):
        op.execute(_ADD.format(table=table))
