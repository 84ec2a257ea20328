"""Audit entries become a chain: each has a place without gaps and a link to the one before, and stays as it is."""

from alembic import op

revision = "journal_0005"
down_revision = "journal_0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE arrived_audit_entry ALTER COLUMN position DROP IDENTITY, ADD COLUMN link bytea",
    # The canonical form of a value: its length in bytes, a colon, its text, a comma; a dash and a comma for none.
    """
    CREATE FUNCTION audit_value(value text) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '-,')
    $$
    """,
    """
    CREATE FUNCTION audit_instant(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    $$
    """,
    """
    CREATE FUNCTION audit_link(previous bytea, entry arrived_audit_entry) RETURNS bytea LANGUAGE sql STABLE AS $$
        SELECT sha256(convert_to(
            audit_value(encode(previous, 'hex'))
            || audit_value(entry.position::text)
            || audit_value(entry.id::text)
            || audit_value(entry.store)
            || audit_value(audit_instant(entry.at))
            || audit_value(entry.subject)
            || audit_value(entry.act)
            || audit_value(entry.object)
            || audit_value(entry.grounds::text)
            || audit_value(audit_instant(entry.arrived_at)),
            'UTF8'))
    $$
    """,
    """
    DO $$
    DECLARE
        entry arrived_audit_entry;
        place bigint := 0;
        last bytea := decode(repeat('00', 32), 'hex');
    BEGIN
        FOR entry IN SELECT * FROM arrived_audit_entry ORDER BY position LOOP
            place := place + 1;
            entry.position := place;
            last := audit_link(last, entry);
            UPDATE arrived_audit_entry SET position = place, link = last WHERE id = entry.id;
        END LOOP;
    END $$
    """,
    "ALTER TABLE arrived_audit_entry ALTER COLUMN link SET NOT NULL",
    "ALTER TABLE arrived_audit_entry ADD CONSTRAINT link_length CHECK (octet_length(link) = 32)",
    "CREATE INDEX arrived_audit_entry_by_object ON arrived_audit_entry (object, position)",
    "CREATE INDEX arrived_audit_entry_by_subject ON arrived_audit_entry (subject, position)",
    "CREATE INDEX arrived_audit_entry_by_instant ON arrived_audit_entry (at)",
    # Whoever adds to the chain holds its end until his transaction is over; one who falls silent meanwhile loses it.
    """
    CREATE FUNCTION arrived_audit_entry_chained() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        last_position bigint;
        last_link bytea;
    BEGIN
        PERFORM set_config('idle_in_transaction_session_timeout', '5000', true);
        PERFORM pg_advisory_xact_lock(7220123);
        SELECT position, link INTO last_position, last_link
        FROM arrived_audit_entry ORDER BY position DESC LIMIT 1;
        NEW.position := coalesce(last_position, 0) + 1;
        NEW.link := audit_link(coalesce(last_link, decode(repeat('00', 32), 'hex')), NEW);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER arrived_audit_entry_chained BEFORE INSERT ON arrived_audit_entry
    FOR EACH ROW EXECUTE FUNCTION arrived_audit_entry_chained()
    """,
    """
    CREATE FUNCTION arrived_audit_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'audit entries are only added' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER arrived_audit_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON arrived_audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION arrived_audit_entry_kept()
    """,
    # Also in a session that takes itself for a replica, where other triggers are silent.
    """
    ALTER TABLE arrived_audit_entry
        ENABLE ALWAYS TRIGGER arrived_audit_entry_chained,
        ENABLE ALWAYS TRIGGER arrived_audit_entry_kept
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
