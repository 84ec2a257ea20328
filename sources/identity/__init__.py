"""Who comes in: accounts and how they sign in, sessions, what ties them to the register, and the rights handed on."""

from sources.identity import account, challenge, matching, session, signing_key
from sources.identity.tables import NAME, metadata

__all__ = ["NAME", "account", "challenge", "matching", "metadata", "session", "signing_key"]
