"""How events, notes and audit entries get from their store to whoever waits for them; no domain is known here."""
