"""Orders of medical services, their protocols, and which values and pictures an order brought."""

from alembic import op

from sources.postgres.triggers import objects_noted_too

revision = "clinical_0015"
down_revision = "clinical_0014"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE service_order (
    id bigint NOT NULL PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES patient (id),
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    code text NOT NULL CHECK (code ~ '^[AB][0-9]{2}([.][0-9]{2,3}){2,4}$'),
    book_version text NOT NULL,
    priority text NOT NULL CHECK (priority IN ('ROUTINE','URGENT','CITO')),
    direction text CHECK (direction IN ('SURGERY','RADIATION_DIAGNOSTICS','LABORATORY')),
    performer_id bigint NOT NULL,
    department_id bigint,
    directed text,
    text bytea,
    at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    state text DEFAULT 'ACTIVE' NOT NULL
        CHECK (state IN ('ACTIVE','RECORDED','FULFILLED','CANCELLED','ENTERED_IN_ERROR')),
    cancelled_at timestamptz,
    cancelled_by bigint,
    reason bytea,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    error_id bigint,
    CONSTRAINT service_order_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT service_order_directed_check CHECK ((direction IS NULL) = (directed IS NULL)),
    CONSTRAINT service_order_term CHECK (valid_until > at),
    CONSTRAINT service_order_cancelled CHECK (
        num_nonnulls(cancelled_at, cancelled_by, reason) IN (0, 3) AND (state <> 'CANCELLED' OR reason IS NOT NULL)),
    CONSTRAINT service_order_of_patient UNIQUE (id, patient_id),
    CONSTRAINT service_order_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT service_order_special_kind_check
        CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT service_order_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL))
);
CREATE INDEX service_order_by_patient ON service_order (patient_id, at, id);
CREATE INDEX service_order_by_encounter ON service_order (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX service_order_by_practitioner ON service_order (practitioner_id, organization_id, at, id);
CREATE INDEX service_order_directed ON service_order (directed, at, id) WHERE directed IS NOT NULL;

CREATE TABLE order_protocol (
    id bigint NOT NULL PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES patient (id),
    order_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    performer_id bigint NOT NULL,
    recorder_id bigint NOT NULL,
    directed text,
    state text NOT NULL CHECK (state IN ('UNSIGNED','SIGNED')),
    significance text NOT NULL CHECK (significance IN ('NORMAL','ABNORMAL','CRITICAL')),
    conclusion bytea,
    imaging_id bigint REFERENCES imaging_study (id),
    at timestamptz NOT NULL,
    signer_id bigint,
    signed_at timestamptz,
    accreditation_id bigint,
    employment_id bigint,
    acknowledged_by bigint,
    acknowledged_at timestamptz,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT order_protocol_order FOREIGN KEY (order_id, patient_id) REFERENCES service_order (id, patient_id),
    CONSTRAINT order_protocol_signature CHECK
        (num_nonnulls(signer_id, signed_at, accreditation_id, employment_id) =
            CASE WHEN state = 'SIGNED' THEN 4 ELSE 0 END),
    CONSTRAINT order_protocol_acknowledged CHECK (num_nonnulls(acknowledged_by, acknowledged_at) <> 1),
    CONSTRAINT order_protocol_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT order_protocol_special_kind_check
        CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT order_protocol_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL))
);
CREATE UNIQUE INDEX one_protocol_of_an_order ON order_protocol (order_id);
CREATE INDEX order_protocol_by_patient ON order_protocol (patient_id, at, id);
"""
BROUGHT = ("observation", "laboratory_result", "imaging_study")
NOTE = (
    "(object_id, kind, record_id, practitioner_id, organization_id) "
    "SELECT DISTINCT c.patient_id, 'ORDER', {record}, c.practitioner_id, c.organization_id FROM {{changed}}"
)
NOTED = {"service_order": NOTE.format(record="c.id"), "order_protocol": NOTE.format(record="c.order_id")}
STAYS = "CREATE TRIGGER {0}_stays BEFORE DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION history_stays()"


def upgrade() -> None:
    """Add tables and columns; whoever is older writes neither, and finds values as he did."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in BROUGHT:
        op.execute(f"ALTER TABLE {table} ADD COLUMN order_id bigint REFERENCES service_order (id)")
        op.execute(f"CREATE INDEX {table}_by_order ON {table} (order_id, at, id) WHERE order_id IS NOT NULL")
    op.execute("ALTER TABLE laboratory_result ADD COLUMN directed text")
    for statement in (*objects_noted_too(NOTED), *(STAYS.format(table) for table in NOTED)):
        op.execute(statement)
