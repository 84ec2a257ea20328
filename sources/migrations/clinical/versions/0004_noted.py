"""Whoever changes an account or a record of a patient leaves a note of it, and word to whoever listens."""

from alembic import op

from sources.postgres.triggers import facts_noted, objects_noted, told

revision = "clinical_0004"
down_revision = "clinical_0003"
branch_labels = None
depends_on = None

# Whose facts: of the account that is a patient or speaks for one, of whoever opened something in an emergency.
FACTS = {
    "account": "SELECT DISTINCT subject, NULL::bigint FROM changed",
    "emergency_opening": "SELECT DISTINCT NULL::text, practitioner_id FROM changed",
}

# The object is the patient, whichever record of his changed, with the keys that rights look at.
ALONE = (
    "(object_id, practitioner_id, organization_id) "
    "SELECT DISTINCT c.patient_id, c.practitioner_id, c.organization_id FROM {changed}"
)
IN_A_UNIT = (
    "(object_id, practitioner_id, organization_id, department_id) "
    "SELECT DISTINCT c.patient_id, c.practitioner_id, c.organization_id, c.department_id FROM {changed}"
)
OF_NOBODY = "(object_id, organization_id) SELECT DISTINCT c.patient_id, c.organization_id FROM {changed}"
OBJECTS = {
    "patient": "(object_id, organization_id) SELECT DISTINCT c.id, c.organization_id FROM {changed}",
    **dict.fromkeys(("representative", "consent", "encounter_document"), OF_NOBODY),
    **dict.fromkeys(("episode", "encounter", "care_relation"), IN_A_UNIT),
    **dict.fromkeys(
        ("allowed_reader", "condition", "observation", "laboratory_result", "imaging_study", "note"), ALONE
    ),
}


def upgrade() -> None:
    """Create the tables of notes, and triggers for each table and event; each statement is noted, not each row."""
    for statement in (*facts_noted(FACTS), *told("fact_change"), *objects_noted(OBJECTS)):
        op.execute(statement)
