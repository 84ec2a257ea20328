"""Whether the process lives, and whether it wants requests."""

from collections.abc import Callable, Mapping

import orjson

from gateway.http.headers import Receive, Scope, Send, answer

_JSON = b"application/json"


class Health:
    """Answers /health/live and /health/ready.

    Ready means: started, and not about to stop. A dead store does not change it, for the others still answer.
    `states` tells more, such as how each store is; it is shown where it is given, which only the demo does.
    """

    LIVE = "/health/live"
    READY = "/health/ready"

    def __init__(self, states: Callable[[], Mapping[str, object]] | None = None) -> None:
        self.ready = False
        self._states = states

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        method = scope["method"]
        if method not in {"GET", "HEAD"}:
            await answer(send, 405, _JSON, b'{"status":"refused"}', more=((b"allow", b"GET, HEAD"),))
            return
        live = scope["path"] == self.LIVE
        status = 200 if live or self.ready else 503
        facts = {"status": "live"} if live else self._readiness()
        await answer(send, status, _JSON, orjson.dumps(facts), head=method == "HEAD")

    def _readiness(self) -> dict[str, object]:
        said: dict[str, object] = {"status": "ready" if self.ready else "stopping"}
        return said if self._states is None else {**said, **self._states()}
