"""Cursors: a keyset position that nobody reads, bound to the viewer, the edge, its filter and its order.

AES-SIV seals without chance: the same place of the same list has the same cursor, in every process.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import BadArgument, Finding

# JSON may end in spaces: the length of a cursor tells that of its values no better than by so many bytes.
BLOCK = 64
MAC_BYTES = 16
MAX_CHARACTERS = 4_096


def encode(key: bytes, binding: bytes, position: Sequence[object]) -> str:
    """The cursor of a row at a position, good only where `binding` is the same."""
    payload = orjson.dumps([_plain(value) for value in position])
    sealed = _sealing(key).encrypt(payload + b" " * (-len(payload) % BLOCK), [binding])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def decode(key: bytes, binding: bytes, cursor: str, argument: str) -> tuple[Any, ...]:
    """The position behind a cursor.

    Raises:
        BadArgument: for any cursor that was not made with the same key and binding.
    """
    sealed = _bytes_of(cursor)
    try:
        payload = _sealing(key).decrypt(sealed, [binding])
    except InvalidTag:
        payload = _read_of_old(key, binding, sealed)
    if not payload:
        raise BadArgument(argument, "expected a cursor of this list", Finding.FOREIGN_CURSOR)
    return tuple(orjson.loads(payload))


@lru_cache(maxsize=4)
def _sealing(key: bytes) -> AESSIV:
    """What seals, under a key of its own: whatever else the same secret is used for has nothing to do with it."""
    return AESSIV(HKDF(SHA256(), length=64, salt=None, info=b"kabinet cursor").derive(key))


def _bytes_of(cursor: str) -> bytes:
    if len(cursor) > MAX_CHARACTERS or not cursor.isascii():
        return b""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
    return sealed if base64.urlsafe_b64encode(sealed).decode().rstrip("=") == cursor else b""


def _read_of_old(key: bytes, binding: bytes, sealed: bytes) -> bytes:
    """The position of a cursor as the release before gave it out, readable behind its HMAC; taken in this release."""
    mac, payload = sealed[:MAC_BYTES], sealed[MAC_BYTES:]
    made = hmac.digest(key, len(binding).to_bytes(4, "big") + binding + payload, hashlib.sha256)
    return payload if hmac.compare_digest(mac, made[:MAC_BYTES]) else b""


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
