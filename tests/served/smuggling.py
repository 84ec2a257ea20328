"""Requests that leave doubt about where they end, as the product of their parts, each with requests in its body."""

import itertools
import random
from dataclasses import dataclass, fields

SMUGGLED, MAIN, FOLLOWER = "smuggled", "main", "follower"
QUERY = b'{"query":"{ viewer { practitioner { id } } }"}'
METHODS = ("GET", "POST", "PUT", "OPTIONS", "CONNECT")
VERSIONS = ("1.1", "1.0", "2.0")
_HANDSHAKE = "Connection: keep-alive, Upgrade\r\nUpgrade: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
OFFERS = {
    "nothing": "",
    "foo": "Connection: upgrade\r\nUpgrade: foo\r\n",
    "h2c": "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    "websocket alone": "Connection: upgrade\r\nUpgrade: websocket\r\n",
    "two at once": _HANDSHAKE % ("websocket, foo", _KEY),
    "a key that is none": _HANDSHAKE % ("websocket", "short"),
    "handshake": _HANDSHAKE % ("websocket", _KEY),
}
# How a body of # bytes is framed: headers, and what stands around its bytes on the wire.
FRAMINGS = {
    "none": ("", None),
    "length": ("Content-Length: #\r\n", ("", "")),
    "chunked": ("Transfer-Encoding: chunked\r\n", ("@\r\n", "\r\n0\r\n\r\n")),
    "chunk extensions": ("Transfer-Encoding: chunked\r\n", ("@;a=b\r\n", "\r\n0;c\r\n\r\n")),
    "trailers": (
        "Transfer-Encoding: chunked\r\n",
        ("@\r\n", f"\r\n0\r\nConnection: upgrade\r\nUpgrade: foo\r\nX-Request-Id: {SMUGGLED}\r\n\r\n"),
    ),
    "length and chunked": ("Content-Length: #\r\nTransfer-Encoding: chunked\r\n", ("@\r\n", "\r\n0\r\n\r\n")),
    "chunked and length": ("Transfer-Encoding: chunked\r\nContent-Length: #\r\n", ("@\r\n", "\r\n0\r\n\r\n")),
    "length twice": ("Content-Length: #\r\nContent-Length: 0\r\n", ("", "")),
    "coded": ("Transfer-Encoding: gzip, chunked\r\n", ("@\r\n", "\r\n0\r\n\r\n")),
    "folded": ("X-Folded: a\r\n Content-Length: 0\r\nContent-Length: #\r\n", ("", "")),
    "bare line feed": ("Content-Length: #\nX-After: a\r\n", ("", "")),
    "bad chunk": ("Transfer-Encoding: chunked\r\n", ("@\r\n", "XX0\r\n\r\n")),
}
BODIES = {"small": 1, "large": 60}
CERTAIN = {"none", "length", "chunked", "chunk extensions", "trailers"}


@dataclass(frozen=True)
class Case:
    """One request, and perhaps one that follows it at once."""

    method: str
    version: str
    offer: str
    framing: str
    body: str
    follows: bool

    @property
    def handshake(self) -> bool:
        """Whether it opens a socket."""
        return (self.method, self.version, self.offer, self.framing) == ("GET", "1.1", "handshake", "none")

    @property
    def refused(self) -> bool:
        """Whether it is to be the last of its connection, and no application is to answer it."""
        return self.method == "CONNECT" or self.version == "2.0" or self.framing not in CERTAIN or self._old_chunks

    @property
    def _old_chunks(self) -> bool:
        return self.version == "1.0" and self.framing in {"chunked", "chunk extensions", "trailers"}

    def content(self, token: str = "") -> bytes:
        """The bytes of the body, which look like requests themselves, of whoever has the token."""
        return b"" if self.framing == "none" else asking(SMUGGLED, token) * BODIES[self.body]

    def parts(self, smuggled: str = "", following: str = "") -> tuple[bytes, bytes, bytes]:
        """Head, body and follower as they go over the wire; whose tokens the body has, and the follower."""
        headers, around = FRAMINGS[self.framing]
        content = self.content(smuggled)
        target = "a.test:1" if self.method == "CONNECT" else "/graphql"
        head = f"{self.method} {target} HTTP/{self.version}\r\nHost: a.test\r\nContent-Type: application/json\r\n"
        head += f"X-Request-Id: {MAIN}\r\n{OFFERS[self.offer]}{headers.replace('#', str(len(content)))}\r\n"
        body = b""
        if around is not None:
            before, after = (one.replace("@", f"{len(content):x}").encode() for one in around)
            body = before + content + after
        return head.encode(), body, asking(FOLLOWER, following) if self.follows else b""


def asking(name: str, token: str) -> bytes:
    """A good request of whoever has the token."""
    head = f"POST /graphql HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nX-Request-Id: {name}\r\n"
    return f"{head}Authorization: Bearer {token}\r\nContent-Length: {len(QUERY)}\r\n\r\n".encode() + QUERY


def drawn(number: int, seed: int, *offers: str) -> list[Case]:
    """So many of the product of all dimensions, or of those with the offers named."""
    product = itertools.product(METHODS, VERSIONS, offers or OFFERS, FRAMINGS, BODIES, (False, True))
    return random.Random(seed).sample([Case(*made) for made in product], number)


def names(case: Case) -> str:
    """The case by its dimensions."""
    return ", ".join(f"{one.name}={getattr(case, one.name)}" for one in fields(case))
