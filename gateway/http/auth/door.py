"""What every door has in common by which people, apps and machines come in: one request in, one answer out, a line."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Final, NamedTuple

from gateway.http.body import CallerLeft
from gateway.http.headers import SECURITY, Header, Receive, Scope, Send, headers_of, language
from gateway.http.heading import Heading
from gateway.log import Exchange, Log

_CLIENT_LEFT: Final = 499
JSON: Final = b"application/json"


class Reply(NamedTuple):
    """An answer; where it has no body it leads elsewhere, or says all by its status."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    media: bytes = JSON


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
    receive: Receive
    exchange: Exchange
    method: str | None


class Door(ABC):
    """An address; whoever stands behind it answers, or refuses.

    Attributes:
        name: what the log and the audit entries call it.
        verbs: the methods of HTTP that it knows; HEAD is answered without a body.
        security: the headers of every answer.
    """

    name: str
    verbs: tuple[str, ...] = ("GET",)
    security: Iterable[Header] = SECURITY

    def __init__(self, log: Log) -> None:
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and note a line."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.operation = self.name
        method = scope.get("path_params", {}).get("method")
        asked = Asked(scope["method"], heading, scope["query_string"], scope, receive, exchange, method)
        try:
            reply = await self.answered(asked)
        except CallerLeft:
            self._log.request(exchange, _CLIENT_LEFT, (perf_counter() - started) * 1000)
            return
        media = reply.media if reply.body else None
        headers = headers_of(exchange.request_id, reply.headers, media, len(reply.body), self.security)
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if asked.verb == "HEAD" else reply.body})
        self._log.request(exchange, reply.status, (perf_counter() - started) * 1000)

    @property
    def allow(self) -> Header:
        """The header that says by which methods of HTTP it is asked."""
        return b"allow", ", ".join(self.verbs).encode()

    @abstractmethod
    async def answered(self, asked: Asked) -> Reply:
        """The answer, whatever comes; it never raises but that nobody waits for it.

        Raises:
            CallerLeft: nobody waits for it any more.
        """
