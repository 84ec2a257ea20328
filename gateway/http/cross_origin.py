"""Pages of other origins: which of them may ask, act and listen, and what the browser is told of that (CORS).

The cookie of a session is for pages of the gateway's own address, so nothing is told of credentials: a page of another
origin brings its token in a header.
"""

import re
from collections.abc import Awaitable, Collection, Mapping, Sequence
from typing import Any, Final

from gateway.http.headers import Header, Message, Receive, Scope, Send, first
from gateway.log import Log
from gateway.variables import ORIGIN

# Headers that a page may send beside those that every page may, and those of an answer that it may read.
ALLOWED: Final = (
    "Authorization",
    "Content-Type",
    "Accept-Language",
    "Idempotency-Key",
    "Kabinet-Workplace",
    "Kabinet-On-Behalf-Of",
    "X-Request-Id",
    "graphql-client-name",
    "graphql-client-version",
    "apollographql-client-name",
    "apollographql-client-version",
)
EXPOSED: Final = ("X-Request-Id", "Retry-After", "WWW-Authenticate")
# How long a browser need not ask again, in seconds; Chromium keeps no answer longer.
MAX_AGE: Final = 7_200
_LOCAL: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


class Origins:
    """Whose pages may use the graph: the origins of the settings, and in the demo those of this machine."""

    def __init__(self, named: Collection[str], *, local: bool) -> None:
        self._named = frozenset(named)
        self._local = local

    def let_in(self, origin: str) -> bool:
        """Whether pages of an origin may; never those that have none of their own (`null`)."""
        return origin in self._named or (self._local and _LOCAL.fullmatch(origin) is not None)

    def let_socket_in(self, scope: Mapping[str, Any], origin: str) -> bool:
        """Whether a page may open a socket; in the demo also a page of the address that was asked, whatever it is."""
        host = (first(scope, b"host") or b"").decode("latin-1")
        return self.let_in(origin) or (self._local and origin == f"http://{host}")


def shown(origin: str) -> str:
    """An origin for the log; what is not written as one is not repeated."""
    return origin if len(origin) <= 255 and ORIGIN.fullmatch(origin) else "no origin"


class CrossOrigin:
    """The graph over HTTP as pages of other origins meet it; to everybody else it is as it was.

    A page that is not let in is answered as any program is, without the headers by which its browser would let it
    read the answer; and since it cannot send JSON before a browser has asked for it, nothing is done in its name.
    """

    def __init__(
        self,
        app: Any,
        origins: Origins,
        log: Log,
        *,
        get: bool,
        allowed: Sequence[str] = ALLOWED,
        exposed: Sequence[str] = EXPOSED,
        methods: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._origins = origins
        self._log = log
        self._answer: tuple[Header, ...] = ((b"access-control-expose-headers", ", ".join(exposed).encode()),)
        self._preflight: tuple[Header, ...] = (
            (b"access-control-allow-methods", ", ".join(methods).encode() or (b"GET, POST" if get else b"POST")),
            (b"access-control-allow-headers", ", ".join(allowed).encode()),
            (b"access-control-max-age", b"%d" % MAX_AGE),
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request; where no page asks, it is the application's own answer that is awaited."""
        headers: list[Header] = scope["headers"]
        if b"origin" not in dict(headers):
            answering: Awaitable[None] = self._app(scope, receive, send)
            return answering
        return self._to_page(first(scope, b"origin") or b"", scope, receive, send)

    async def _to_page(self, origin: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        said = origin.decode("latin-1")
        asks = scope["method"] == "OPTIONS" and first(scope, b"access-control-request-method") is not None
        if not self._origins.let_in(said):
            if asks:
                self._log.event("origin refused", door="HTTP", origin=shown(said))
            await self._app(scope, receive, send)
            return
        more = ((b"access-control-allow-origin", origin), *(self._preflight if asks else self._answer))

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self._app(scope, receive, telling)
