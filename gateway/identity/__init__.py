"""Whose tokens are believed: issuers, their keys, the demo's own; roles and rights are not made here."""
