"""Prescriptions, their electronic signatures, and what pharmacies say was dispensed by them."""

from alembic import op

from sources.postgres.triggers import objects_noted_too

revision = "clinical_0016"
down_revision = "clinical_0015"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE prescription (
    id bigint NOT NULL,
    patient_id bigint NOT NULL REFERENCES patient (id),
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    at timestamptz NOT NULL,
    form text NOT NULL CHECK (form IN ('F107_1','F107_NP','F148_1_04','F148_1_88')),
    rules_version text NOT NULL,
    book_version text NOT NULL,
    medicines bytea NOT NULL,
    text_version integer NOT NULL,
    reason_code text CHECK (reason_code ~ '^[A-Z][0-9]{2}([.][0-9]{1,2})?$'),
    days integer NOT NULL CHECK (days BETWEEN 1 AND 366),
    chronic boolean NOT NULL,
    urgency text CHECK (urgency IN ('CITO','STATIM')),
    over_dose boolean NOT NULL,
    funding text CHECK (funding IN ('FEDERAL','REGIONAL','MUNICIPAL')),
    benefit_code text,
    percent integer CHECK (percent IN (50, 100)),
    state text NOT NULL CHECK (state IN (
        'DRAFT','AWAITING_SIGNATURE','REGISTERED','PARTIALLY_DISPENSED','DISPENSED','DELAYED_SERVICE','CANCELLED',
        'ANNULLED'
    )),
    cosigner_id bigint,
    grant_id bigint,
    signer_id bigint,
    signed_at timestamptz,
    accreditation_id bigint,
    employment_id bigint,
    sha256 bytea,
    leader_id bigint,
    leader_signed_at timestamptz,
    series text,
    number text,
    registered_at timestamptz,
    expires_at timestamptz,
    check_state text CHECK (check_state IN ('CHECKED','CHECK_UNAVAILABLE')),
    warnings bytea,
    annulled_at timestamptz,
    annulled_by bigint,
    reason bytea,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT prescription_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT prescription_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT prescription_special_kind_check
        CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT prescription_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    CONSTRAINT prescription_signature
        CHECK (num_nonnulls(signer_id, signed_at, accreditation_id, employment_id, sha256) IN (0, 5)),
    CONSTRAINT prescription_registered CHECK (num_nonnulls(series, number, registered_at, expires_at) =
        CASE WHEN state IN ('REGISTERED','PARTIALLY_DISPENSED','DISPENSED','DELAYED_SERVICE','ANNULLED')
        THEN 4 ELSE 0 END),
    CONSTRAINT prescription_signed CHECK (
        state NOT IN ('REGISTERED','PARTIALLY_DISPENSED','DISPENSED','DELAYED_SERVICE','ANNULLED')
        OR signer_id IS NOT NULL
    ),
    CONSTRAINT prescription_leader CHECK ((leader_id IS NULL) = (leader_signed_at IS NULL)),
    CONSTRAINT prescription_annulled
        CHECK (num_nonnulls(annulled_at, annulled_by, reason) = CASE WHEN state = 'ANNULLED' THEN 3 ELSE 0 END),
    CONSTRAINT prescription_cosigned_by_another CHECK (cosigner_id <> practitioner_id),
    CONSTRAINT prescription_granted CHECK (grant_id IS NULL OR cosigner_id IS NOT NULL),
    CONSTRAINT prescription_signed_by_two CHECK (leader_id <> signer_id),
    CONSTRAINT prescription_text_version_check CHECK (text_version BETWEEN 1 AND version),
    CONSTRAINT prescription_term CHECK (expires_at > registered_at),
    CONSTRAINT prescription_number UNIQUE (series, number)
);
CREATE INDEX prescription_by_patient ON prescription (patient_id, at, id);
CREATE INDEX prescription_by_practitioner ON prescription (practitioner_id, at, id);
CREATE INDEX prescription_by_encounter ON prescription (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX prescription_by_registration ON prescription (organization_id, registered_at)
    WHERE registered_at IS NOT NULL;

CREATE TABLE prescription_signature (
    prescription_id bigint NOT NULL REFERENCES prescription (id),
    role text NOT NULL CHECK (role IN ('SIGNER','LEADER')),
    patient_id bigint NOT NULL REFERENCES patient (id),
    cms bytea NOT NULL,
    holder bytea,
    profile text NOT NULL,
    received_at timestamptz NOT NULL,
    claimed_at timestamptz,
    stamped_at timestamptz,
    serial text,
    issuer text,
    valid_from timestamptz,
    valid_to timestamptz,
    policies text[] DEFAULT '{}' NOT NULL,
    PRIMARY KEY (prescription_id, role)
);

CREATE TABLE prescription_dispensing (
    prescription_id bigint NOT NULL REFERENCES prescription (id),
    patient_id bigint NOT NULL REFERENCES patient (id),
    organization_id bigint NOT NULL,
    source text NOT NULL,
    external_id text NOT NULL,
    event_version integer NOT NULL CHECK (event_version > 0),
    line integer NOT NULL CHECK (line > 0),
    amount integer NOT NULL CHECK (amount >= 0),
    delayed boolean NOT NULL,
    dispensed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, source, external_id),
    CONSTRAINT prescription_dispensing_delayed CHECK (NOT delayed OR amount = 0)
);
CREATE INDEX prescription_dispensing_by_prescription ON prescription_dispensing (prescription_id, line);

CREATE SEQUENCE prescription_number_of_ours
"""
NOTED = {
    "prescription": "(object_id, kind, record_id, practitioner_id, organization_id) "
    "SELECT DISTINCT c.patient_id, 'PRESCRIPTION', c.id::bigint, c.practitioner_id, c.organization_id FROM {changed}"
}
SIGNED = ", ".join(
    f"{{row}}.{name}"
    for name in (
        "patient_id", "encounter_id", "organization_id", "practitioner_id", "form", "medicines", "text_version",
        "reason_code", "days", "chronic", "urgency", "over_dose", "funding", "benefit_code", "percent", "signer_id",
        "signed_at", "accreditation_id", "employment_id", "sha256",
    )
)  # fmt: skip
NUMBERED = ", ".join(f"{{row}}.{name}" for name in ("series", "number", "registered_at", "expires_at", "leader_id"))
TRIGGERS = (
    f"""
    CREATE FUNCTION prescription_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.signer_id IS NOT NULL
            AND ({SIGNED.format(row="NEW")}) IS DISTINCT FROM ({SIGNED.format(row="OLD")})
            OR OLD.number IS NOT NULL
            AND ({NUMBERED.format(row="NEW")}) IS DISTINCT FROM ({NUMBERED.format(row="OLD")})
            OR OLD.state IN ('CANCELLED', 'ANNULLED') AND NEW.state <> OLD.state
        THEN
            RAISE 'a prescription that is signed stands as it was signed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_prescriptions_stand';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER prescription_changes BEFORE UPDATE ON prescription
    FOR EACH ROW EXECUTE FUNCTION prescription_changes()
    """,
    """
    CREATE TRIGGER prescription_stays BEFORE DELETE ON prescription
    FOR EACH ROW EXECUTE FUNCTION history_stays()
    """,
    """
    CREATE TRIGGER prescription_signature_stays BEFORE UPDATE OR DELETE ON prescription_signature
    FOR EACH ROW EXECUTE FUNCTION history_stays()
    """,
)


def upgrade() -> None:
    """Add the tables; whoever is older writes no row of them, and finds histories as they were."""
    for statement in (*TABLES.split(";\n"), *objects_noted_too(NOTED), *TRIGGERS):
        if statement.strip():
            op.execute(statement)
