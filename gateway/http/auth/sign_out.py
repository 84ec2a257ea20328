"""`/auth/sign-out`: ends the session here, and says where the one at the provider is ended."""

import orjson

from auth.tokens import TokenRefused
from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.page import JSON
from gateway.http.auth.person_door import PersonDoor
from gateway.http.auth.return_to import HOME
from gateway.identity.cookie import CSRF_HEADER, CookieTwice, as_shown, taken_back
from gateway.identity.providers.refusal import SignInRefused, Why
from gateway.identity.sessions import Why as Ended
from sources.identity.linking import method_of


class SignOut(PersonDoor):
    """Takes a POST of a page that shows the session's token; whoever has no session any more is out already."""

    name = "signOut"
    verbs = ("POST",)

    async def answer(self, asked: Asked) -> Reply:
        """`{"next": address}`: where the page goes on to."""
        room, at = self._room, self._room.clock()
        try:
            cookie = room.cookie(asked.heading)
            shown = None if cookie is None else as_shown(cookie)
            if shown is not None and not shown.proven(asked.heading.get(CSRF_HEADER, b"").decode("latin-1")):
                raise SignInRefused(Why.CSRF)
            claims = None if shown is None else await room.sessions.known.claims(shown, at, using=False)
        except CookieTwice:
            raise SignInRefused(Why.CSRF) from None
        except TokenRefused:
            claims = None
        onward = HOME
        if claims is not None and claims.session is not None:
            method = await method_of(room.stores.identity, int(claims.session))
            await room.sessions.end(claims.session, Ended.SIGNED_OUT, at)
            onward = HOME if method is None else await self._elsewhere(method.issuer)
        headers = taken_back(secure=room.attempts.secure)
        return Reply(200, orjson.dumps({"next": onward}), tuple(headers), JSON)

    async def _elsewhere(self, issuer: str) -> str:
        """Where the session at the provider is ended; here it is over, whether or not the provider answers."""
        provider = self._room.by_issuer(issuer)
        try:
            found = None if provider is None else await provider.logout(f"{self._room.attempts.address}{HOME}")
        except SignInRefused:
            found = None
        return found or HOME
