"""Relations of care narrow what is read: a copy that is lost fails a statement, and patients are listed by carer."""

from alembic import op

revision = "clinical_0005"
down_revision = "clinical_0004"
branch_labels = None
depends_on = None

# Of its own SQLSTATE, by which it is told from what is wrong with a statement.
LOST = """
CREATE FUNCTION copy_is_lost() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RAISE EXCEPTION 'a relation of care rests on a copy that cannot be trusted' USING ERRCODE = 'KB001';
END $$
"""


def upgrade() -> None:
    """Create the function and the indexes; whoever is older asks for neither."""
    op.execute(LOST)
    op.execute(
        "CREATE INDEX care_relation_by_carer ON care_relation (practitioner_id, organization_id, patient_id, id) "
        "WHERE practitioner_id IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX care_relation_by_unit ON care_relation (department_id, patient_id, id) "
        "WHERE department_id IS NOT NULL"
    )
