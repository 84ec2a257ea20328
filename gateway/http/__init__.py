"""The door over HTTP: heads, bodies, statuses, deadlines; no operation is understood and no stream opened here."""
