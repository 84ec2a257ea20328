"""What the doors of apps and machines have in common: the words of RFC 6749, and never a bare 500."""

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

import orjson

from gateway.http.auth.door import Asked, Door, Reply
from gateway.http.auth.form import posted
from gateway.http.auth.proving import Proving
from gateway.http.auth.refusing import Denied, Word, body
from gateway.http.body import CallerLeft
from gateway.identity.guard import TooOften
from gateway.log import Exchange, Log
from resolvers.limits import Tried
from sources.postgres.failure import SourceFailure

# How long a body may take to arrive.
RECEIVE_SECONDS: Final = 10.0


def told(members: dict[str, Any]) -> Reply:
    """An answer with members of JSON."""
    return Reply(200, orjson.dumps(members))


class ClientDoor(Door):
    """A door whose refusals libraries of clients understand."""

    verbs: tuple[str, ...] = ("GET", "HEAD")

    async def answered(self, asked: Asked) -> Reply:
        """The answer, or the refusal in its word."""
        exchange = asked.exchange
        try:
            self._admit(asked.verb)
            return await self.answer(asked)
        except CallerLeft:
            raise
        except Denied as denied:
            exchange.reason, exchange.codes = denied.reason, (denied.word.upper(),)
            return self.denied(denied, exchange)
        except (SourceFailure, TimeoutError):
            exchange.codes = (Word.TEMPORARILY_UNAVAILABLE.upper(),)
            return self.denied(Denied(Word.TEMPORARILY_UNAVAILABLE, None, 503, (b"retry-after", b"1")), exchange)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            self._log.noted(failed, exchange.request_id)
            return self.denied(Denied(Word.SERVER_ERROR, None, 500), exchange)

    def _admit(self, verb: str) -> None:
        if verb not in self.verbs:
            raise Denied(Word.INVALID_REQUEST, "METHOD", 405, self.allow)

    @abstractmethod
    async def answer(self, asked: Asked) -> Reply:
        """The answer to a request by one of the methods.

        Raises:
            Denied: it is not what the request wishes.
            CallerLeft: nobody waits for it any more.
            SourceFailure: a store did not say.
        """

    def denied(self, denied: Denied, _: Exchange) -> Reply:
        """The answer that tells a refusal."""
        return Reply(denied.status, body(denied.word), denied.headers)


class ProvingDoor(ClientDoor):
    """A door at which clients show what is a secret: from where too much of it was wrong, nobody is heard for a while.

    That is told before anything is looked at, so that it tells nothing of what is there.
    """

    verbs = ("POST",)

    def __init__(self, log: Log, proving: Proving) -> None:
        super().__init__(log)
        self._proving = proving

    async def answer(self, asked: Asked) -> Reply:
        """The answer to what a form shows."""
        if asked.query or asked.heading.contradicts:
            # What is a secret stands in no address.
            raise Denied(Word.INVALID_REQUEST, "ADDRESS")
        guard, address, at = self._proving.guard, self._proving.addresses.told(asked.scope), self._proving.clock()
        try:
            await guard.admit(Tried(address=address), at)
        except TooOften as often:
            later = b"retry-after", b"%d" % often.seconds
            raise Denied(Word.TEMPORARILY_UNAVAILABLE, "TOO_OFTEN", 429, later) from None
        try:
            form: Mapping[str, str] = await within_time(posted(asked.heading, asked.receive))
            return await self.shown(form, asked)
        except Denied as denied:
            if denied.guessed:
                await guard.failed(Tried(denied.account, address), at)
            raise

    @abstractmethod
    async def shown(self, form: Mapping[str, str], asked: Asked) -> Reply:
        """The answer to a form; it raises what `answer` does."""


async def within_time(arriving: Any) -> Any:
    """What arrives of a body, within its time.

    Raises:
        Denied: it did not.
    """
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            return await arriving
    except TimeoutError:
        raise Denied(Word.INVALID_REQUEST, "SLOW", 408, (b"connection", b"close")) from None
