"""`/auth/callback/{method}`: where a browser comes back from a provider, and comes in or not."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from auth.assurance import LEEWAY, Assurance
from auth.claims_map import assured, factorless, methods
from gateway.http.auth.coming_in import came_in
from gateway.http.auth.door import Asked, Reply
from gateway.http.auth.page import HTML, onward
from gateway.http.auth.person_door import PersonDoor, leading, parameters_of
from gateway.http.auth.return_to import is_of_an_app
from gateway.http.auth.room import device_of
from gateway.http.headers import Header
from gateway.identity.cookie import digest_of, given
from gateway.identity.device import browser_of, known_again
from gateway.identity.providers.provider import Attempt, Person, Provider
from gateway.identity.providers.refusal import SignInRefused, Why
from gateway.identity.sessions import SignedIn
from gateway.identity.sessions import Why as Ended
from sources.identity.account import factor_lacking
from sources.identity.attempt import AttemptRecord
from sources.identity.linking import method_of

LONGEST_CODE: Final = 4_096


class Callback(PersonDoor):
    """Checks an answer step by step; whichever it fails at, the person is told the same."""

    name = "callback"
    guarded = True

    async def answer(self, asked: Asked) -> Reply:
        """Sign in, or raise the session that wanted to be raised, and lead to where its owner began."""
        room, at = self._room, self._room.clock()
        provider = room.provider(asked.method)
        parameters = parameters_of(asked)
        attempt, begun = await room.attempts.spent(provider.method.id, parameters, asked.heading.get(b"cookie"), at)
        try:
            person = await self._person(provider, attempt, parameters)
        except SignInRefused as refused:
            if refused.why is Why.NO_SECOND_FACTOR and begun.session_id is not None:
                await self._factorless(asked, str(begun.session_id), at)
            raise
        # The provider took its time.
        at = room.clock()
        assurance = assured(person.claims, provider.method.claims, at)
        come_in = self._signed_in if begun.session_id is None else self._raised
        headers = await come_in(asked, provider, person, assurance, begun, at)
        # The secret stays until it is over by itself: another window may be on its way back with it.
        if is_of_an_app(begun.return_to):
            # A provider may let its form lead to this service alone, however many redirects further: a page ends those.
            return Reply(200, onward(asked.exchange.language, begun.return_to), tuple(headers), HTML)
        return leading(begun.return_to, *headers)

    async def _person(self, provider: Provider, attempt: Attempt, parameters: Mapping[str, str]) -> Person:
        if await provider.mixed_up(parameters.get("iss")):
            raise SignInRefused(Why.ISSUER_MIXED_UP)
        error = parameters.get("error")
        if error is not None:
            raise provider.refused(error[:256], parameters.get("error_description", "")[:1024])
        code = parameters.get("code", "")
        if not 1 <= len(code) <= LONGEST_CODE or not code.isprintable():
            raise SignInRefused(Why.CODE_MISSING)
        return await provider.person(attempt, code)

    async def _signed_in(
        self,
        asked: Asked,
        provider: Provider,
        person: Person,
        assurance: Assurance,
        _: AttemptRecord,
        at: datetime,
    ) -> list[Header]:
        room, method = self._room, provider.method
        link = await came_in(room.stores, method, person, assurance, at)
        if assurance.second_factor_at is not None or factorless(person.claims, method.claims):
            await factor_lacking(room.stores.identity, link.account, at if assurance.second_factor_at is None else None)
        who = room.tried(asked, link.account)
        # Whoever has come from here before is let in, whatever others tried under his name.
        await room.guard.admit(who, at)
        await room.guard.succeeded(who, at)
        await self._leave_the_one_before(asked, at)
        browser = browser_of(asked.heading.get(b"cookie"), secure=room.attempts.secure)
        started = await room.sessions.begin(
            SignedIn(
                account=link.account,
                method_id=link.id,
                assurance=assurance,
                amr=methods(person.claims, method.claims),
                kind="BROWSER",
                client=None,
                device=device_of(asked.heading),
                address_hint=room.addresses.network(asked.scope),
                device_digest=digest_of(browser),
            ),
            at,
        )
        secure = room.attempts.secure
        return [*given(started.cookie or "", secure=secure), known_again(browser, secure=secure)]

    async def _factorless(self, asked: Asked, session_id: str, at: datetime) -> None:
        """Note that whoever was to show a second factor has none, by the word of his provider."""
        claims = await self._room.session(asked.heading, at)
        if claims.session == session_id:
            await factor_lacking(self._room.stores.identity, claims.account, at)

    async def _leave_the_one_before(self, asked: Asked, at: datetime) -> None:
        """End the session that the browser had: its cookie is about to be replaced, and nobody could end it then."""
        try:
            claims = await self._room.session(asked.heading, at)
        except SignInRefused:
            return
        if claims.session is not None:
            await self._room.sessions.end(claims.session, Ended.SIGNED_OUT, at)

    async def _raised(
        self,
        asked: Asked,
        provider: Provider,
        person: Person,
        assurance: Assurance,
        begun: AttemptRecord,
        at: datetime,
    ) -> list[Header]:
        """Raise the session, if it is still this browser's, and the person is the same."""
        room = self._room
        session_id = str(begun.session_id)
        claims = await room.session(asked.heading, at)
        if claims.session != session_id:
            raise SignInRefused(Why.NO_SESSION)
        method = await method_of(room.stores.identity, begun.session_id or 0)
        if method is None or (method.issuer, method.subject) != (provider.method.issuer, person.subject):
            raise SignInRefused(Why.OTHER_PERSON, account=claims.account)
        shown, oldest = assurance.second_factor_at, at - timedelta(seconds=begun.max_age or 0) - LEEWAY
        if shown is None or shown < oldest:
            raise SignInRefused(Why.FACTOR_NOT_SHOWN, account=claims.account)
        raised = await room.sessions.raised(session_id, assurance, at, methods(person.claims, provider.method.claims))
        if raised is None:
            raise SignInRefused(Why.NO_SESSION)
        await factor_lacking(room.stores.identity, claims.account, None)
        return given(raised.cookie or "", secure=room.attempts.secure)
