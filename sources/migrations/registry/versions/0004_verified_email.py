"""When an address was proved to be its owner's; mail goes to no other."""

from alembic import op

revision = "registry_0004"
down_revision = "registry_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE practitioner ADD COLUMN email_verified_at timestamptz")
    op.execute(
        "ALTER TABLE practitioner ADD CONSTRAINT verified_what_is_there "
        "CHECK (email_verified_at IS NULL OR email IS NOT NULL)"
    )
