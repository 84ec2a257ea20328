"""The schedule as it began: shifts, never two of one person at a time."""

from alembic import op

revision = "schedule_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = r"""
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE shift (
    id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    department_id bigint,
    room text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('DAY', 'NIGHT', 'DUTY', 'ON_CALL', 'TELEMEDICINE')),
    PRIMARY KEY (id),
    CONSTRAINT shift_term CHECK (ends_at > starts_at),
    -- Shifts of one person never overlap.
    CONSTRAINT shifts_do_not_overlap EXCLUDE USING gist (
        practitioner_id WITH =,
        tstzrange(starts_at, ends_at) WITH &&
    )
);
CREATE INDEX shift_by_practitioner ON shift (practitioner_id, starts_at, id);
"""


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
