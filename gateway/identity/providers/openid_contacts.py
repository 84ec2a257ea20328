"""Contacts of a person as OpenID providers tell them (OpenID Connect Core, 5.1), if he confirmed them there."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from resolvers.registering.reached import ContactKind

# By which scope a contact is asked for, and which claims tell it, and whether he confirmed it.
_CLAIMS: Final = {
    "email": (ContactKind.EMAIL, "email", "email_verified"),
    "phone": (ContactKind.PHONE, "phone_number", "phone_number_verified"),
}
# What is longer is none.
_LONGEST: Final = 254


def untold(claims: Mapping[str, Any], scopes: Collection[str]) -> bool:
    """Whether claims say nothing of a contact that is asked for."""
    return any(scope in scopes and value not in claims for scope, (_, value, _) in _CLAIMS.items())


def confirmed(claims: Mapping[str, Any], scopes: Collection[str]) -> dict[ContactKind, str]:
    """The contacts that are asked for and that claims call confirmed, as they are written there."""
    found: dict[ContactKind, str] = {}
    for scope, (kind, value, verified) in _CLAIMS.items():
        told = claims.get(value)
        # A provider that says it in another way than as true has not said it.
        if scope in scopes and claims.get(verified) is True and isinstance(told, str) and len(told) <= _LONGEST:
            found[kind] = told
    return found
