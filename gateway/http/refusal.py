"""The refusal of a request that no application is asked about, told and noted like those of every other door."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from auth.tokens import TokenRefused
from engine.errors import Code
from gateway.http.answering import OVERLOADED, stamp, worded
from gateway.http.headers import Receive, Scope, Send, answer
from gateway.http.heading import Heading, Refused, challenge
from gateway.identity.keys import KeysStale
from gateway.log import Exchange, Log
from resolvers.acting_as import Misplaced

JSON: Final = b"application/json; charset=utf-8"


def now() -> datetime:
    """The instant by this machine's clock."""
    return datetime.now(UTC)


def overloaded() -> Refused:
    """There is too much to do just now."""
    return Refused(503, Code.SERVICE_OVERLOADED, OVERLOADED, (b"retry-after", b"1"), retryable=True)


def of_caller(failed: TokenRefused | Misplaced | KeysStale, exchange: Exchange) -> Refused:
    """How whoever shows something of himself is refused; the exchange is told why a token was."""
    match failed:
        case TokenRefused():
            exchange.reason = failed.reason
            return Refused(401, Code.UNAUTHENTICATED, str(failed), challenge("invalid_token"))
        case Misplaced():
            return Refused(403, failed.code, failed.message)
        case KeysStale():
            text = "Access tokens cannot be checked now."
            return Refused(503, Code.SOURCE_UNAVAILABLE, text, (b"retry-after", b"30"))


def told(refused: Refused, exchange: Exchange, clock: Callable[[], datetime] = now) -> bytes:
    """The body of the refusal; the exchange is told its code."""
    exchange.codes = (refused.code,)
    error = {"message": refused.message, "extensions": {"code": refused.code, **refused.extensions}}
    return orjson.dumps({"errors": worded([error], exchange.language), "extensions": stamp(exchange, clock())})


class Refusal:
    """The ASGI application that refuses one request, whatever it is."""

    def __init__(self, refused: Refused, log: Log | None) -> None:
        self._refused = refused
        self._log = log

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> Any:
        """Refuse it, and note a line."""
        exchange = Exchange(Heading.of(()).request(), scope["method"], "en")
        body = told(self._refused, exchange)
        own = ((b"x-request-id", exchange.request_id.encode("ascii")), *self._refused.headers)
        await answer(send, self._refused.status, JSON, body, more=own, head=scope["method"] == "HEAD")
        if self._log is not None:
            self._log.request(exchange, self._refused.status, 0.0)
