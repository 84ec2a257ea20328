"""A medicine is ordered as a service is: how it is given lies sealed with the order; each time it was is a row."""

from alembic import op

revision = "clinical_0024"
down_revision = "clinical_0023"
branch_labels = None
depends_on = None

# Whoever is older writes neither column, and shows such an order as one of the class A25 of the nomenclature.
COLUMNS = "ALTER TABLE service_order ADD COLUMN medicine bytea, ADD COLUMN given integer DEFAULT 0 NOT NULL"
CODE = """
ALTER TABLE service_order DROP CONSTRAINT service_order_code_check,
    ADD CONSTRAINT service_order_code_check CHECK (code ~ '^([AB][0-9]{2}([.][0-9]{2,3}){2,4}|A25)$'),
    ADD CONSTRAINT service_order_medicine CHECK ((code = 'A25') = (medicine IS NOT NULL)),
    ADD CONSTRAINT service_order_given CHECK (given = 0 OR given > 0 AND medicine IS NOT NULL)
"""
TABLE = """
CREATE TABLE order_administration (
    id bigint NOT NULL PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES patient (id),
    order_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    accreditation_id bigint,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT order_administration_order FOREIGN KEY (order_id, patient_id) REFERENCES service_order (id, patient_id)
)
"""
INDEX = "CREATE INDEX order_administration_by_order ON order_administration (order_id, at, id)"
STAYS = """
CREATE TRIGGER order_administration_stays BEFORE UPDATE OR DELETE ON order_administration
FOR EACH ROW EXECUTE FUNCTION history_stays()
"""


def upgrade() -> None:
    """Add the columns and the table."""
    for statement in (COLUMNS, CODE, TABLE, INDEX, STAYS):
        op.execute(statement)
