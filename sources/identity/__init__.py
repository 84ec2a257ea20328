"""Who comes in: accounts and how they sign in, sessions, what ties them to the register, and the rights handed on."""

from sources.identity.grant import access_grant
from sources.identity.tables import NAME, metadata

__all__ = ["NAME", "access_grant", "metadata"]
