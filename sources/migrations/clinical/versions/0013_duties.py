"""Whoever is on duty in a unit cares for those who lie there: duties come from the schedule, stays are here."""

from alembic import op

revision = "clinical_0013"
down_revision = "clinical_0012"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE duty (
    shift_id bigint PRIMARY KEY,
    practitioner_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    department_id bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    related boolean DEFAULT false NOT NULL,
    CONSTRAINT duty_term CHECK (ends_at > starts_at)
)
"""
# Whoever changes duties and whoever changes stays of a department wait for each other: neither misses the other's.
LOCK = """
CREATE FUNCTION hold_departments(departments bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_advisory_xact_lock(7220132, hashint8(one))
    FROM (SELECT DISTINCT one FROM unnest(departments) AS one ORDER BY one) AS each;
END $$
"""
# Of several stays of a patient in a unit during one duty it is the last, with those that reach into it.
RELATE = """
CREATE FUNCTION relate_duties(duties bigint[], patients bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    WITH stay AS (
        SELECT d.shift_id, d.practitioner_id, d.organization_id, r.patient_id,
            greatest(d.starts_at, r.starts_at) AS since, least(d.ends_at, r.ends_at) AS until
        FROM duty d JOIN care_relation r ON r.department_id = d.department_id AND r.basis = 'DUTY'
            AND r.organization_id = d.organization_id AND r.copied_from IS NULL
            AND r.starts_at < d.ends_at AND (r.ends_at IS NULL OR r.ends_at > d.starts_at)
        WHERE d.related AND d.shift_id = ANY(duties) AND (patients IS NULL OR r.patient_id = ANY(patients))
    ), ordered AS (
        SELECT *, max(since) OVER (PARTITION BY shift_id, patient_id) AS last FROM stay
    ), one AS (
        SELECT shift_id, practitioner_id, organization_id, patient_id, min(since) AS since, max(until) AS until
        FROM ordered WHERE until >= last GROUP BY shift_id, practitioner_id, organization_id, patient_id
    ), gone AS (
        DELETE FROM care_relation r
        WHERE r.basis = 'DUTY' AND r.basis_id = ANY(duties) AND r.copied_from = 'schedule'
            AND (patients IS NULL OR r.patient_id = ANY(patients))
            AND NOT EXISTS (
                SELECT FROM one WHERE one.shift_id = r.basis_id AND one.patient_id = r.patient_id
                    AND one.practitioner_id = r.practitioner_id
            )
    )
    INSERT INTO care_relation
        (patient_id, organization_id, basis, basis_id, practitioner_id, starts_at, ends_at, copied_from)
    SELECT patient_id, organization_id, 'DUTY', shift_id, practitioner_id, since, until, 'schedule'
    FROM one ORDER BY shift_id, patient_id
    ON CONFLICT (basis, basis_id, patient_id, practitioner_id, department_id)
    DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at, organization_id = excluded.organization_id
        WHERE (care_relation.starts_at, care_relation.ends_at, care_relation.organization_id)
            IS DISTINCT FROM (excluded.starts_at, excluded.ends_at, excluded.organization_id);
END $$
"""
STAYS = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    departments bigint[];
    patients bigint[];
    duties bigint[];
BEGIN
    SELECT array_agg(DISTINCT c.department_id), array_agg(DISTINCT c.patient_id) INTO departments, patients
    FROM ({changed}) AS c WHERE c.basis = 'DUTY' AND c.department_id IS NOT NULL;
    IF departments IS NOT NULL THEN
        PERFORM hold_departments(departments);
        SELECT array_agg(shift_id) INTO duties FROM duty WHERE related AND department_id = ANY(departments);
        IF duties IS NOT NULL THEN
            PERFORM relate_duties(duties, patients);
        END IF;
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = "CREATE TRIGGER {name} AFTER {event} ON care_relation {states} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
IS, WAS = "SELECT * FROM changed", "SELECT * FROM was"
EVENTS = {
    "insert": ("REFERENCING NEW TABLE AS changed", IS),
    "update": ("REFERENCING OLD TABLE AS was NEW TABLE AS changed", f"{IS} UNION ALL {WAS}"),
    "delete": ("REFERENCING OLD TABLE AS was", WAS),
}


def upgrade() -> None:
    """Create the copy of duties, and what makes relations of it; while it is empty nothing is otherwise."""
    for statement in (TABLE, LOCK, RELATE):
        op.execute(statement)
    op.execute("CREATE INDEX duty_by_department ON duty (department_id, starts_at)")
    op.execute("CREATE INDEX duty_to_relate ON duty (starts_at) WHERE NOT related")
    for event, (states, changed) in EVENTS.items():
        name = f"care_relation_{event}_on_duty"
        op.execute(STAYS.format(name=name, changed=changed))
        op.execute(TRIGGER.format(name=name, event=event, states=states))
