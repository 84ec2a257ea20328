"""What is read is journaled: entries of reads stand in the same chain as acts, in a table of their own, by month."""

from alembic import op

revision = "journal_0008"
down_revision = "journal_0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Nobody is between taking a place in the chain and his commit while its end is noted.
    "LOCK TABLE arrived_audit_entry IN SHARE ROW EXCLUSIVE MODE",
    """
    CREATE TABLE chain_end (
        one boolean PRIMARY KEY DEFAULT true CONSTRAINT only_one CHECK (one),
        position bigint NOT NULL,
        link bytea NOT NULL CONSTRAINT link_length CHECK (octet_length(link) = 32)
    )
    """,
    """
    INSERT INTO chain_end (position, link)
    SELECT coalesce(max(position), 0), coalesce(
        (SELECT link FROM arrived_audit_entry ORDER BY position DESC LIMIT 1), decode(repeat('00', 32), 'hex'))
    FROM arrived_audit_entry
    """,
    """
    CREATE TABLE read_entry (
        position bigint NOT NULL,
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        store text NOT NULL,
        at timestamptz NOT NULL,
        subject text NOT NULL,
        act text NOT NULL,
        object text,
        grounds jsonb NOT NULL,
        arrived_at timestamptz NOT NULL DEFAULT now(),
        link bytea NOT NULL CONSTRAINT link_length CHECK (octet_length(link) = 32),
        PRIMARY KEY (position, arrived_at)
    ) PARTITION BY RANGE (arrived_at)
    """,
    "CREATE INDEX read_entry_by_subject ON read_entry (subject, position)",
    "CREATE INDEX read_entry_by_instant ON read_entry USING brin (at)",
    "CREATE INDEX read_entry_by_person ON read_entry USING gin ((grounds -> 'about') jsonb_path_ops)",
    "CREATE INDEX read_entry_by_object ON read_entry USING gin ((grounds -> 'read') jsonb_path_ops)",
    # The same values as `audit_link` has, of whichever table the entry is; whoever adds to the chain holds its end
    # until his transaction is over, and one who falls silent meanwhile loses it. It runs as its owner, so that a
    # service which may add entries need not be able to write the end of the chain itself.
    """
    CREATE OR REPLACE FUNCTION arrived_audit_entry_chained() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        last chain_end;
    BEGIN
        PERFORM set_config('idle_in_transaction_session_timeout', '2000', true);
        PERFORM set_config('lock_timeout', '800', true);
        SELECT * INTO STRICT last FROM chain_end FOR UPDATE;
        -- What arrives again takes no place.
        IF TG_TABLE_NAME = 'arrived_audit_entry' THEN
            IF EXISTS (SELECT FROM arrived_audit_entry WHERE id = NEW.id) THEN
                RETURN NULL;
            END IF;
        END IF;
        NEW.position := last.position + 1;
        NEW.link := sha256(convert_to(
            audit_value(encode(last.link, 'hex'))
            || audit_value(NEW.position::text)
            || audit_value(NEW.id::text)
            || audit_value(NEW.store)
            || audit_value(audit_instant(NEW.at))
            || audit_value(NEW.subject)
            || audit_value(NEW.act)
            || audit_value(NEW.object)
            || audit_value(NEW.grounds::text)
            || audit_value(audit_instant(NEW.arrived_at)),
            'UTF8'));
        UPDATE chain_end SET position = NEW.position, link = NEW.link;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER read_entry_chained BEFORE INSERT ON read_entry
    FOR EACH ROW EXECUTE FUNCTION arrived_audit_entry_chained()
    """,
    "ALTER TABLE read_entry ENABLE ALWAYS TRIGGER read_entry_chained",
    """
    CREATE TRIGGER read_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON read_entry
    FOR EACH STATEMENT EXECUTE FUNCTION arrived_audit_entry_kept()
    """,
    "ALTER TABLE read_entry ENABLE ALWAYS TRIGGER read_entry_kept",
    # The end only goes on.
    """
    CREATE FUNCTION chain_end_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.position = OLD.position + 1 THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'the end of the chain only goes on' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER chain_end_kept BEFORE UPDATE OR DELETE ON chain_end
    FOR EACH ROW EXECUTE FUNCTION chain_end_kept()
    """,
    """
    CREATE TRIGGER chain_end_stays BEFORE TRUNCATE ON chain_end
    FOR EACH STATEMENT EXECUTE FUNCTION chain_end_kept()
    """,
    """
    ALTER TABLE chain_end
        ENABLE ALWAYS TRIGGER chain_end_kept,
        ENABLE ALWAYS TRIGGER chain_end_stays
    """,
    # A guard of statements does not come to partitions by itself.
    """
    CREATE FUNCTION read_entry_guarded(part text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        EXECUTE format('CREATE TRIGGER read_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION arrived_audit_entry_kept()', part);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER read_entry_kept', part);
    END $$
    """,
    # What arrives in a month that has no partition.
    "CREATE TABLE read_entry_rest PARTITION OF read_entry DEFAULT",
    "SELECT read_entry_guarded('read_entry_rest')",
    # Makes the partition of a month (UTC) of the year to come, unless it is there, or something arrived without it.
    """
    CREATE FUNCTION read_entry_month(day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
        month timestamp := date_trunc('month', day);
        starts timestamptz := month AT TIME ZONE 'UTC';
        ends timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
        part text := 'read_entry_' || to_char(month, 'YYYY_MM');
    BEGIN
        PERFORM set_config('lock_timeout', '1000', true);
        IF ends <= now() OR starts > now() + interval '1 year' OR to_regclass(part) IS NOT NULL THEN
            RETURN false;
        END IF;
        IF EXISTS (SELECT FROM read_entry_rest WHERE arrived_at >= starts AND arrived_at < ends) THEN
            RETURN false;
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE read_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        PERFORM read_entry_guarded(part);
        EXECUTE format('ALTER TABLE read_entry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, starts, ends);
        RETURN true;
    END $$
    """,
    """
    SELECT read_entry_month((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date)
    FROM generate_series(0, 3) AS ahead
    """,
)


def upgrade() -> None:
    """The version before adds acts to the chain by the same trigger, and verifies the acts alone."""
    for statement in STATEMENTS:
        op.execute(statement)
