"""JPEG: all of it read, at an eighth of its size; nothing after its end but pictures like it."""

import io
import re
from collections.abc import Iterator
from mmap import mmap
from typing import Final

from PIL import Image, UnidentifiedImageError

from sources.examining import bounds
from sources.examining.examined import JPEG, Examined, FaultCode, refused
from sources.examining.looking import resolution
from sources.examining.looking.foreign import foreign, left_over
from sources.examining.looking.mapped import Mapped

_SOS, _EOI, _COMMENT = 0xDA, 0xD9, 0xFE
_APPLICATION: Final = range(0xE0, 0xF0)
# After the data of a scan: a mark that is neither a stuffed byte nor one of those that stand between its parts.
_MARK: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BEGINNING: Final = b"\xff\xd8\xff"


class _Damaged(Exception):
    pass


def look_at_jpeg(content: mmap) -> Examined:
    """What a JPEG is."""
    try:
        described, scans, end = b"", 0, 0
        for mark, at, size in _segments(content, 0):
            scans += mark == _SOS
            described += content[at : at + size] if mark in _APPLICATION or mark == _COMMENT else b""
            end = at
        if scans > bounds.MOST_SCANS:
            return refused(FaultCode.EXPANDS_TOO_FAR, JPEG)
        with Image.open(io.BufferedReader(Mapped(content)), formats=("JPEG",)) as picture:
            width, height = picture.size
            if width * height > bounds.MOST_PIXELS:
                return refused(FaultCode.EXPANDS_TOO_FAR, JPEG)
            said = picture.info.get("dpi")
            picture.draft(None, (1, 1))
            picture.load()
    except (_Damaged, UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return refused(FaultCode.DAMAGED, JPEG)
    found = (left_over(content, _end_of_all(content, end)), foreign(content, described))
    return Examined(
        media_type=JPEG,
        pages=1,
        resolutions=(resolution.of_picture(width, height, said),),
        faults=tuple(fault for fault in found if fault is not None),
    )


def _segments(content: mmap, begin: int) -> Iterator[tuple[int, int, int]]:
    """Mark, place of its data and their size, up to the end, whose place is behind it."""
    at = begin + 2
    while True:
        found = content[at : at + 4]
        if len(found) >= 2 and found[0] == 0xFF and found[1] == 0xFF:
            at += 1
            continue
        if len(found) < 2 or found[0] != 0xFF:
            raise _Damaged
        mark = found[1]
        if mark == _EOI:
            yield mark, at + 2, 0
            return
        size = int.from_bytes(found[2:4], "big")
        if len(found) < 4 or size < 2:
            raise _Damaged
        yield mark, at + 4, size - 2
        at += 2 + size
        if mark == _SOS:
            further = _MARK.search(content, at)
            if further is None:
                raise _Damaged
            at = further.start()


def _end_of_all(content: mmap, end: int) -> int:
    """Where the last of the pictures ends that follow each other, as cameras write them."""
    while content[end : end + len(_BEGINNING)] == _BEGINNING:
        try:
            *_, (_, further, _) = _segments(content, end)
        except _Damaged:
            break
        end = further
    return end
