"""The door by which a page of a document is seen: a picture made when it is asked for, and kept nowhere."""

import re
from typing import Final
from urllib.parse import parse_qs

from engine.errors import Code
from gateway.evidence.content import PAGE
from gateway.http.documents.door import Door, Sending
from gateway.http.documents.fetching import Fetched
from gateway.http.headers import FILE, Receive, Scope
from gateway.http.heading import Heading, Refused
from gateway.log import Exchange
from sources.examining import PageUnavailable, page_png

PATH: Final = "/documents/{link}/pages/{page}"
# So many wait for a picture at a time in a process, and of one account.
MOST: Final = 12
MOST_EACH: Final = 4
# How wide a picture is in pixels.
NARROWEST: Final = 64
WIDEST: Final = 2_000
WIDTH: Final = 1_000
_PAGE: Final = re.compile(r"([1-9][0-9]{0,3})\.png")
_NUMBER: Final = re.compile(r"[1-9][0-9]{1,3}")


class PreviewDoor(Door):
    """Answers GET and HEAD of `/documents/{link}/pages/{n}.png`; `width` says how wide the picture may be at most."""

    async def answer(
        self,
        scope: Scope,
        heading: Heading,
        exchange: Exchange,
        receive: Receive,  # noqa: ARG002 - a picture is there before anybody could lose patience
        send: Sending,
    ) -> None:
        """Send the picture, once the journal knows that it was seen."""
        link, page = scope["path_params"]["link"], _PAGE.fullmatch(scope["path_params"]["page"])
        fetched = await self.fetching.of(link, PAGE, scope["query_string"], heading, exchange)
        width = _width(scope["query_string"])
        if page is None or fetched.content.byte_size is None:
            raise _unknown()
        with self.places.of(fetched.context.viewer.subject or "", MOST, MOST_EACH):
            picture = await _picture(fetched, int(page[1]), width)
            version = fetched.content.version
            await self.fetching.note(fetched, PAGE, exchange, version=version, page=int(page[1]))
            headers = [
                *FILE,
                (b"x-request-id", exchange.request_id.encode("ascii")),
                (b"content-type", b"image/png"),
                (b"content-length", b"%d" % len(picture)),
                (b"content-disposition", b"inline"),
            ]
            await send.start(200, headers)
            await send.body(b"" if exchange.method == "HEAD" else picture, more=False)


async def _picture(fetched: Fetched, page: int, width: int) -> bytes:
    """A page as PNG.

    Raises:
        Refused: there is no such page, or no picture of it.
    """
    content, size = fetched.content, fetched.content.byte_size or 0
    try:
        return await page_png(content.read(0, size), size, page, width)
    except PageUnavailable:
        raise _unknown() from None


def _width(query_string: bytes) -> int:
    """How wide the picture shall be.

    Raises:
        Refused: it cannot be so.
    """
    given = parse_qs(query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=8).get("width")
    if given is None:
        return WIDTH
    if len(given) != 1 or not _NUMBER.fullmatch(given[0]) or not NARROWEST <= int(given[0]) <= WIDEST:
        text = f"The parameter 'width' has to be a number from {NARROWEST} to {WIDEST}."
        raise Refused(400, Code.BAD_REQUEST, text)
    return int(given[0])


def _unknown() -> Refused:
    return Refused(404, Code.PAGE_UNKNOWN, "There is no such page, or no picture can be made of it.")
