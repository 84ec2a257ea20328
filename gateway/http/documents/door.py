"""What the doors of documents have in common: an answer that has begun or not, places for so many, lines in the log."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from engine.errors import Code
from gateway.http.documents.fetching import ALLOW, Fetching
from gateway.http.headers import FILE, Header, Receive, Scope, Send, answer, language
from gateway.http.heading import Heading
from gateway.http.refusal import JSON, overloaded, told
from gateway.log import Exchange, Log
from sources.files import FileLost, FilesUnavailable, IntegrityBroken


class Sending:
    """Sends an answer.

    Attributes:
        status: once it has begun.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Any) -> None:
        """Send the next part."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def start(self, status: int, headers: list[Header]) -> None:
        """Begin it."""
        await self({"type": "http.response.start", "status": status, "headers": headers})

    async def body(self, piece: bytes, *, more: bool) -> None:
        """Go on with it."""
        await self({"type": "http.response.body", "body": piece, "more_body": more})


class Places:
    """So many may be under way at a time in a process, and so many of one account."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    @contextmanager
    def of(self, subject: str, most: int, most_each: int) -> Iterator[None]:
        """A place among them.

        Raises:
            Refused: there is none.
        """
        if self._taken.total() >= most or self._taken[subject] >= most_each:
            raise overloaded()
        self._taken[subject] += 1
        try:
            yield
        finally:
            self._taken[subject] -= 1
            if not self._taken[subject]:
                del self._taken[subject]


class Door(ABC):
    """Answers the requests of one path, which is a secret, and stands nowhere."""

    def __init__(self, fetching: Fetching, log: Log) -> None:
        self.fetching = fetching
        self.places = Places()
        self._log = log

    @abstractmethod
    async def answer(self, scope: Scope, heading: Heading, exchange: Exchange, receive: Receive, send: Sending) -> None:
        """Answer a request; whatever is raised before the answer has begun refuses it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.client = heading.caller()
        sending = Sending(send)
        try:
            if exchange.method == "OPTIONS":
                await sending.start(204, [*FILE, ALLOW])
                await sending.body(b"", more=False)
            else:
                await self.answer(scope, heading, exchange, receive, sending)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            if sending.status:
                self._cut_off(failed, exchange)
            else:
                refused = self.fetching.refusal(failed, exchange)
                more = ((b"x-request-id", exchange.request_id.encode("ascii")), *refused.headers)
                body, head = told(refused, exchange), exchange.method == "HEAD"
                await answer(sending, refused.status, JSON, body, more=more, head=head)
        self._log.request(exchange, sending.status, (perf_counter() - started) * 1000)

    def _cut_off(self, failed: Exception, exchange: Exchange) -> None:
        """What went wrong once the answer had begun: the server ends the connection before the answer is whole."""
        match failed:
            case IntegrityBroken() | FileLost() | FilesUnavailable():
                exchange.codes = (failed.code,)
            case TimeoutError():
                exchange.codes = (Code.GATEWAY_TIMEOUT,)
            case _:
                exchange.codes = (Code.INTERNAL_SERVER_ERROR,)
                self._log.noted(failed, exchange.request_id)
