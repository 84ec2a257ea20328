"""What the doors of people stand in: methods and their providers, sessions, attempts, and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auth.tokens import Claims, TokenRefused
from gateway.address import Addresses
from gateway.http.auth.attempting import Attempts
from gateway.http.auth.door import Asked
from gateway.http.heading import Heading
from gateway.identity.cookie import CookieTwice, cookie_of
from gateway.identity.guard import Guard
from gateway.identity.providers.provider import Provider
from gateway.identity.providers.refusal import SignInRefused, Why
from gateway.identity.sessions import Sessions
from resolvers.limits import Tried
from sources.stores import Stores

_LONGEST_DEVICE: Final = 128


@dataclass(frozen=True, slots=True)
class Room:
    """Everything that the doors have in common.

    Attributes:
        plain: whether a session's cookie without the prefix of secure ones is taken; in the demo alone.
    """

    stores: Stores
    sessions: Sessions
    providers: Mapping[str, Provider]
    attempts: Attempts
    clock: Callable[[], datetime]
    guard: Guard
    addresses: Addresses
    plain: bool

    def tried(self, asked: Asked, account: str | None = None) -> Tried:
        """Who tries to sign in, as far as it is known; before there is a session, its attempts stand for it."""
        browser = self.attempts.secret(asked.heading.get(b"cookie"))
        return Tried(account, self.addresses.told(asked.scope), browser)

    def provider(self, method: str | None) -> Provider:
        """The provider of a method.

        Raises:
            SignInRefused: there is no such method.
        """
        found = self.providers.get(method or "")
        if found is None:
            raise SignInRefused(Why.METHOD_UNKNOWN)
        return found

    def by_issuer(self, issuer: str) -> Provider | None:
        """The provider whose id tokens name an issuer."""
        return next((one for one in self.providers.values() if one.method.issuer == issuer), None)

    def cookie(self, heading: Heading) -> str | None:
        """The session's cookie that a browser shows.

        Raises:
            CookieTwice: it shows several.
        """
        return cookie_of(heading.get(b"cookie", b""), plain=self.plain)

    async def session(self, heading: Heading, at: datetime) -> Claims:
        """The session of the browser that asks.

        Raises:
            SignInRefused: it has none.
            SourceFailure: nobody can say.
        """
        try:
            cookie = self.cookie(heading)
            if cookie is None:
                raise SignInRefused(Why.NO_SESSION)
            return await self.sessions.of_cookie(cookie, at)
        except (CookieTwice, TokenRefused):
            raise SignInRefused(Why.NO_SESSION) from None


def device_of(heading: Heading) -> str:
    """What a browser calls itself, for its owner to know it by."""
    said = (heading.get(b"user-agent") or b"").decode("latin-1")
    return "".join(one for one in said if one.isprintable())[:_LONGEST_DEVICE].strip() or "?"
