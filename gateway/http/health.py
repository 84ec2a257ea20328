"""Whether the process lives, and whether it wants requests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import orjson

from gateway.http.headers import Receive, Scope, Send, answer

_JSON = b"application/json"


class Health:
    """Answers /health/live and /health/ready.

    Ready means: started, and not about to stop. A dead store does not change it, for the others still answer.
    `states` asks for more, such as how each store is; it is shown where it is given, which only the demo does.
    """

    LIVE = "/health/live"
    READY = "/health/ready"

    def __init__(self, states: Callable[[], Awaitable[Mapping[str, object]]] | None = None) -> None:
        self.ready = False
        self._states = states
        self._asking: asyncio.Future[Mapping[str, object]] | None = None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await answer(send, 405, _JSON, b'{"status":"refused"}', more=((b"allow", b"GET, HEAD"),))
            return
        live = scope["path"] == self.LIVE
        status = 200 if live or self.ready else 503
        facts = {"status": "live"} if live else await self._readiness()
        await answer(send, status, _JSON, orjson.dumps(facts), head=method == "HEAD")

    async def _readiness(self) -> dict[str, object]:
        said: dict[str, object] = {"status": "ready" if self.ready else "stopping"}
        if self._states is None:
            return said
        # However many want to know at once, the stores are asked once.
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._states())
        return {**said, **await asyncio.shield(self._asking)}
