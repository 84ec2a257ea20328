"""A referral names the order that it is for, and what changes of it is noted like any other record of the patient."""

from alembic import op

from sources.postgres.triggers import objects_noted_too

revision = "clinical_0022"
down_revision = "clinical_0021"
branch_labels = None
depends_on = None

COLUMN = "ALTER TABLE referral ADD COLUMN order_id bigint"
KEY = """
ALTER TABLE referral ADD CONSTRAINT referral_order
    FOREIGN KEY (order_id, patient_id) REFERENCES service_order (id, patient_id)
"""
INDEX = "CREATE INDEX referral_by_order ON referral (order_id, at, id) WHERE order_id IS NOT NULL"
# As it was, and which order it names stays as well.
STANDS = """
CREATE OR REPLACE FUNCTION referral_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.issued_at IS NOT NULL AND (
        OLD.patient_id, OLD.organization_id, OLD.practitioner_id, OLD.kind, OLD.urgency, OLD.to_organization_id,
        OLD.to_department_id, OLD.to_practitioner_id, OLD.code, OLD.reason, OLD.signer_id, OLD.issued_at,
        OLD.patient_name, OLD.patient_birth_on, OLD.patient_insurance_number, OLD.accept_until, OLD.confidentiality,
        OLD.order_id
    ) IS DISTINCT FROM (
        NEW.patient_id, NEW.organization_id, NEW.practitioner_id, NEW.kind, NEW.urgency, NEW.to_organization_id,
        NEW.to_department_id, NEW.to_practitioner_id, NEW.code, NEW.reason, NEW.signer_id, NEW.issued_at,
        NEW.patient_name, NEW.patient_birth_on, NEW.patient_insurance_number, NEW.accept_until, NEW.confidentiality,
        NEW.order_id
    ) THEN
        RAISE EXCEPTION 'a referral stays as it was issued';
    END IF;
    RETURN NEW;
END $$
"""
# Before it is issued it is no history of anybody; nor is it that the job claims it which makes its document.
NOTED = {
    "referral": "(object_id, kind, record_id, practitioner_id, organization_id) "
    "SELECT c.patient_id, 'REFERRAL', c.id, c.practitioner_id, c.organization_id FROM {changed} "
    "WHERE c.issued_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5 "
    "HAVING count(*) = 1 OR count(DISTINCT (c.version, c.document_id)) > 1"
}


def upgrade() -> None:
    """Add the column; whoever is older leaves it empty."""
    for statement in (COLUMN, KEY, INDEX, STANDS, *objects_noted_too(NOTED)):
        op.execute(statement)
