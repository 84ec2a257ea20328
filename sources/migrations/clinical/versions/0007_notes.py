"""Notes may belong to an episode as a whole: an epicrisis, a diary of days without an encounter."""

from alembic import op

revision = "clinical_0007"
down_revision = "clinical_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty in all rows; whoever is older neither writes nor reads it."""
    op.execute("ALTER TABLE note ADD COLUMN episode_id bigint")
    op.execute("ALTER TABLE note ADD CONSTRAINT note_of_one CHECK (num_nulls(encounter_id, episode_id) > 0)")
    op.execute(
        "ALTER TABLE note ADD CONSTRAINT note_episode "
        "FOREIGN KEY (episode_id, patient_id) REFERENCES episode (id, patient_id)"
    )
    op.execute("CREATE INDEX note_by_episode ON note (episode_id, at, id) WHERE episode_id IS NOT NULL")
