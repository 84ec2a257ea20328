"""The door of a part: routers alone are let in, by what they show; whoever else asks is told nothing of it."""

from time import perf_counter
from typing import Final

from starlette.types import ASGIApp

from engine.errors import Code
from gateway.http.certified import CERTIFICATE
from gateway.http.headers import Receive, Scope, Send, headers_of, language
from gateway.http.heading import Heading, Refused
from gateway.http.refusal import JSON, told
from gateway.identity.routers import Routers
from gateway.log import Exchange, Log

# In which a router shows its secret; callers' requests have none.
SECRET: Final = b"kabinet-router"
_TEXT: Final = "A part of the graph is asked by its router alone."


class RoutersAlone:
    """Lets routers in to an application, and refuses everybody else, sockets too: no router opens any here."""

    def __init__(self, inner: ASGIApp, routers: Routers, log: Log) -> None:
        self._inner = inner
        self._routers = routers
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        heading = Heading.of(scope["headers"])
        socket = scope["type"] == "websocket"
        if not socket and self._routers.proven(heading.get(SECRET), heading.get(CERTIFICATE)):
            await self._inner(scope, receive, send)
            return
        if socket:
            await receive()
        started = perf_counter()
        tongue = language(heading.get(b"accept-language"))
        exchange = Exchange(heading.request(), "WS" if socket else scope["method"], tongue, heading.caller())
        refused = Refused(403, Code.ROUTER_UNPROVEN, _TEXT)
        body = told(refused, exchange)
        kind = "websocket.http.response" if socket else "http.response"
        headers = headers_of(exchange.request_id, refused.headers, JSON, len(body))
        await send({"type": f"{kind}.start", "status": refused.status, "headers": headers})
        await send({"type": f"{kind}.body", "body": b"" if scope.get("method") == "HEAD" else body})
        self._log.request(exchange, refused.status, (perf_counter() - started) * 1000)
