"""The door by which the content of a document is fetched: the whole, or one range, in pieces, once each was checked."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager, suppress
from time import perf_counter
from typing import Any, Final

from engine.errors import Code
from gateway.evidence.content import CONTENT
from gateway.http.documents.disposition import attachment, file_name, media_type_of
from gateway.http.documents.fetching import ALLOW, Fetching
from gateway.http.documents.ranges import Span, Unsatisfiable, content_range, span_of
from gateway.http.headers import FILE, Header, Receive, Scope, Send, answer, language
from gateway.http.heading import Heading, Refused
from gateway.http.refusal import JSON, overloaded, told
from gateway.log import Exchange, Log
from resolvers.document.content import Content
from sources.files import FileLost, FilesUnavailable, IntegrityBroken

PATH: Final = "/documents/{link}/content"
# Headers of a request for a part, and those of an answer that a page of another origin has to read.
ASKED: Final = ("Range", "If-Range")
SHOWN: Final = ("Content-Disposition", "Content-Range", "Accept-Ranges", "ETag")
# So many are under way at a time in a process, and of one account.
MOST: Final = 64
MOST_EACH: Final = 6
# So many bytes are given to the connection at once, and how long a reader may take for them: of whoever does not read
# no more than these are left behind.
AT_ONCE: Final = 65_536
PIECE_SECONDS: Final = 30.0


class DownloadDoor:
    """Answers GET and HEAD of `/documents/{link}/content`."""

    def __init__(self, fetching: Fetching, log: Log) -> None:
        self._fetching = fetching
        self._log = log
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it; its path is a secret, and stands nowhere."""
        started = perf_counter()
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), scope["method"], language(heading.get(b"accept-language")))
        exchange.client = heading.caller()
        sending = _Sending(send)
        try:
            await self._answer(scope, heading, exchange, receive, sending)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the caller gets the one fixed shape
            if sending.status:
                self._cut_off(failed, exchange)
            else:
                refused = self._fetching.refusal(failed, exchange)
                more = ((b"x-request-id", exchange.request_id.encode("ascii")), *refused.headers)
                body, head = told(refused, exchange), exchange.method == "HEAD"
                await answer(sending, refused.status, JSON, body, more=more, head=head)
        self._log.request(exchange, sending.status, (perf_counter() - started) * 1000)

    async def _answer(
        self, scope: Scope, heading: Heading, exchange: Exchange, receive: Receive, send: "_Sending"
    ) -> None:
        if exchange.method == "OPTIONS":
            await send.start(204, [*FILE, ALLOW])
            await send.body(b"", more=False)
            return
        link: str = scope["path_params"]["link"]
        fetched = await self._fetching.of(link, CONTENT, scope["query_string"], heading, exchange)
        content = fetched.content
        # A range is asked for by GET alone.
        span = _span(scope, heading, content) if exchange.method == "GET" else None
        headers = _headers(content, span, exchange)
        if exchange.method == "HEAD":
            await send.start(200, headers)
            await send.body(b"", more=False)
            return
        with self._place(fetched.context.viewer.subject or ""):
            # What is wrong with the beginning is told; what is wrong later breaks the connection off.
            async with aclosing(content.read(*(span or (0, content.byte_size)))) as pieces:
                first = await anext(pieces, b"")
                await self._fetching.note(fetched, CONTENT, exchange, version=content.version)
                await send.start(200 if span is None else 206, headers)
                await _sent(first, pieces, receive, send)

    @contextmanager
    def _place(self, subject: str) -> Iterator[None]:
        """A place among those that are under way.

        Raises:
            Refused: there is none.
        """
        if self._under_way.total() >= MOST or self._under_way[subject] >= MOST_EACH:
            raise overloaded()
        self._under_way[subject] += 1
        try:
            yield
        finally:
            self._under_way[subject] -= 1
            if not self._under_way[subject]:
                del self._under_way[subject]

    def _cut_off(self, failed: Exception, exchange: Exchange) -> None:
        """What went wrong once the answer had begun: the server ends the connection, for less came than was said."""
        match failed:
            case IntegrityBroken() | FileLost() | FilesUnavailable():
                exchange.codes = (failed.code,)
            case TimeoutError():
                exchange.codes = (Code.GATEWAY_TIMEOUT,)
            case _:
                exchange.codes = (Code.INTERNAL_SERVER_ERROR,)
                self._log.noted(failed, exchange.request_id)


class _Sending:
    """Sends an answer.

    Attributes:
        status: once it has begun.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def start(self, status: int, headers: list[Header]) -> None:
        await self({"type": "http.response.start", "status": status, "headers": headers})

    async def body(self, piece: bytes, *, more: bool) -> None:
        await self({"type": "http.response.body", "body": piece, "more_body": more})


async def _sent(first: bytes, pieces: AsyncIterator[bytes], receive: Receive, send: _Sending) -> None:
    """Send the pieces, none before the one before it was taken; whoever leaves ends it."""
    left = asyncio.get_running_loop().create_task(_left(receive))
    piece = first
    try:
        while piece:
            if left.done():
                return
            for start in range(0, len(piece), AT_ONCE):
                async with asyncio.timeout(PIECE_SECONDS):
                    await send.body(piece[start : start + AT_ONCE], more=True)
            piece = await anext(pieces, b"")
        await send.body(b"", more=False)
    finally:
        left.cancel()
        with suppress(asyncio.CancelledError):
            await left


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _span(scope: Scope, heading: Heading, content: Content) -> Span | None:
    """The range that is asked for, if there is one, and it is of these bytes.

    Raises:
        Refused: the content has no byte of it.
    """
    asked = [value for name, value in scope["headers"] if name == b"range"]
    if len(asked) != 1 or heading.get(b"if-range", _tag(content)) != _tag(content):
        return None
    try:
        return span_of(asked[0], content.byte_size)
    except Unsatisfiable:
        told_size = (b"content-range", content_range(None, content.byte_size))
        raise Refused(416, Code.RANGE_NOT_SATISFIABLE, "The file has no such part.", told_size) from None


def _tag(content: Content) -> bytes:
    return b'"%b"' % content.sha256.encode("ascii")


def _headers(content: Content, span: Span | None, exchange: Exchange) -> list[Header]:
    size, name = content.byte_size, file_name(content.name, content.media_type)
    found = [
        *FILE,
        (b"x-request-id", exchange.request_id.encode("ascii")),
        (b"content-type", media_type_of(content.media_type).encode("ascii")),
        (b"content-length", b"%d" % (size if span is None else span.stop - span.start)),
        (b"content-disposition", attachment(name)),
        (b"accept-ranges", b"bytes"),
        (b"etag", _tag(content)),
    ]
    if span is not None:
        found.append((b"content-range", content_range(span, size)))
    return found
