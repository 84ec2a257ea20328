"""What the doors of apps and machines have in common: one request in, one answer out, and never a bare 500."""

import asyncio
from abc import ABC, abstractmethod
from time import perf_counter
from typing import Any, Final, NamedTuple

import orjson

from gateway.http.auth.refusing import JSON, Denied, Word, body
from gateway.http.body import CallerLeft
from gateway.http.headers import Header, Receive, Scope, Send, headers_of, language
from gateway.http.heading import Heading
from gateway.log import Exchange, Log
from sources.postgres.failure import SourceFailure

# How long a body may take to arrive.
RECEIVE_SECONDS: Final = 10.0
_CLIENT_LEFT: Final = 499


class Reply(NamedTuple):
    """An answer; where it has no body it leads elsewhere, or says all by its status."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    media: bytes = JSON


class Asked(NamedTuple):
    """A request as its door gets it."""

    method: str
    heading: Heading
    query: bytes
    receive: Receive
    exchange: Exchange


def told(members: dict[str, Any]) -> Reply:
    """An answer with members of JSON."""
    return Reply(200, orjson.dumps(members))


class Door(ABC):
    """An address; whoever stands behind it says by which methods it is asked, and answers.

    Attributes:
        name: what the log calls it.
        methods: those that it knows; HEAD is answered where GET is.
    """

    name: str
    methods: tuple[str, ...] = ("GET", "HEAD")

    def __init__(self, log: Log) -> None:
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and note a line."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.operation = self.name
        asked = Asked(scope["method"], heading, scope["query_string"], receive, exchange)
        try:
            self._admit(asked.method)
            reply = await self.answer(asked)
        except CallerLeft:
            self._log.request(exchange, _CLIENT_LEFT, (perf_counter() - started) * 1000)
            return
        except Denied as denied:
            exchange.reason, exchange.codes = denied.reason, (denied.word.upper(),)
            reply = self.denied(denied, exchange)
        except (SourceFailure, TimeoutError):
            exchange.codes = (Word.TEMPORARILY_UNAVAILABLE.upper(),)
            reply = self.denied(Denied(Word.TEMPORARILY_UNAVAILABLE, None, 503, (b"retry-after", b"1")), exchange)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            self._log.noted(failed, exchange.request_id)
            reply = self.denied(Denied(Word.SERVER_ERROR, None, 500), exchange)
        await _sent(send, reply, exchange, head=asked.method == "HEAD")
        self._log.request(exchange, reply.status, (perf_counter() - started) * 1000)

    def _admit(self, method: str) -> None:
        if method not in self.methods:
            allow: Header = (b"allow", ", ".join(self.methods).encode())
            raise Denied(Word.INVALID_REQUEST, "METHOD", 405, allow)

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


async def _sent(send: Send, reply: Reply, exchange: Exchange, *, head: bool) -> None:
    media = reply.media if reply.body else None
    headers = headers_of(exchange.request_id, reply.headers, media, len(reply.body))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else reply.body})
