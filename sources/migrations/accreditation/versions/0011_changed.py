"""When a record was changed last, in which transaction, and below which all others were finished then."""

from alembic import op

revision = "accreditation_0011"
down_revision = "accreditation_0010"
branch_labels = None
depends_on = None

HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# The instant is the last of them: what was finished by then is below the horizon, and not what is finished later.
NOTED = {
    "noted_above": ("bigint", HORIZON, HORIZON),
    "noted_in": ("bigint", "0", "pg_current_xact_id()::text::bigint"),
    "noted_at": ("timestamptz", "now()", "clock_timestamp()"),
}
FUNCTION = """
CREATE FUNCTION accreditation_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {assigned} RETURN NEW; END $$
"""
# What not everybody sees who reads a record is no change of it: he would learn that there is another place of work.
HIDDEN = "'{organization_ids,department_ids,state_reason}'::text[]"
TRIGGER = f"""
CREATE TRIGGER accreditation_changed BEFORE UPDATE ON accreditation FOR EACH ROW
WHEN (to_jsonb(NEW) - {HIDDEN} IS DISTINCT FROM to_jsonb(OLD) - {HIDDEN}) EXECUTE FUNCTION accreditation_changed()
"""
INDEXES = (
    "accreditation_by_change ON accreditation (noted_at, id)",
    "accreditation_by_transaction ON accreditation (noted_in)",
    "accreditation_by_place ON accreditation (place_id, noted_at, id)",
)


def upgrade() -> None:
    """Add the columns; what is there already counts as changed now, and as finished before everything else."""
    for name, (kind, before, since) in NOTED.items():
        op.execute(f"ALTER TABLE accreditation ADD COLUMN {name} {kind} NOT NULL DEFAULT {before}")
        op.execute(f"ALTER TABLE accreditation ALTER COLUMN {name} SET DEFAULT {since}")
    assigned = " ".join(f"NEW.{name} := {since};" for name, (_, _, since) in NOTED.items())
    op.execute(FUNCTION.format(assigned=assigned))
    op.execute(TRIGGER)
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
