"""`/auth/step-up`: signs in anew by the same method, so that a second factor is fresh, and the session goes on."""

import re
from typing import Final

from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.person_door import PersonDoor, leading, parameters_of
from gateway.http.auth.sign_in import returning
from gateway.identity.providers.refusal import SignInRefused, Why
from sources.identity.linking import method_of

# How old a second factor may be when the person comes back, in seconds.
DEFAULT_AGE: Final = 900
_AGE: Final = re.compile("[1-9][0-9]{0,4}")
LONGEST_AGE: Final = 86_400


class StepUp(PersonDoor):
    """Begins an attempt for the session of the browser that asks."""

    name = "stepUp"
    guarded = True

    async def answer(self, asked: Asked) -> Reply:
        """Lead to the provider by which the session was begun."""
        room, at = self._room, self._room.clock()
        told = parameters_of(asked).get("max_age", str(DEFAULT_AGE))
        if not _AGE.fullmatch(told) or int(told) > LONGEST_AGE:
            raise SignInRefused(Why.MAX_AGE)
        return_to = returning(asked)
        claims = await room.session(asked.heading, at)
        session_id = int(claims.session or 0)
        method = await method_of(room.stores.identity, session_id)
        provider = None if method is None else room.by_issuer(method.issuer)
        if provider is None:
            raise SignInRefused(Why.NO_SESSION)
        attempt, cookie = await room.attempts.begun(
            provider.method.id,
            return_to,
            asked.heading.get(b"cookie"),
            at,
            session_id=session_id,
            max_age=int(told),
        )
        return leading(await provider.authorization(attempt), cookie)
