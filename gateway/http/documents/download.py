"""The door by which the content of a document is fetched: the whole, or one range, in pieces, once each was checked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Final

from engine.errors import Code
from gateway.evidence.content import CONTENT
from gateway.http.documents.disposition import attachment, file_name, media_type_of
from gateway.http.documents.door import Door, Sending
from gateway.http.documents.ranges import Span, Unsatisfiable, content_range, span_of
from gateway.http.headers import FILE, Header, Receive, Scope
from gateway.http.heading import Heading, Refused
from gateway.log import Exchange
from resolvers.document.content import Content

PATH: Final = "/documents/{link}/content"
# Headers of a request for a part, and those of an answer that a page of another origin has to read.
ASKED: Final = ("Range", "If-Range")
SHOWN: Final = ("Content-Disposition", "Content-Range", "Accept-Ranges", "ETag")
# So many are under way at a time in a process, and of one account.
MOST: Final = 64
MOST_EACH: Final = 6
# So many bytes are given to the connection at once, and how long a reader may take for them: of whoever does not read
# no more than these are left behind.
AT_ONCE: Final = 262_144
PIECE_SECONDS: Final = 30.0


class DownloadDoor(Door):
    """Answers GET and HEAD of `/documents/{link}/content`."""

    async def answer(self, scope: Scope, heading: Heading, exchange: Exchange, receive: Receive, send: Sending) -> None:
        """Send the content, once the journal knows it."""
        link: str = scope["path_params"]["link"]
        fetched = await self.fetching.of(link, CONTENT, scope["query_string"], heading, exchange)
        content = fetched.content
        # A range is asked for by GET alone.
        span = _span(scope, heading, content) if exchange.method == "GET" else None
        headers = _headers(content, span, exchange)
        if exchange.method == "HEAD":
            await send.start(200, headers)
            await send.body(b"", more=False)
            return
        with self.places.of(fetched.context.viewer.subject or "", MOST, MOST_EACH):
            # What is wrong with the beginning is told; what is wrong later breaks the connection off.
            async with aclosing(content.read(*(span or (0, content.byte_size)))) as pieces:
                first = await anext(pieces, None)
                await self.fetching.note(fetched, CONTENT, exchange, version=content.version)
                await send.start(200 if span is None else 206, headers)
                await _sent(first, pieces, receive, send)


async def _sent(first: bytes | None, pieces: AsyncIterator[bytes], receive: Receive, send: Sending) -> None:
    """Send the pieces, none before the one before it was taken; whoever leaves ends it."""
    left = asyncio.get_running_loop().create_task(_left(receive))
    piece = first
    try:
        while piece is not None:
            for start in range(0, len(piece), AT_ONCE):
                if left.done():
                    return
                async with asyncio.timeout(PIECE_SECONDS):
                    await send.body(piece[start : start + AT_ONCE], more=True)
            piece = await anext(pieces, None)
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
    size, tag = content.byte_size, _tag(content)
    asked = [value for name, value in scope["headers"] if name == b"range"]
    if size is None or len(asked) != 1 or heading.get(b"if-range", tag) != tag:
        return None
    try:
        return span_of(asked[0], size)
    except Unsatisfiable:
        told_size = (b"content-range", content_range(None, size))
        raise Refused(416, Code.RANGE_NOT_SATISFIABLE, "The file has no such part.", told_size) from None


def _tag(content: Content) -> bytes:
    return b'"%b"' % (content.sha256 or "").encode("ascii")


def _headers(content: Content, span: Span | None, exchange: Exchange) -> list[Header]:
    size, name = content.byte_size, file_name(content.name, content.media_type)
    found = [
        *FILE,
        (b"x-request-id", exchange.request_id.encode("ascii")),
        (b"content-type", media_type_of(content.media_type).encode("ascii")),
        (b"content-disposition", attachment(name)),
    ]
    # What is made while it is sent has no size, and no part of it can be had.
    if size is not None:
        length = size if span is None else span.stop - span.start
        found += [(b"content-length", b"%d" % length), (b"accept-ranges", b"bytes"), (b"etag", _tag(content))]
        found += [] if span is None else [(b"content-range", content_range(span, size))]
    return found
