"""The registry as it began: organisations, people, education and employments."""

from alembic import op

revision = "registry_0001"
down_revision = None
branch_labels = None
depends_on = None

FUNCTIONS = r"""
CREATE FUNCTION is_snils(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN value IS NULL THEN NULL
        WHEN value !~ '^[0-9]{11}$' OR left(value, 9) = '000000000' THEN false
        WHEN left(value, 9)::integer <= 1001998 THEN true  -- numbers older than the check digits
        ELSE right(value, 2)::integer = (
            SELECT sum(substr(value, place, 1)::integer * (10 - place)) % 101 % 100
            FROM generate_series(1, 9) AS place
        )
    END
$$;
CREATE FUNCTION is_inn(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN value IS NULL THEN NULL
        WHEN value !~ '^([0-9]{10}|[0-9]{12})$' OR value ~ '^0+$' THEN false
        ELSE (
            SELECT bool_and(substr(value, length(weights) + 1, 1)::integer = (
                SELECT sum(substr(value, place, 1)::integer * (ascii(substr(weights, place, 1)) - 96)) % 11 % 10
                FROM generate_series(1, length(weights)) AS place
            ))
            -- One letter is one weight: a is 1, b is 2 and so on.
            FROM unnest(CASE length(value)
                WHEN 10 THEN ARRAY['bdjceidfh']
                ELSE ARRAY['gbdjceidfh', 'cgbdjceidfh']
            END) AS weights
        )
    END
$$;
CREATE FUNCTION is_ogrn(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN value IS NULL THEN NULL
        WHEN value !~ '^[15][0-9]{12}$' THEN false
        ELSE right(value, 1)::integer = left(value, 12)::bigint % 11 % 10
    END
$$;
"""

TABLES = r"""
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE organization (
    id bigint NOT NULL,
    oid text NOT NULL,
    name text NOT NULL,
    short_name text,
    sort_name text NOT NULL,
    ogrn text NOT NULL CHECK (is_ogrn(ogrn)),
    inn text NOT NULL CHECK (is_inn(inn)),
    region_code text NOT NULL,
    head_id bigint,
    closed_on date,
    PRIMARY KEY (id),
    UNIQUE (oid),
    UNIQUE (ogrn),
    UNIQUE (inn)
);
CREATE INDEX organization_by_name ON organization (sort_name, id);

CREATE TABLE practitioner (
    id bigint NOT NULL,
    subject text,
    registry_number text NOT NULL,
    family_name text NOT NULL,
    given_name text NOT NULL,
    patronymic text,
    sort_name text NOT NULL,
    specialty_code text,
    birth_on date NOT NULL,
    snils text NOT NULL CHECK (is_snils(snils)),
    inn text CHECK (is_inn(inn)),
    phone text,
    email text,
    PRIMARY KEY (id),
    UNIQUE (subject),
    UNIQUE (registry_number),
    UNIQUE (snils),
    UNIQUE (inn)
);
CREATE INDEX practitioner_by_birth ON practitioner (birth_on, id);
CREATE INDEX practitioner_by_name ON practitioner (sort_name, id);
CREATE INDEX practitioner_by_specialty ON practitioner (specialty_code, sort_name, id);

CREATE TABLE certificate (
    id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    number text NOT NULL,
    institution text NOT NULL,
    specialty_code text NOT NULL,
    issued_on date NOT NULL,
    ends_on date NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT certificate_term CHECK (ends_on > issued_on),
    FOREIGN KEY (practitioner_id) REFERENCES practitioner (id)
);
CREATE INDEX certificate_by_practitioner ON certificate (practitioner_id);

CREATE TABLE department (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    oid text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    head_id bigint,
    closed_on date,
    PRIMARY KEY (id),
    FOREIGN KEY (organization_id) REFERENCES organization (id),
    UNIQUE (oid)
);
CREATE INDEX department_by_head ON department (head_id);
CREATE INDEX department_by_organization ON department (organization_id, id);

CREATE TABLE education (
    id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    kind text NOT NULL,
    institution text NOT NULL,
    specialty_code text NOT NULL,
    document_number text NOT NULL,
    completed_on date NOT NULL,
    hours integer,
    PRIMARY KEY (id),
    FOREIGN KEY (practitioner_id) REFERENCES practitioner (id)
);
CREATE INDEX education_by_practitioner ON education (practitioner_id);

CREATE TABLE licence (
    id bigint NOT NULL,
    organization_id bigint NOT NULL,
    number text NOT NULL,
    activity text NOT NULL,
    authority text NOT NULL,
    status text NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'TERMINATED')),
    starts_on date NOT NULL,
    ends_on date,
    PRIMARY KEY (id),
    CONSTRAINT licence_term CHECK (ends_on IS NULL OR ends_on > starts_on),
    FOREIGN KEY (organization_id) REFERENCES organization (id),
    UNIQUE (number)
);
CREATE INDEX licence_by_organization ON licence (organization_id, id);

CREATE TABLE qualification (
    id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    specialty_code text NOT NULL,
    rank integer NOT NULL CHECK (rank BETWEEN 1 AND 3),
    awarded_on date NOT NULL,
    ends_on date NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT qualification_term CHECK (ends_on > awarded_on),
    FOREIGN KEY (practitioner_id) REFERENCES practitioner (id)
);
CREATE INDEX qualification_by_practitioner ON qualification (practitioner_id);

CREATE TABLE employment (
    id bigint NOT NULL,
    practitioner_id bigint NOT NULL,
    organization_id bigint NOT NULL,
    department_id bigint,
    position_code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('MAIN', 'INTERNAL_PART_TIME', 'COMBINATION', 'EXTERNAL_PART_TIME')),
    rate numeric(4, 2) NOT NULL CHECK (rate > 0 AND rate <= 2),
    starts_on date NOT NULL,
    ends_on date,
    accreditation_id bigint,
    PRIMARY KEY (id),
    CONSTRAINT employment_term CHECK (ends_on IS NULL OR ends_on >= starts_on),
    FOREIGN KEY (practitioner_id) REFERENCES practitioner (id),
    FOREIGN KEY (organization_id) REFERENCES organization (id),
    FOREIGN KEY (department_id) REFERENCES department (id),
    -- One person has one main employment at a time.
    CONSTRAINT one_main_employment EXCLUDE USING gist (
        practitioner_id WITH =,
        daterange(starts_on, ends_on, '[]') WITH &&
    ) WHERE (kind = 'MAIN')
);
CREATE INDEX employment_by_department ON employment (department_id, id);
CREATE INDEX employment_by_organization ON employment (organization_id, id);
CREATE INDEX employment_by_practitioner ON employment (practitioner_id, id);
"""


def upgrade() -> None:
    """Create everything in one go; the whole migration is one transaction."""
    for statement in (FUNCTIONS + TABLES).split(";\n"):
        if statement.strip():
            op.execute(statement)
