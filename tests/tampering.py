"""What only the owner of the journal can do to it: take its guards away, and put them back."""

_TRIGGERS = ("arrived_audit_entry_chained", "arrived_audit_entry_kept")
_GUARD = "ALTER TABLE arrived_audit_entry {} TRIGGER {};"


def unguarded(*statements: str) -> str:
    """A script that does this to the audit entries behind the back of their triggers."""
    off = [_GUARD.format("DISABLE", name) for name in _TRIGGERS]
    on = [_GUARD.format("ENABLE ALWAYS", name) for name in _TRIGGERS]
    return "\n".join((*off, *(f"{one};" for one in statements), *on))
