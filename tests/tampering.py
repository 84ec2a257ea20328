"""What only the owner of the journal can do to it: take its guards away, and put them back."""

_TRIGGERS = {
    "arrived_audit_entry": ("arrived_audit_entry_chained", "arrived_audit_entry_kept"),
    "read_entry": ("read_entry_chained", "read_entry_kept"),
    "chain_end": ("chain_end_kept", "chain_end_stays"),
}
_GUARD = "ALTER TABLE {} {} TRIGGER {};"
# Nothing was ever entered.
EMPTIED = (
    "TRUNCATE arrived_audit_entry, read_entry",
    "UPDATE chain_end SET position = 0, link = decode(repeat('00', 32), 'hex')",
)
# The parts of `read_entry` have guards of their own.
_PARTS = """
DO $$ DECLARE part regclass; BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'read_entry'::regclass LOOP
        EXECUTE format('ALTER TABLE %s {} TRIGGER read_entry_kept', part);
    END LOOP;
END $$;
"""


def unguarded(*statements: str) -> str:
    """A script that does this to the entries behind the back of their triggers."""
    guards = [(table, name) for table, names in _TRIGGERS.items() for name in names]
    off = [_GUARD.format(table, "DISABLE", name) for table, name in guards]
    on = [_GUARD.format(table, "ENABLE ALWAYS", name) for table, name in guards]
    done = (f"{one};" for one in statements)
    return "\n".join((*off, _PARTS.format("DISABLE"), *done, *on, _PARTS.format("ENABLE ALWAYS")))
