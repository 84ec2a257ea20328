"""The envelope of a file: chunks sealed by AES-256-GCM under the file's own key, each good for one place alone.

    sealed chunk  nonce (12), sealed bytes, tag (16)

With each chunk are authenticated the file's name, what the content is bound to, the number and the length of the
chunk, and whether it is the last one: none can be put in the place of another, be left out or be cut off.
"""

import os
from enum import IntEnum
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sources.files.kept import Bound
from sources.sealing import NONCE_BYTES, TAG_BYTES, SealBroken

CHUNK: Final = 1 << 20
OVERHEAD: Final = NONCE_BYTES + TAG_BYTES
_FORM: Final = b"kabinet file 1"


class Part(IntEnum):
    """What a chunk is of its file."""

    INNER = 0
    LAST = 1
    TAIL = 2  # what has come so far of a chunk, while more is awaited


class Envelope:
    """Seals and opens the chunks of one file."""

    __slots__ = ("_cipher", "_place")

    def __init__(self, key: bytes, file: UUID, bound: Bound) -> None:
        self._cipher = AESGCM(key)
        numbers = bound.document_id.to_bytes(8, "big", signed=True) + bound.version.to_bytes(4, "big")
        self._place = _FORM + file.bytes + numbers

    def seal(self, plain: bytes | bytearray, index: int, part: Part) -> bytes:
        """The sealed form of the bytes of one chunk."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, self._said(index, len(plain), part))

    def open(self, sealed: bytes, index: int, length: int, part: Part) -> bytes:
        """The bytes of a sealed chunk.

        Raises:
            SealBroken: it is not this chunk of this file, or was changed.
        """
        if len(sealed) != length + OVERHEAD:
            raise SealBroken("a chunk of another length")
        try:
            return self._cipher.decrypt(
                sealed[:NONCE_BYTES], memoryview(sealed)[NONCE_BYTES:], self._said(index, length, part)
            )
        except InvalidTag:
            raise SealBroken("not the chunk that was sealed here, or changed") from None

    def _said(self, index: int, length: int, part: Part) -> bytes:
        return self._place + index.to_bytes(4, "big") + length.to_bytes(4, "big") + bytes((part,))


def chunks(byte_size: int) -> int:
    """How many chunks so many bytes are kept as; there is always one."""
    return max(1, -(-byte_size // CHUNK))


def length_of(index: int, byte_size: int) -> int:
    """How many plain bytes a chunk has in a file of so many."""
    return min(CHUNK, byte_size - index * CHUNK)


def part_of(index: int, byte_size: int) -> Part:
    """What a chunk is in a file of so many bytes."""
    return Part.LAST if index == chunks(byte_size) - 1 else Part.INNER
