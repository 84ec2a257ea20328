"""The form in which a package travels: a ZIP whose entries are stored, one after the other, never packed.

It is written and read as a stream: nothing has to be kept of it but the piece at hand, and none of its entries can
grow when it is opened. What a reader has to know of an entry before it comes stands in its header, or in the manifest.
"""

import struct
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_AFTER: Final = struct.Struct("<4s3L")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL_SIGN, _AFTER_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"
_VERSION: Final = 20
_AFTERWARDS: Final = 0x08
_UTF8: Final = 0x800
# 1 January 1980: when an entry was made stands in the manifest.
_DAY: Final = 0x21
# Sizes are numbers of 32 bits here.
MOST_BYTES: Final = 2**32 - 2**20
LONGEST_NAME: Final = 100


class ZipMalformed(Exception):
    """It is no such ZIP."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to be written: its content as a whole, or as a stream of so many bytes."""

    name: str
    size: int
    content: bytes | AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before a file that is read; sizes are not known where they stand after it."""

    name: str
    size: int | None
    afterwards: bool


def length(entries: Sequence[Entry]) -> int:
    """How many bytes a ZIP of these entries has."""
    names = sum(len(one.name.encode()) for one in entries)
    each = _LOCAL.size + _AFTER.size + _CENTRAL.size
    return sum(one.size for one in entries) + 2 * names + each * len(entries) + _END.size


async def zipped(entries: Sequence[Entry]) -> AsyncGenerator[bytes, None]:
    """The ZIP of these entries.

    Raises:
        ZipMalformed: an entry has not the size that it was said to have.
    """
    central, at = [], 0
    for entry in entries:
        name, whole = entry.name.encode(), isinstance(entry.content, bytes)
        flags = _UTF8 | _AFTERWARDS
        known = (zlib.crc32(entry.content), entry.size) if isinstance(entry.content, bytes) else (0, 0)
        yield _LOCAL.pack(
            _LOCAL_SIGN, _VERSION, flags, 0, 0, _DAY, known[0], known[1], known[1], len(name), 0
        ) + name  # fmt: skip
        size, crc = 0, 0
        async for piece in _once(entry.content) if whole else entry.content:  # type: ignore[arg-type, union-attr]
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            yield piece
        if size != entry.size:
            raise ZipMalformed
        yield _AFTER.pack(_AFTER_SIGN, crc, size, size)
        central.append(
            _CENTRAL.pack(
                _CENTRAL_SIGN, _VERSION, _VERSION, flags, 0, 0, _DAY, crc, size, size, len(name), 0, 0, 0, 0, 0, at
            )
            + name
        )
        at += _LOCAL.size + len(name) + size + _AFTER.size
    directory = b"".join(central)
    count = len(central)
    yield directory + _END.pack(_END_SIGN, 0, 0, count, count, len(directory), at, 0)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


class Unzipping:
    """Reads such a ZIP from a stream, entry by entry, in their order."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    async def header(self) -> Header | None:
        """What comes next; None where the entries are over.

        Raises:
            ZipMalformed: something else comes, or an entry that is packed, sealed or named too long.
        """
        sign = await self._exactly(4)
        if sign == _CENTRAL_SIGN:
            return None
        rest = await self._exactly(_LOCAL.size - 4)
        kind, _, flags, method, _, _, _, packed, size, named, more = _LOCAL.unpack(sign + rest)
        if kind != _LOCAL_SIGN or method != 0 or flags & ~(_UTF8 | _AFTERWARDS) or not 0 < named <= LONGEST_NAME:
            raise ZipMalformed
        name = await self._exactly(named)
        await self._exactly(more)
        if packed != size or not name.isascii():
            raise ZipMalformed
        afterwards = bool(flags & _AFTERWARDS)
        return Header(name.decode("ascii"), None if afterwards and not size else size, afterwards)

    async def content(self, header: Header, size: int) -> AsyncIterator[bytes]:
        """The bytes of an entry that has so many.

        Raises:
            ZipMalformed: it has another number of bytes, or the stream ends before it does.
        """
        if header.size is not None and header.size != size:
            raise ZipMalformed
        left, crc = size, 0
        while left:
            piece = await self._some(left)
            left, crc = left - len(piece), zlib.crc32(piece, crc)
            yield piece
        if header.afterwards:
            sign = await self._exactly(_AFTER.size)
            if sign != _AFTER.pack(_AFTER_SIGN, crc, size, size):
                raise ZipMalformed

    async def whole(self, header: Header, most: int) -> bytes:
        """All bytes of a small entry whose size its header says.

        Raises:
            ZipMalformed: the header does not say it, or says more than `most`.
        """
        if header.size is None or header.size > most:
            raise ZipMalformed
        return b"".join([piece async for piece in self.content(header, header.size)])

    async def drain(self) -> None:
        """Let the rest come, and look at none of it: whoever sends reads no answer before."""
        self._left = b""
        async for _ in self._chunks:
            pass

    async def _some(self, most: int) -> bytes:
        while not self._left:
            try:
                self._left = await anext(self._chunks)
            except StopAsyncIteration:
                raise ZipMalformed from None
        found, self._left = self._left[:most], self._left[most:]
        return found

    async def _exactly(self, count: int) -> bytes:
        parts: list[bytes] = []
        while count:
            parts.append(await self._some(count))
            count -= len(parts[-1])
        return b"".join(parts)
