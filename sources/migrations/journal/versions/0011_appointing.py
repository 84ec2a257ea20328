"""Appointments are proposed and confirmed by two persons; the journal has what acts leave, and a new function."""

from alembic import op

from sources.postgres.triggers import left_by_acts

revision = "journal_0011"
down_revision = "journal_0010"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE appointment
    DROP CONSTRAINT appointment_function_check,
    ADD CONSTRAINT appointment_function_check
        CHECK (function IN ('HRR','EXP','REG','INS','PAT','MIS','AUD','SUPP','ADM','ALL')),
    ALTER COLUMN valid_from DROP NOT NULL,
    ADD COLUMN proposed_by text,
    ADD COLUMN proposed_at timestamptz,
    ADD COLUMN lapses_at timestamptz,
    ADD COLUMN confirmed_by text,
    ADD COLUMN ended_by text,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT appointment_proposed CHECK (valid_from IS NOT NULL OR lapses_at IS NOT NULL),
    ADD CONSTRAINT appointment_proposal CHECK (
        (proposed_by IS NULL) = (proposed_at IS NULL) AND (proposed_by IS NULL) = (lapses_at IS NULL)
    ),
    ADD CONSTRAINT appointment_two_persons CHECK (
        confirmed_by IS NULL OR confirmed_by <> subject AND confirmed_by <> proposed_by
    ),
    ADD CONSTRAINT appointment_ended CHECK ((ended_by IS NULL) = (ended_at IS NULL));
CREATE INDEX appointment_by_place ON appointment (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX appointment_by_function ON appointment (function, id);
"""


def upgrade() -> None:
    """Rows that are there stay as they are; a version before reads them, and passes proposals over by its error."""
    for statement in (*TABLES.split(";\n"), *left_by_acts()):
        if statement.strip():
            op.execute(statement)
