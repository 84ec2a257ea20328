"""Consents to the terms of access: whoever is accredited already has none, and limited rights until he confirms."""

from alembic import op

revision = "accreditation_0006"
down_revision = "accreditation_0005"
branch_labels = None
depends_on = None

# Nobody's consent can be presumed, so none is made for those who are accredited already.
TABLE = """
CREATE TABLE access_consent (
    practitioner_id bigint NOT NULL,
    confirmed_at timestamptz NOT NULL,
    version text NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (practitioner_id, confirmed_at),
    CONSTRAINT consent_term CHECK (ended_at IS NULL OR ended_at > confirmed_at)
)
"""
ONE = "CREATE UNIQUE INDEX one_consent_at_a_time ON access_consent (practitioner_id) WHERE ended_at IS NULL"

# As for other facts that rights rest on: whoever changes one leaves a note of whose it was.
NOTED = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO fact_change (practitioner_id) {whose}; RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON access_consent {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(ONE)
    for event, state in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        name = f"access_consent_{event}_noted"
        op.execute(NOTED.format(name=name, whose="SELECT practitioner_id FROM changed"))
        op.execute(TRIGGER.format(name=name, event=event, rows=f"REFERENCING {state} TABLE AS changed"))
    name = "access_consent_truncate_noted"
    op.execute(NOTED.format(name=name, whose="VALUES (NULL)"))
    op.execute(TRIGGER.format(name=name, event="truncate", rows=""))
