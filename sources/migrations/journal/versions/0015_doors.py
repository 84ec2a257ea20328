"""Messages of the safety of an account, and of contacts that were confirmed long ago, have kinds of their own."""

from alembic import op

revision = "journal_0015"
down_revision = "journal_0014"
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
        || regexp_replace(held, '\\]\\)\\)\\)$', ', ''ACCOUNT_SECURITY''::text, ''CONTACTS''::text])))');
END $$
"""


def upgrade() -> None:
    """Let both tables take them; the version before writes neither."""
    for table in ("message", "notification_setting"):
        op.execute(_ADD.format(table=table))
