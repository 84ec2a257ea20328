"""Records of patients: episodes, encounters, conditions, what was measured, notes with their versions."""

from alembic import op

revision = "clinical_0002"
down_revision = "clinical_0001"
branch_labels = None
depends_on = None

TABLES = r"""
CREATE TABLE episode (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    department_id bigint,
    kind text NOT NULL CHECK (kind IN ('AMBULATORY','DAY_HOSPITAL','INPATIENT','HOME','EMERGENCY')),
    basis text NOT NULL CHECK (basis IN ('BOOKING','DUTY','REFERRAL','ASSIGNMENT')),
    basis_id bigint,
    at timestamptz NOT NULL,
    ends_at timestamptz,
    outcome text CHECK (outcome IN ('RECOVERED','IMPROVED','UNCHANGED','WORSENED','TRANSFERRED','DIED')),
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT episode_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT episode_special_kind_check CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT episode_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    CONSTRAINT outcome_when_closed CHECK ((outcome IS NULL) = (ends_at IS NULL)),
    CONSTRAINT episode_term CHECK (ends_at IS NULL OR ends_at > at),
    CONSTRAINT episode_of_patient UNIQUE (id, patient_id),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
CREATE INDEX episode_by_patient ON episode (patient_id, at, id);

CREATE TABLE encounter (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    episode_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    department_id bigint,
    employment_id bigint NOT NULL,
    booking_id bigint,
    shift_id bigint,
    kind text NOT NULL CHECK (kind IN ('AMBULATORY','INPATIENT','HOME','EMERGENCY','TELEMEDICINE')),
    at timestamptz NOT NULL,
    ends_at timestamptz,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT encounter_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT encounter_special_kind_check CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT encounter_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    CONSTRAINT encounter_came_from_one CHECK (booking_id IS NULL OR shift_id IS NULL),
    CONSTRAINT encounter_term CHECK (ends_at IS NULL OR ends_at > at),
    CONSTRAINT encounter_episode FOREIGN KEY (episode_id, patient_id) REFERENCES episode (id, patient_id),
    CONSTRAINT encounter_of_patient UNIQUE (id, patient_id),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
CREATE INDEX encounter_by_episode ON encounter (episode_id, at, id) WHERE episode_id IS NOT NULL;
CREATE INDEX encounter_by_patient ON encounter (patient_id, at, id);
CREATE INDEX encounter_by_practitioner ON encounter (practitioner_id, at, id);
CREATE INDEX encounter_by_shift ON encounter (shift_id, at, id) WHERE shift_id IS NOT NULL;
CREATE UNIQUE INDEX one_encounter_of_a_booking ON encounter (booking_id) WHERE booking_id IS NOT NULL;

CREATE TABLE encounter_document (
    document_id bigint NOT NULL,
    encounter_id bigint NOT NULL,
    patient_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    PRIMARY KEY (document_id),
    CONSTRAINT encounter_document_encounter FOREIGN KEY (encounter_id, patient_id)
        REFERENCES encounter (id, patient_id)
);
CREATE INDEX encounter_document_by_encounter ON encounter_document (encounter_id, document_id);

CREATE TABLE condition (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('MAIN','COMPLICATION','CONCOMITANT')),
    code text NOT NULL CHECK (code ~ '^[A-Z][0-9]{2}([.][0-9]{1,2})?$'),
    book_version text NOT NULL,
    certainty text NOT NULL CHECK (certainty IN ('PRELIMINARY','CONFIRMED','REFUTED','ENTERED_IN_ERROR')),
    at timestamptz NOT NULL,
    began_on date,
    resolved_on date,
    wording bytea,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT condition_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT condition_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT condition_special_kind_check CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT condition_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    CONSTRAINT condition_term CHECK (resolved_on IS NULL OR began_on IS NULL OR resolved_on >= began_on),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
CREATE INDEX condition_by_encounter ON condition (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX condition_by_patient ON condition (patient_id, at, id);

CREATE TABLE observation (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    code text NOT NULL CHECK (code ~ '^[0-9]{1,5}-[0-9]$'),
    book_version text NOT NULL,
    value numeric,
    unit text,
    words bytea,
    low numeric,
    high numeric,
    flag text CHECK (flag IN ('NORMAL','LOW','HIGH','CRITICALLY_LOW','CRITICALLY_HIGH','ABNORMAL')),
    state text DEFAULT 'FINAL' NOT NULL CHECK (state IN ('FINAL','ENTERED_IN_ERROR')),
    at timestamptz NOT NULL,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT observation_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT observation_has_one_value CHECK ((value IS NULL) <> (words IS NULL)),
    CONSTRAINT observation_value_has_a_unit CHECK ((value IS NULL) = (unit IS NULL)),
    CONSTRAINT observation_range CHECK (low IS NULL OR high IS NULL OR low < high),
    CONSTRAINT observation_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT observation_special_kind_check CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT observation_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
CREATE INDEX observation_by_encounter ON observation (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX observation_by_patient ON observation (patient_id, at, id);

CREATE TABLE laboratory_result (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    code text NOT NULL CHECK (code ~ '^[0-9]{1,5}-[0-9]$'),
    book_version text NOT NULL,
    value numeric,
    unit text,
    words bytea,
    low numeric,
    high numeric,
    flag text CHECK (flag IN ('NORMAL','LOW','HIGH','CRITICALLY_LOW','CRITICALLY_HIGH','ABNORMAL')),
    state text DEFAULT 'FINAL' NOT NULL CHECK (state IN ('FINAL','ENTERED_IN_ERROR')),
    at timestamptz NOT NULL,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT laboratory_result_encounter FOREIGN KEY (encounter_id, patient_id)
        REFERENCES encounter (id, patient_id),
    CONSTRAINT laboratory_result_has_one_value CHECK ((value IS NULL) <> (words IS NULL)),
    CONSTRAINT laboratory_result_value_has_a_unit CHECK ((value IS NULL) = (unit IS NULL)),
    CONSTRAINT laboratory_result_range CHECK (low IS NULL OR high IS NULL OR low < high),
    CONSTRAINT laboratory_result_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT laboratory_result_special_kind_check
        CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT laboratory_result_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
CREATE INDEX laboratory_result_by_encounter
    ON laboratory_result (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX laboratory_result_by_patient ON laboratory_result (patient_id, at, id);

CREATE TABLE imaging_study (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    modality text NOT NULL CHECK (modality IN ('CR','CT','DX','ES','MG','MR','NM','PT','US','XA')),
    at timestamptz NOT NULL,
    link bytea NOT NULL,
    conclusion bytea,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT imaging_study_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT imaging_study_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT imaging_study_special_kind_check
        CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT imaging_study_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
CREATE INDEX imaging_study_by_encounter ON imaging_study (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX imaging_study_by_patient ON imaging_study (patient_id, at, id);

CREATE TABLE note (
    id bigint NOT NULL,
    patient_id bigint NOT NULL,
    encounter_id bigint,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('EXAMINATION','DIARY','CONSULTATION','EPICRISIS','PROTOCOL','NURSING')),
    at timestamptz NOT NULL,
    text bytea NOT NULL,
    text_version integer NOT NULL,
    state text NOT NULL CHECK (state IN ('DRAFT','AWAITING_COSIGNATURE','SIGNED','CORRECTED','DISCARDED')),
    cosigner_id bigint,
    corrects_id bigint,
    signer_id bigint,
    signed_at timestamptz,
    accreditation_id bigint,
    employment_id bigint,
    sha256 bytea,
    confidentiality text DEFAULT 'NORMAL' NOT NULL,
    special_kind text,
    version integer DEFAULT 1 NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT note_encounter FOREIGN KEY (encounter_id, patient_id) REFERENCES encounter (id, patient_id),
    CONSTRAINT note_confidentiality_check CHECK (confidentiality IN ('NORMAL','RESTRICTED','SPECIAL')),
    CONSTRAINT note_special_kind_check CHECK (special_kind IN ('PSYCHIATRY','HIV','GENETICS','REPRODUCTIVE')),
    CONSTRAINT note_special CHECK ((confidentiality = 'SPECIAL') = (special_kind IS NOT NULL)),
    CONSTRAINT note_signature
        CHECK (num_nonnulls(signer_id, signed_at, accreditation_id, employment_id, sha256) =
            CASE WHEN state IN ('SIGNED', 'CORRECTED') THEN 5 ELSE 0 END),
    CONSTRAINT note_awaits_somebody CHECK (state <> 'AWAITING_COSIGNATURE' OR cosigner_id IS NOT NULL),
    CONSTRAINT note_cosigned_by_another CHECK (cosigner_id <> practitioner_id),
    CONSTRAINT note_signed_by_whom_it_takes CHECK (signer_id = coalesce(cosigner_id, practitioner_id)),
    CONSTRAINT note_signed_after CHECK (signed_at >= at),
    CONSTRAINT note_corrects_another CHECK (corrects_id <> id),
    CONSTRAINT note_text_version_check CHECK (text_version BETWEEN 1 AND version),
    FOREIGN KEY (patient_id) REFERENCES patient (id),
    FOREIGN KEY (corrects_id) REFERENCES note (id)
);
CREATE INDEX note_by_cosigner ON note (cosigner_id, at, id) WHERE state = 'AWAITING_COSIGNATURE';
CREATE INDEX note_by_encounter ON note (encounter_id, at, id) WHERE encounter_id IS NOT NULL;
CREATE INDEX note_by_patient ON note (patient_id, at, id);
CREATE UNIQUE INDEX one_correction_of_a_note ON note (corrects_id) WHERE state <> 'DISCARDED';

CREATE TABLE note_version (
    note_id bigint NOT NULL,
    version integer NOT NULL,
    patient_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    text bytea NOT NULL,
    text_version integer NOT NULL,
    state text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (note_id, version),
    FOREIGN KEY (note_id) REFERENCES note (id),
    FOREIGN KEY (patient_id) REFERENCES patient (id)
);
"""

# A note keeps every version of itself, and once it is signed it stands.
TRIGGERS = (
    """
    CREATE FUNCTION note_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        stands note := OLD;
    BEGIN
        IF OLD.state IN ('SIGNED', 'CORRECTED', 'DISCARDED') THEN
            -- But for its label, and a correction that takes its place.
            stands.confidentiality := NEW.confidentiality;
            stands.special_kind := NEW.special_kind;
            stands.version := NEW.version;
            stands.changed_at := NEW.changed_at;
            IF OLD.state = 'SIGNED' AND NEW.state = 'CORRECTED' THEN
                stands.state := NEW.state;
            END IF;
            IF NEW IS DISTINCT FROM stands THEN
                RAISE 'a note that is signed or discarded stands'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_notes_stand';
            END IF;
        END IF;
        IF (NEW.id, NEW.patient_id, NEW.organization_id, NEW.practitioner_id, NEW.corrects_id)
            IS DISTINCT FROM (OLD.id, OLD.patient_id, OLD.organization_id, OLD.practitioner_id, OLD.corrects_id)
        THEN
            RAISE 'whose a note is does not change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'notes_stay_whose_they_are';
        END IF;
        IF NEW.version <> OLD.version + 1
            OR (NEW.text IS DISTINCT FROM OLD.text) <> (NEW.text_version <> OLD.text_version)
            OR NEW.text_version NOT IN (OLD.text_version, NEW.version)
        THEN
            RAISE 'each change of a note is a version of it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'note_versions_follow';
        END IF;
        INSERT INTO note_version (
            note_id, version, patient_id, organization_id, practitioner_id, text, text_version, state, changed_at
        ) VALUES (
            OLD.id, OLD.version, OLD.patient_id, OLD.organization_id, OLD.practitioner_id, OLD.text, OLD.text_version,
            OLD.state, OLD.changed_at
        );
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER note_changes BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION note_changes()",
    """
    CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE 'a history is not unmade' USING ERRCODE = 'check_violation', CONSTRAINT = 'histories_stay';
    END $$
    """,
    "CREATE TRIGGER note_stays BEFORE DELETE ON note FOR EACH ROW EXECUTE FUNCTION history_stays()",
    """
    CREATE TRIGGER note_version_stays BEFORE UPDATE OR DELETE ON note_version
    FOR EACH ROW EXECUTE FUNCTION history_stays()
    """,
)


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in (*TABLES.split(";\n"), *TRIGGERS):
        if statement.strip():
            op.execute(statement)
