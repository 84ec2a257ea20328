"""The headers that every answer carries, made once, and the plain ways to send an answer."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final

from sources.postgres.ask import LANGUAGES

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

_EVERYWHERE: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
SECURITY: Final[tuple[Header, ...]] = (
    *_EVERYWHERE,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"vary", b"Accept, Accept-Language, Authorization, Cookie, Origin"),
)
# CodeMirror keeps its fonts and cursors as data URLs in its style sheet; nothing is inline, nothing is elsewhere.
PAGE: Final[tuple[Header, ...]] = (
    *_EVERYWHERE,
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src data:; "
            b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
)


# A file is no page: whatever is in it, a browser that shows it after all runs nothing of it, and asks nobody for more.
FILE: Final[tuple[Header, ...]] = (
    *_EVERYWHERE,
    (b"content-security-policy", b"sandbox; default-src 'none'; frame-ancestors 'none'"),
    (b"vary", b"Authorization, Cookie, Origin"),
    # A server in front keeps nothing of it on its disk.
    (b"x-accel-buffering", b"no"),
)


def headers_of(
    request_id: str,
    own: Iterable[Header],
    media: bytes | None,
    size: int | None = None,
    security: Iterable[Header] = SECURITY,
) -> list[Header]:
    """The headers of an answer of the graph: those of all, the id of its request, its own, and what its body is.

    There is no body without a media type; without a size, in bytes, nobody knows beforehand where it ends.
    """
    headers = [*security, (b"x-request-id", request_id.encode("ascii")), *own]
    if media is not None:
        headers.append((b"content-type", media))
    if size is not None:
        headers.append((b"content-length", b"%d" % size))
    return headers


async def answer(
    send: Send,
    status: int,
    media: bytes,
    body: bytes,
    *,
    security: Iterable[Header] = SECURITY,
    more: Iterable[Header] = (),
    head: bool = False,
) -> None:
    """Send a whole answer; to a HEAD only what stands before the body."""
    headers = [*security, (b"content-type", media), (b"content-length", b"%d" % len(body)), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})


def language(accept_language: bytes | None) -> str:
    """The language of messages for people: English when it is asked for before Russian, else Russian."""
    if accept_language is None:
        return "ru"
    best = ("ru", 0.0)
    for part in accept_language[:256].decode("latin-1").lower().split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().partition("-")[0]
        value = weight.strip().removeprefix("q=") if weight else "1"
        quality = float(value) if value.replace(".", "", 1).isdigit() and value.isascii() else 0.0
        if name in LANGUAGES and quality > best[1]:
            best = (name, quality)
    return best[0]


def first(scope: Mapping[str, Any], name: bytes) -> bytes | None:
    """The value of a request's header, the first one if it is there several times."""
    return next((value for key, value in scope["headers"] if key == name), None)
