"""Who may know what: token, viewer, roles, verdicts; pure functions of facts, no I/O."""
