"""Who comes in: accounts and how they sign in, sessions, what ties them to the register, and the rights handed on."""

from sources.identity import account, attempt, authorization, challenge, matching, session, signing_key
from sources.identity.tables import NAME, metadata

__all__ = [
    "NAME",
    "account",
    "attempt",
    "authorization",
    "challenge",
    "matching",
    "metadata",
    "session",
    "signing_key",
]
