"""One request and its answer, as the server carries them between a connection and the application."""

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.http.headers import PAGE, SECURITY, Header, Scope
from gateway.http.negotiation import CONTENT_TYPES

if TYPE_CHECKING:
    from gateway.http.protocol import StrictProtocol

# What a header may hold; with anything else the application could be made to say more than one answer.
_FITS: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*\r\n")


def _line(name: bytes, value: bytes) -> bytes:
    line = b"%b: %b\r\n" % (name, value)
    if not _FITS.fullmatch(line):
        raise RuntimeError("a header of the answer has a character that it cannot have")
    return line


# The lines of the headers that many answers have are made once; none of them says how the answer is framed.
_KINDS: Final = ((b"content-type", kind) for kind in CONTENT_TYPES.values())
_LINES: Final[dict[Header, bytes]] = {header: _line(*header) for header in (*SECURITY, *PAGE, *_KINDS)}


class Cycle(RequestResponseCycle):
    """Carries one request in, and its answer out: the head with the first part of the body, in one piece."""

    disconnected = response_started = response_complete = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    head = b""

    def __init__(self, protocol: "StrictProtocol", scope: Scope, *, keep_alive: bool) -> None:
        self.scope = cast(Any, scope)
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.default_headers = protocol.server_state.default_headers
        self.on_response = protocol.on_response_complete
        self.pipeline = protocol.pipeline
        self.message_event = asyncio.Event()
        self.waiting_for_100_continue = protocol.expect_100_continue
        self.keep_alive = keep_alive
        self.body = bytearray()

    async def receive(self) -> Any:
        """The next part of the request's body; after it, that the caller left or was answered."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            # Requests that came too early wait for their turn, and so does what follows them.
            if not self.pipeline:
                self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def send(self, message: Any) -> None:
        """Take the next part of the answer.

        Raises:
            RuntimeError: it does not follow from what was sent before, or has what HTTP cannot say.
        """
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        kind = message["type"]
        if kind == "http.response.start" and not self.response_started:
            self.response_started, self.waiting_for_100_continue = True, False
            self.head = self._head(message["status"], message.get("headers", ()))
        elif kind == "http.response.body" and self.response_started and not self.response_complete:
            self._write(message.get("body", b""), more=message.get("more_body", False))
        else:
            raise RuntimeError(f"the application sent {kind} out of turn")

    def answer(self, status: int, headers: Any, body: bytes) -> None:
        """Give the whole answer at once, without the application."""
        self.response_started = True
        self.head = self._head(status, headers)
        self._write(body, more=False)

    def _head(self, status: int, headers: Any) -> bytes:
        closes, all_headers = False, [*self.default_headers, *headers]
        parts: list[Any] = [STATUS_LINE[status], *map(_LINES.get, all_headers)]
        for number, line in enumerate(parts):
            if line is None:
                name, value = all_headers[number - 1]
                parts[number] = _line(name, value)
                match name.lower():
                    case b"content-length":
                        self.expected_content_length, self.chunked_encoding = int(value), False
                    case b"connection":
                        closes = b"close" in value.lower()
        if closes:
            self.keep_alive = False
        elif not self.keep_alive:
            parts.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in {204, 304}:
            self.chunked_encoding = True
            parts.append(b"transfer-encoding: chunked\r\n")
        parts.append(b"\r\n")
        return b"".join(parts)

    def _write(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length, body = 0, b""
        elif self.chunked_encoding:
            framed = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body = framed if more else framed + b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0 or (self.expected_content_length and not more):
                raise RuntimeError("the body of the answer has another length than its head says")
        self.transport.write(self.head + body)
        self.head = b""
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()
