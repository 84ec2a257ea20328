"""A document about a patient is of a record of his: whoever may read that may read it, and it has no other owner."""

from alembic import op

revision = "documents_0013"
down_revision = "documents_0012"
branch_labels = None
depends_on = None

COLUMNS = ("patient_id", "encounter_id", "episode_id", "note_id", "author_id", "place_id")
OWNED = "CHECK (num_nonnulls(practitioner_id, holder_organization_id, patient_id) = 1)"
OF_A_RECORD = (
    "CHECK (num_nonnulls(encounter_id, episode_id, note_id) = num_nonnulls(patient_id) "
    "AND num_nonnulls(author_id, place_id) = 2 * num_nonnulls(patient_id))"
)
NOT_SHARED = "CHECK (patient_id IS NULL OR cardinality(shared_organization_ids) = 0)"
FOUND_BY = ("patient", "encounter", "episode", "note")


def upgrade() -> None:
    """Add what a document about a patient is of; those that are there are of their owners."""
    added = ", ".join(f"ADD COLUMN {name} bigint" for name in COLUMNS)
    for table in ("document", "upload"):
        op.execute(f"ALTER TABLE {table} {added}, DROP CONSTRAINT {table}_owner")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_owner {OWNED}, "
            f"ADD CONSTRAINT {table}_of_a_record {OF_A_RECORD}"
        )
    op.execute(f"ALTER TABLE document ADD CONSTRAINT document_not_shared {NOT_SHARED}")
    for name in FOUND_BY:
        op.execute(
            f"CREATE INDEX document_by_{name} ON document ({name}_id, created_at, id) WHERE {name}_id IS NOT NULL"
        )
