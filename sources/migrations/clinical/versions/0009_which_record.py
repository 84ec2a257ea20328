"""A note of a change says which record of a patient it was, and of which kind."""

from alembic import op

from sources.postgres.triggers import objects_noted_otherwise

revision = "clinical_0009"
down_revision = "clinical_0008"
branch_labels = None
depends_on = None

NOTE = "(object_id, kind, record_id, {names}) SELECT DISTINCT c.{patient}, '{kind}', {record}::bigint, {columns} FROM "
PLACED = ("practitioner_id", "organization_id")
IN_A_UNIT = (*PLACED, "department_id")


def note(kind: str, record: str, names: tuple[str, ...], patient: str = "patient_id") -> str:
    """What is noted of the changed rows of a table."""
    columns = ", ".join(f"c.{name}" for name in names)
    made = NOTE.format(names=", ".join(names), patient=patient, kind=kind, record=record, columns=columns)
    return made + "{changed}"


# What belongs to a record is of that record; whose readers a list names, of whichever kind, the history tells.
OBJECTS = {
    "patient": note("PATIENT", "NULL", ("organization_id",), "id"),
    "representative": note("PATIENT", "NULL", ("organization_id",)),
    "care_relation": note("CARE", "NULL", IN_A_UNIT),
    "consent": note("CONSENT", "c.id", ("organization_id",)),
    "encounter_document": note("ENCOUNTER", "c.encounter_id", ("organization_id",)),
    "allowed_reader": note("RECORD", "c.record_id", PLACED),
    **{table: note(table.upper(), "c.id", IN_A_UNIT) for table in ("episode", "encounter")},
    **{
        table: note(table.upper(), "c.id", PLACED)
        for table in ("condition", "observation", "laboratory_result", "imaging_study", "note")
    },
}


def upgrade() -> None:
    """Add the columns, and have the triggers fill them; whoever is older reads the others."""
    op.execute("ALTER TABLE object_change ADD COLUMN kind text, ADD COLUMN record_id bigint")
    for statement in objects_noted_otherwise(OBJECTS):
        op.execute(statement)
