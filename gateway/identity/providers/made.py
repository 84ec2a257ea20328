"""Providers as methods describe them."""

from collections.abc import Callable
from datetime import datetime

from gateway.identity.methods import EsiaMethod, Method, OpenIdMethod
from gateway.identity.providers.commands import Commands
from gateway.identity.providers.esia import Esia
from gateway.identity.providers.openid import OpenId
from gateway.identity.providers.provider import Provider


def providers_of(methods: tuple[Method, ...], clock: Callable[[], datetime]) -> dict[str, Provider]:
    """A provider for each method, in their order."""
    commands = Commands()
    found: dict[str, Provider] = {}
    for one in methods:
        if isinstance(one, EsiaMethod):
            found[one.id] = Esia(one, commands, clock)
        elif isinstance(one, OpenIdMethod):
            found[one.id] = OpenId(one, clock)
    return found
