"""WebSocket as the gateway takes it: uvicorn's protocol, without what a caller could make it stumble over."""

import asyncio
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode
from websockets.http11 import Request
from websockets.protocol import OPEN

LEAVING: Final = "The server is leaving"
# How long a caller has to answer the farewell of a server that leaves.
FAREWELL_SECONDS: Final = 1.0
RETRY_AFTER: Final = "5"


class StrictSocket(WebSocketsSansIOProtocol):
    """One socket."""

    ending: asyncio.TimerHandle | None = None

    def handle_connect(self, event: Request) -> None:
        """Take the handshake; whatever comes before it is answered waits, as the caller should have."""
        super().handle_connect(event)
        if self.close_sent:
            self._note(self.response.status_code)
        else:
            self.read_paused = True
            self.transport.pause_reading()

    def pause_writing(self) -> None:
        """Nor hear a caller who does not read: his pings would be answered into memory."""
        super().pause_writing()
        self._listen()

    def resume_writing(self) -> None:
        """Hear him again."""
        super().resume_writing()
        self._listen()

    def _listen(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            if self.writable.is_set():
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()

    def handle_ping(self) -> None:
        """Answer, unless the socket was closed by what came with the ping."""
        if not self.transport.is_closing():
            super().handle_ping()

    def send_receive_event_to_app(self) -> None:
        """Pass a message on; text that is no UTF-8 ends the socket."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                self.frames = [b"".join(self.frames)]
                self.frames[0].decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.fail(CloseCode.INVALID_DATA)
                self._failed(CloseCode.INVALID_DATA)
                return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """Close a socket whose caller does not speak WebSocket."""
        if self.close_sent:
            self.transport.close()
        elif self.conn.close_sent is not None:
            self._failed(self.conn.close_sent.code)

    def _failed(self, code: int) -> None:
        super().handle_parser_exception()
        self._note(code)

    def _note(self, code: int) -> None:
        log = self.app_state.get("log")
        if log is not None:
            log.event("socket failed", code=int(code))

    def shutdown(self) -> None:
        """Say farewell, as the application does to those whom it knows."""
        self.stop_keepalive()
        if not self.handshake_complete:
            self._unavailable()
        elif not self.close_sent and self.conn.state is OPEN:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": CloseCode.GOING_AWAY})
            self.conn.send_close(CloseCode.GOING_AWAY, LEAVING)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent, self.read_paused = True, False
            self._listen()
            self.close_timer = self.loop.call_later(FAREWELL_SECONDS, self.transport.close)
            return
        self.transport.close()

    def _unavailable(self) -> None:
        if self.initial_response is None:
            response = self.conn.reject(HTTPStatus.SERVICE_UNAVAILABLE, "")
            response.headers["Retry-After"] = RETRY_AFTER
            self.conn.send_response(response)
            self.handshake_complete = self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Nothing more is said: the connection ends, even where what was said last is not read."""
        super().on_task_complete(task)
        if not self.disconnected:
            self.ending = self.loop.call_later(self.close_timeout, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything: the parser holds the connection that holds it."""
        super().connection_lost(exc)
        if self.ending is not None:
            self.ending.cancel()
        self.conn.parser.close()

    async def receive(self) -> Any:
        """The next message, or that there are no more."""
        message = await super().receive()
        if not self.writable.is_set():
            self._listen()
        return message

    async def send(self, message: Any) -> None:
        """Send a message.

        Raises:
            ClientDisconnected: the socket is closed, from whichever side.
        """
        await self.writable.wait()
        if self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        await super().send(message)
        # A refusal completes the handshake as well.
        self.handshake_complete |= self.close_sent
