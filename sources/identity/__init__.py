"""Who comes in: accounts and how they sign in, sessions, what ties them to the register, and the rights handed on."""

from sources.identity import (
    account,
    attempt,
    authorization,
    challenge,
    device,
    grant,
    limits,
    matching,
    report_template,
    session,
    signing_key,
    support,
)
from sources.identity.tables import NAME, metadata

__all__ = [
    "NAME",
    "account",
    "attempt",
    "authorization",
    "challenge",
    "device",
    "grant",
    "limits",
    "matching",
    "metadata",
    "report_template",
    "session",
    "signing_key",
    "support",
]
