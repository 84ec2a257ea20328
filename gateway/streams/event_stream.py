"""Streams as server-sent events, one response for each (the distinct connections mode of graphql-sse)."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from engine.answer.json import written
from engine.request.request import Request
from gateway.http.answering import Answer
from gateway.http.headers import Header, Receive, Send, headers_of
from gateway.identity.presented import Presented
from gateway.log import Exchange
from gateway.streams.open_streams import Streams
from gateway.streams.outbox import Outbox
from gateway.streams.stream import Ending, Stream

MEDIA: Final = "text/event-stream"
KEEPALIVE_SECONDS: Final = 12.0
# What gathers answers on the way must not gather these.
_UNGATHERED: Final[tuple[Header, ...]] = ((b"x-accel-buffering", b"no"),)
_COMPLETE: Final = "event: complete\ndata:\n\n"


class _Outlet:
    """What is to be sent of one stream."""

    def __init__(self) -> None:
        self.box = Outbox(self._late)
        self.slow: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = False

    def next(self, payload: str) -> None:
        """Put an event among what is to be sent."""
        self.box.put(f"event: next\ndata: {payload}\n\n")

    def end(self, ending: Ending, content: Mapping[str, Any]) -> None:  # noqa: ARG002 - the content says it
        """Tell why there is no more, then that there is no more."""
        if content:
            self.next(written(content).decode())
        self.box.put(_COMPLETE)
        self.ended = True

    def _late(self) -> None:
        if not self.slow.done():
            self.slow.set_result(None)


class EventStreams:
    """Answers subscriptions whose callers accept event streams.

    Attributes:
        content_type: of such an answer.
    """

    content_type = f"{MEDIA}; charset=utf-8".encode()

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def accepted(self, accept: bytes | None) -> bool:
        """Whether the header names the media type of event streams, and does not refuse it."""
        if accept is None or len(accept) > 1024:
            return False
        for part in accept.decode("latin-1").lower().split(","):
            kind, *parameters = (piece.strip() for piece in part.split(";"))
            if kind == MEDIA:
                return not any(one.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for one in parameters)
        return False

    def only(self, content: object) -> bytes:
        """A whole stream of one event."""
        return b"event: next\ndata: %b\n\n" % written(content) + _COMPLETE.encode()

    async def tell(
        self, request: Request, shown: Presented, exchange: Exchange, receive: Receive, send: Send
    ) -> Answer | None:
        """Tell a subscription until either side ends it; the answer where it was refused and nothing was sent.

        Raises:
            TokenRefused: the bearer is not good; nothing was sent.
            KeysStale: nobody can say whether the bearer is good; nothing was sent.
            Misplaced: the workplace, or on whose behalf he asks, is not the caller's; nothing was sent.
        """
        outlet = _Outlet()
        opened = await self._streams.open(request, shown, exchange, outlet)
        if not isinstance(opened, Stream):
            return opened
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(_left(receive)), loop.create_task(_send(outlet, exchange, send))]
        try:
            await asyncio.wait([*tasks, outlet.slow], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for failed in await asyncio.gather(*tasks, return_exceptions=True):
                # Whoever left is no fault.
                if isinstance(failed, Exception) and not isinstance(failed, OSError):
                    self._streams.fail([opened], failed)
            self._streams.close(opened, Ending.SLOW if outlet.slow.done() else Ending.LEFT)
            outlet.slow.cancel()
        return None


async def _send(outlet: _Outlet, exchange: Exchange, send: Send) -> None:
    box = outlet.box

    async def tell(text: str, *, more: bool = True) -> None:
        await box.hand(send, {"type": "http.response.body", "body": text.encode(), "more_body": more})

    await _start(exchange, send)
    # The first bytes let the caller know that he is heard.
    await tell(":\n\n")
    while True:
        try:
            async with asyncio.timeout(KEEPALIVE_SECONDS):
                await box.filled.wait()
        except TimeoutError:
            await tell(":\n\n")
        box.filled.clear()
        while box.waiting:
            last = outlet.ended and len(box.waiting) == 1
            await tell(box.waiting.popleft(), more=not last)
            if last:
                return


async def _start(exchange: Exchange, send: Send) -> None:
    headers = headers_of(exchange.request_id, _UNGATHERED, EventStreams.content_type)
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
