"""Records that were entered in error name who said so, and why; a booking may have another encounter then."""

from alembic import op

from sources.postgres.triggers import objects_noted_too

revision = "clinical_0012"
down_revision = "clinical_0011"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE record_error (
    id bigint NOT NULL PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES patient (id),
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    record_id bigint NOT NULL,
    at timestamptz NOT NULL,
    reason bytea NOT NULL
)
"""
RECORDS = ("encounter", "condition", "observation", "laboratory_result", "note")
# Whoever sees the record no more is told that something of the patient changed, so that he asks again.
NOTED = {
    "record_error": "(object_id, kind, practitioner_id, organization_id) "
    "SELECT DISTINCT c.patient_id, 'PATIENT', c.practitioner_id, c.organization_id FROM {changed}"
}
STAYS = """
CREATE TRIGGER record_error_stays BEFORE UPDATE OR DELETE ON record_error
FOR EACH ROW EXECUTE FUNCTION history_stays()
"""


def upgrade() -> None:
    """Add table and columns; whoever is older writes neither, and finds what is marked as he did."""
    op.execute(TABLE)
    op.execute("CREATE UNIQUE INDEX one_error_of_a_record ON record_error (record_id)")
    for table in RECORDS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN error_id bigint")
    for statement in (*objects_noted_too(NOTED), STAYS):
        op.execute(statement)
    op.execute("DROP INDEX one_encounter_of_a_booking")
    op.execute(
        "CREATE UNIQUE INDEX one_encounter_of_a_booking ON encounter (booking_id) "
        "WHERE booking_id IS NOT NULL AND error_id IS NULL"
    )
