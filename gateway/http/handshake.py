"""The handshake of WebSocket: which head is one, so that nothing else leaves HTTP."""

import re
from collections.abc import Iterable
from typing import Final

from gateway.http.headers import Header

_KEY: Final = re.compile(rb"[A-Za-z0-9+/]{21}[AQgw]==")
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_handshake(method: str, version: str, headers: Iterable[Header]) -> bool:
    """Whether a head without a body is a complete handshake of WebSocket, as RFC 6455 has it in its version 13."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        values.setdefault(name, []).append(value.strip(b" \t"))
    key = values.get(b"sec-websocket-key", [])

    def listed(name: bytes) -> list[bytes]:
        return [one.strip(b" \t") for value in values.get(name, ()) for one in value.split(b",")]

    return (
        (method, version) == ("GET", "1.1")
        and b"upgrade" in [option.lower() for option in listed(b"connection")]
        and [one.lower() for one in values.get(b"upgrade", ())] == [b"websocket"]
        and values.get(b"sec-websocket-version") == [b"13"]
        and len(key) == 1
        and _KEY.fullmatch(key[0]) is not None
        and all(map(_TOKEN.fullmatch, listed(b"sec-websocket-protocol")))
        and values.get(b"content-length", [b"0"]) == [b"0"]
        and b"transfer-encoding" not in values
    )
