"""Cursors: a keyset position bound by HMAC to the viewer, the edge, its filter and its order."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from engine.errors import BadArgument

MAC_BYTES = 16
MAX_CHARACTERS = 512


def encode(key: bytes, binding: bytes, position: Sequence[object]) -> str:
    """The cursor of a row at a position, good only where `binding` is the same."""
    payload = orjson.dumps([_plain(value) for value in position])
    return base64.urlsafe_b64encode(_mac(key, binding, payload) + payload).decode().rstrip("=")


def decode(key: bytes, binding: bytes, cursor: str, argument: str) -> tuple[Any, ...]:
    """The position behind a cursor.

    Raises:
        BadArgument: for any cursor that was not made with the same key and binding.
    """
    if len(cursor) <= MAX_CHARACTERS and cursor.isascii():
        try:
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except ValueError:
            sealed = b""
        mac, payload = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
        canonical = base64.urlsafe_b64encode(sealed).decode().rstrip("=") == cursor
        if canonical and hmac.compare_digest(mac, _mac(key, binding, payload)):
            return tuple(orjson.loads(payload))
    raise BadArgument(argument, "expected a cursor of this list")


def _mac(key: bytes, binding: bytes, payload: bytes) -> bytes:
    sealed = hmac.digest(key, len(binding).to_bytes(4, "big") + binding + payload, hashlib.sha256)
    return sealed[:MAC_BYTES]


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
