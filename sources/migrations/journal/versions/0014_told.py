"""Messages of what is asked of the register, of links, grants, appointments and locks have kinds of their own."""

import re

from alembic import op
from sqlalchemy import text

revision = "journal_0014"
down_revision = "journal_0013"
branch_labels = None
depends_on = None

ADDED = ("REGISTRY_REQUEST", "ORGANIZATION_LINK", "ACCESS_GRANT", "APPOINTMENT", "ACCOUNT_LOCK")
_KNOWN = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"


def upgrade() -> None:
    """Let both tables take them beside those that they take; the version before writes none."""
    for table in ("message", "notification_setting"):
        name = f"{table}_kind_check"
        known = re.findall("'([A-Z_]+)'", op.get_bind().scalar(text(_KNOWN), {"name": name}))
        kinds = ", ".join(f"'{kind}'" for kind in dict.fromkeys((*known, *ADDED)))
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK (kind IN ({kinds}))")
