"""What the doors of people in browsers have in common: a page or JSON, one table of refusals, an entry for each."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from gateway.http.auth.door import Asked, Door, Reply
from gateway.http.auth.page import SECURITY, refusal, wants_json
from gateway.http.auth.refusals import Refusals
from gateway.http.auth.room import Room
from gateway.http.headers import Header
from gateway.identity.guard import TooOften
from gateway.identity.providers.refusal import COUNTED, WORDS, SignInRefused, Told, Why, told
from gateway.log import Log
from sources.postgres.failure import SourceFailure

LONGEST_QUERY: Final = 8_192
_MOST_PARAMETERS: Final = 32
_UNAVAILABLE: Final = 503
_LATER: Final[Header] = (b"retry-after", b"5")


class PersonDoor(Door):
    """A door that people see.

    Attributes:
        guarded: whether nobody is let try here who failed too often.
    """

    security = SECURITY
    guarded = False

    def __init__(self, room: Room, refusals: Refusals, log: Log) -> None:
        super().__init__(log)
        self._room = room
        self._refusals = refusals

    @abstractmethod
    async def answer(self, asked: Asked) -> Reply:
        """The answer.

        Raises:
            SignInRefused: there is none.
            TooOften: whoever asks has to wait.
            SourceFailure: a store did not say.
        """

    async def answered(self, asked: Asked) -> Reply:
        """The answer, or the page that says why there is none; what can be guessed at is counted."""
        if asked.verb not in self.verbs:
            return self._refused(asked, Told.BAD_REQUEST, 405, self.allow)
        more: tuple[Header, ...] = ()
        try:
            if self.guarded:
                await self._room.guard.admit(self._room.tried(asked), self._room.clock())
            return await self.answer(asked)
        except SignInRefused as refused:
            why = refused
        except TooOften as often:
            why = SignInRefused(Why.TOO_OFTEN if often.lock is None else Why.LOCKED)
            more = ((b"retry-after", b"%d" % often.seconds),)
        except (SourceFailure, TimeoutError):
            why = SignInRefused(Why.STORE)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the person gets the one fixed shape
            self._log.noted(failed, asked.exchange.request_id)
            why = SignInRefused(Why.PROVIDER_FAULT, "FAULT")
        asked.exchange.reason = why.why.value
        if told(why.why) in COUNTED:
            await self._room.guard.failed(self._room.tried(asked, why.account), self._room.clock())
        await self._refusals.noted(why, self.name, asked.method, asked.exchange.request_id)
        return self._refused(asked, told(why.why), None, *more)

    def _refused(self, asked: Asked, said: Told, status: int | None = None, *more: Header) -> Reply:
        asked.exchange.codes = (said.value,)
        media, body = refusal(said, asked.exchange, json=wants_json(asked.heading.get(b"accept")))
        found = status or WORDS[said].status
        if found == _UNAVAILABLE:
            more = (*more, _LATER)
        return Reply(found, body, more, media)


def parameters_of(asked: Asked) -> Mapping[str, str]:
    """The parameters of an address, each once.

    Raises:
        SignInRefused: one stands twice, or they are no parameters.
    """
    if len(asked.query) > LONGEST_QUERY:
        raise SignInRefused(Why.PARAMETER)
    try:
        pairs = parse_qsl(
            asked.query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise SignInRefused(Why.PARAMETER) from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SignInRefused(Why.PARAMETER)
    return found


def leading(to: str, *headers: Header) -> Reply:
    """An answer that leads a browser elsewhere, whatever it asked by."""
    return Reply(303, b"", ((b"location", to.encode("ascii")), *headers))
