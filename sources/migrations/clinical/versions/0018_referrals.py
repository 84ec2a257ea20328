"""Referrals: who sends which patient where, what became of it, and which of them still want their document."""

from alembic import op

revision = "clinical_0018"
down_revision = "clinical_0017"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE referral (
    id bigint NOT NULL PRIMARY KEY,
    patient_id bigint NOT NULL REFERENCES patient (id),
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('HOSPITALIZATION','CONSULTATION','EXAMINATION','LABORATORY','HIGH_TECH','REHABILITATION')),
    urgency text NOT NULL CHECK (urgency IN ('EMERGENCY','URGENT','PLANNED')),
    to_organization_id bigint NOT NULL,
    to_department_id bigint,
    to_practitioner_id bigint,
    code text NOT NULL,
    book_version text NOT NULL,
    reason bytea NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN
        ('DRAFT','AWAITING_SIGNATURE','DISCARDED','ISSUED','ACCEPTED','DECLINED','ANSWERED','ANNULLED')),
    cosigner_id bigint,
    signer_id bigint,
    issued_at timestamptz,
    accreditation_id bigint,
    employment_id bigint,
    patient_name bytea,
    patient_birth_on bytea,
    patient_insurance_number bytea,
    document_code text,
    document_edition integer,
    accept_until timestamptz,
    acceptor_id bigint,
    accepted_at timestamptz,
    care_until timestamptz,
    closed_at timestamptz,
    closing bytea,
    answer bytea,
    answer_note_id bigint REFERENCES note (id),
    paper_wanted_at timestamptz,
    paper_again_at timestamptz,
    paper_attempts integer DEFAULT 0 NOT NULL,
    document_id bigint UNIQUE,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT referral_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT referral_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT referral_special_kind_check CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT referral_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    CONSTRAINT referral_signed_by_another CHECK (cosigner_id <> practitioner_id),
    CONSTRAINT referral_awaits_somebody CHECK (state <> 'AWAITING_SIGNATURE' OR cosigner_id IS NOT NULL),
    CONSTRAINT referral_issued CHECK (
        num_nonnulls(signer_id, issued_at, accreditation_id, employment_id, patient_name, patient_birth_on,
            document_code, document_edition, accept_until)
        = CASE WHEN state IN ('DRAFT', 'AWAITING_SIGNATURE', 'DISCARDED') THEN 0 ELSE 9 END),
    CONSTRAINT referral_accepted CHECK (
        num_nonnulls(acceptor_id, accepted_at, care_until) IN (0, 3) AND CASE
            WHEN state IN ('ACCEPTED', 'ANSWERED') THEN acceptor_id IS NOT NULL
            WHEN state = 'ANNULLED' THEN true ELSE acceptor_id IS NULL END),
    CONSTRAINT referral_closed CHECK ((closed_at IS NOT NULL) = (state IN ('DECLINED', 'ANSWERED', 'ANNULLED'))),
    CONSTRAINT referral_closed_for_a_reason CHECK ((closing IS NOT NULL) = (state IN ('DECLINED', 'ANNULLED'))),
    CONSTRAINT referral_answered CHECK ((answer IS NOT NULL) = (state = 'ANSWERED')),
    CONSTRAINT referral_answered_by_a_note CHECK (answer IS NOT NULL OR answer_note_id IS NULL),
    CONSTRAINT referral_accepted_after_issue CHECK (accept_until > issued_at),
    CONSTRAINT referral_accepted_in_time CHECK (accepted_at >= issued_at AND accepted_at < accept_until),
    CONSTRAINT referral_care_term CHECK (care_until > accepted_at),
    CONSTRAINT referral_special_to_one CHECK (special_kind IS NULL OR to_practitioner_id IS NOT NULL)
)
"""
INDEXES = (
    "referral_by_patient ON referral (patient_id, at, id)",
    "referral_by_receiver ON referral (to_organization_id, at, id)",
    "referral_by_place ON referral (organization_id, at, id)",
    "referral_by_encounter ON referral (encounter_id, at, id) WHERE encounter_id IS NOT NULL",
    "referral_without_paper ON referral (paper_again_at, id) WHERE paper_wanted_at IS NOT NULL",
)
# Whom it names, why, to whom and by whom stays as it was signed; a row never goes away.
STANDS = """
CREATE FUNCTION referral_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.issued_at IS NOT NULL AND (
        OLD.patient_id, OLD.organization_id, OLD.practitioner_id, OLD.kind, OLD.urgency, OLD.to_organization_id,
        OLD.to_department_id, OLD.to_practitioner_id, OLD.code, OLD.reason, OLD.signer_id, OLD.issued_at,
        OLD.patient_name, OLD.patient_birth_on, OLD.patient_insurance_number, OLD.accept_until, OLD.confidentiality
    ) IS DISTINCT FROM (
        NEW.patient_id, NEW.organization_id, NEW.practitioner_id, NEW.kind, NEW.urgency, NEW.to_organization_id,
        NEW.to_department_id, NEW.to_practitioner_id, NEW.code, NEW.reason, NEW.signer_id, NEW.issued_at,
        NEW.patient_name, NEW.patient_birth_on, NEW.patient_insurance_number, NEW.accept_until, NEW.confidentiality
    ) THEN
        RAISE EXCEPTION 'a referral stays as it was issued';
    END IF;
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER referral_stands BEFORE UPDATE OR DELETE ON referral
FOR EACH ROW EXECUTE FUNCTION referral_stands()
"""


def upgrade() -> None:
    """Create the table; whoever is older writes no row of it."""
    op.execute(TABLE)
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute(STANDS)
    op.execute(TRIGGER)
