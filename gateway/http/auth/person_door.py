"""What the doors of people in browsers have in common: a page or JSON, one table of refusals, an entry for each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from gateway.http.auth.page import HTML, SECURITY, refusal, wants_json
from gateway.http.auth.refusals import Refusals
from gateway.http.headers import Header, Receive, Scope, Send, language
from gateway.http.heading import Heading
from gateway.identity.providers.refusal import WORDS, SignInRefused, Told, Why, told
from gateway.log import Exchange, Log
from sources.postgres.failure import SourceFailure

LONGEST_QUERY: Final = 8_192
_MOST_PARAMETERS: Final = 32


class Reply(NamedTuple):
    """An answer; without a body it leads elsewhere."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    media: bytes = HTML


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its door gets it.

    Attributes:
        method: the id of the method of sign-in in its address, if there is one there.
    """

    verb: str
    heading: Heading
    query: bytes
    scope: Scope
    exchange: Exchange
    method: str | None

    def parameters(self) -> Mapping[str, str]:
        """Those of the address, each once.

        Raises:
            SignInRefused: one stands twice, or they are no parameters.
        """
        if len(self.query) > LONGEST_QUERY:
            raise SignInRefused(Why.PARAMETER)
        try:
            pairs = parse_qsl(
                self.query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
            )
        except ValueError:
            raise SignInRefused(Why.PARAMETER) from None
        found = dict(pairs)
        if len(found) < len(pairs):
            raise SignInRefused(Why.PARAMETER)
        return found


class PersonDoor(ABC):
    """An address; whoever stands behind it answers, or refuses.

    Attributes:
        name: what the log and the audit entries call it.
        verbs: the methods of HTTP that it knows.
    """

    name: str
    verbs: tuple[str, ...] = ("GET",)

    def __init__(self, refusals: Refusals, log: Log) -> None:
        self._refusals = refusals
        self._log = log

    @abstractmethod
    async def answer(self, asked: Asked) -> Reply:
        """The answer.

        Raises:
            SignInRefused: there is none.
            SourceFailure: a store did not say.
        """

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request, and note a line."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.operation = self.name
        method = scope.get("path_params", {}).get("method")
        asked = Asked(scope["method"], heading, scope["query_string"], scope, exchange, method)
        reply = await self._answered(asked)
        headers = [*SECURITY, (b"x-request-id", exchange.request_id.encode("ascii")), *reply.headers]
        if reply.body:
            headers.append((b"content-type", reply.media))
        headers.append((b"content-length", b"%d" % len(reply.body)))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})
        self._log.request(exchange, reply.status, (perf_counter() - started) * 1000)

    async def _answered(self, asked: Asked) -> Reply:
        if asked.verb not in self.verbs:
            allow: Header = (b"allow", ", ".join(self.verbs).encode())
            return self._refused(asked, Told.BAD_REQUEST, 405, allow)
        try:
            return await self.answer(asked)
        except SignInRefused as refused:
            why = refused
        except (SourceFailure, TimeoutError):
            why = SignInRefused(Why.STORE)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the person gets the one fixed shape
            self._log.noted(failed, asked.exchange.request_id)
            why = SignInRefused(Why.PROVIDER_FAULT, "FAULT")
        asked.exchange.reason = why.why.value
        await self._refusals.noted(why, self.name, asked.method, asked.exchange.request_id)
        return self._refused(asked, told(why.why))

    def _refused(self, asked: Asked, said: Told, status: int | None = None, *more: Header) -> Reply:
        asked.exchange.codes = (said.value,)
        media, body = refusal(said, asked.exchange, json=wants_json(asked.heading.get(b"accept")))
        found = status or WORDS[said].status
        if found == 503:
            more = (*more, (b"retry-after", b"5"))
        return Reply(found, body, more, media)


def leading(to: str, *headers: Header) -> Reply:
    """An answer that leads a browser elsewhere, whatever it asked by."""
    return Reply(303, b"", ((b"location", to.encode("ascii")), *headers))
