"""PNG: each chunk with its sum, all of the picture unpacked, nothing after its end."""

import io
import zlib
from collections.abc import Iterator
from mmap import mmap
from typing import Final

from PIL import Image, UnidentifiedImageError

from sources.examining import bounds
from sources.examining.examined import PNG, Examined, Fault, FaultCode, refused
from sources.examining.looking import resolution
from sources.examining.looking.foreign import foreign, left_over
from sources.examining.looking.mapped import Mapped

_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# First column, first row, and the steps of the seven passes of an interlaced picture.
_PASSES: Final = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip
_PIECE: Final = 1 << 16
_HEAD: Final = 13


class _Damaged(Exception):
    pass


def look_at_png(content: mmap) -> Examined:
    """What a PNG is."""
    try:
        chunks = [*_chunks(content)]
        head = content[chunks[0][1] : chunks[0][1] + _HEAD]
        if chunks[0][0] != b"IHDR" or len(head) < _HEAD:
            return refused(FaultCode.DAMAGED, PNG)
        width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
        if width * height > bounds.MOST_PIXELS:
            return refused(FaultCode.EXPANDS_TOO_FAR, PNG)
        expected = _size(width, height, _CHANNELS.get(head[9], 0) * head[8], interlaced=head[12] == 1)
        if not expected:
            return refused(FaultCode.DAMAGED, PNG)
        unpacked = _unpacked(content, [(at, size) for name, at, size in chunks if name == b"IDAT"], expected)
        if unpacked > expected:
            return refused(FaultCode.EXPANDS_TOO_FAR, PNG)
        if unpacked < expected:
            return refused(FaultCode.DAMAGED, PNG)
        with Image.open(io.BufferedReader(Mapped(content)), formats=("PNG",)) as picture:
            said = picture.info.get("dpi")
    except (_Damaged, UnidentifiedImageError, OSError, SyntaxError, ValueError, zlib.error):
        return refused(FaultCode.DAMAGED, PNG)
    described = b"".join(content[at : at + size] for name, at, size in chunks if name not in {b"IDAT", b"PLTE"})
    faults: list[Fault | None] = [left_over(content, chunks[-1][1] + 4), foreign(content, described)]
    if any(name == b"acTL" for name, _, _ in chunks):
        faults.append(Fault(FaultCode.UNSUPPORTED_FORMAT, None, "ANIMATED"))
    return Examined(
        media_type=PNG,
        pages=1,
        resolutions=(resolution.of_picture(width, height, said),),
        faults=tuple(fault for fault in faults if fault is not None),
    )


def _chunks(content: mmap) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of each chunk up to the last; every sum is right."""
    at = 8
    while True:
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        begin, end = at + 8, at + 8 + size
        if end + 4 > len(content):
            raise _Damaged
        total = zlib.crc32(name)
        with memoryview(content) as whole:
            for place in range(begin, end, _PIECE):
                total = zlib.crc32(whole[place : min(place + _PIECE, end)], total)
        if total != int.from_bytes(content[end : end + 4], "big"):
            raise _Damaged
        yield name, begin, size
        if name == b"IEND":
            return
        at = end + 4


def _size(width: int, height: int, bits: int, *, interlaced: bool) -> int:
    """Bytes of the unpacked picture: each row has one more, which says how it is filtered."""
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    total = 0
    for column, row, across, down in passes:
        wide, high = -(-(width - column) // across), -(-(height - row) // down)
        if wide > 0 and high > 0:
            total += high * (1 + (wide * bits + 7) // 8)
    return total if bits else 0


def _unpacked(content: mmap, pieces: list[tuple[int, int]], most: int) -> int:
    """How many bytes the picture unpacks to; counted no further than one more than `most`."""
    unpacking, total = zlib.decompressobj(), 0
    for at, size in pieces:
        for place in range(at, at + size, _PIECE):
            packed = content[place : min(place + _PIECE, at + size)]
            while packed and not unpacking.eof:
                total += len(unpacking.decompress(packed, _PIECE))
                packed = unpacking.unconsumed_tail
                if total > most:
                    return total
    return total if unpacking.eof else 0
