"""TIFF: each of its pictures unpacked, nothing after the last byte that it speaks of."""

import io
from collections.abc import Iterator
from mmap import mmap
from typing import Final, Literal

from PIL import Image, UnidentifiedImageError

from sources.examining import bounds
from sources.examining.examined import TIFF, Examined, Fault, FaultCode, refused
from sources.examining.looking import resolution
from sources.examining.looking.foreign import foreign, left_over
from sources.examining.looking.mapped import Mapped

# Bytes of a value of each type.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_NUMBERS: Final = {1, 3, 4, 13}
_TEXT: Final = 2
_ENTRY: Final = 12
# Where the data are, and how long; where further directories are.
_PLACES: Final = {273: 279, 324: 325, 513: 514}
_DIRECTORIES: Final = {330, 34_665, 34_853}
_MOST_DIRECTORIES: Final = 4_000


class _Damaged(Exception):
    pass


class _TooFar(Exception):
    pass


def look_at_tiff(content: mmap) -> Examined:
    """What a TIFF is."""
    found: list[int | None] = []
    try:
        end, described = _extent(content)
        with Image.open(io.BufferedReader(Mapped(content)), formats=("TIFF",)) as picture:
            pages = getattr(picture, "n_frames", 1)
            if pages > bounds.MOST_PAGES:
                return refused(FaultCode.EXPANDS_TOO_FAR, TIFF)
            for page in range(pages):
                picture.seek(page)
                width, height = picture.size
                # Of these a dot is a byte in memory, of all others four.
                if width * height * (1 if picture.mode in {"1", "L", "P"} else 4) > bounds.MOST_RASTER:
                    return refused(FaultCode.EXPANDS_TOO_FAR, TIFF)
                picture.load()
                found.append(resolution.of_picture(width, height, picture.info.get("dpi")))
    except _TooFar:
        return refused(FaultCode.EXPANDS_TOO_FAR, TIFF)
    except (_Damaged, UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError, LookupError, TypeError):
        return refused(FaultCode.DAMAGED, TIFF)
    faults = (left_over(content, end), foreign(content, described))
    return Examined(
        media_type=TIFF,
        pages=pages,
        resolutions=tuple(found),
        faults=tuple[Fault, ...](fault for fault in faults if fault is not None),
    )


def _extent(content: mmap) -> tuple[int, bytes]:
    """Where the last byte is that a directory speaks of, and all that is said in words."""
    order: Literal["little", "big"] = "little" if content[:2] == b"II" else "big"
    waiting, seen = [int.from_bytes(content[4:8], order)], set[int]()
    end, words = 8, bytearray()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        if len(seen) > _MOST_DIRECTORIES:
            raise _TooFar
        directory = dict[int, tuple[int, ...]]()
        for tag, kind, at, size in _entries(content, place, order):
            end = max(end, at + size)
            if kind == _TEXT:
                words += content[at : at + size]
            if kind in _NUMBERS and (tag in _DIRECTORIES or tag in _PLACES or tag in _PLACES.values()):
                step = _SIZES[kind]
                values = range(at, at + size, step)
                directory[tag] = tuple(int.from_bytes(content[one : one + step], order) for one in values)
        for places, sizes in _PLACES.items():
            for at, size in zip(directory.get(places, ()), directory.get(sizes, ()), strict=False):
                end = max(end, at + size)
        waiting += [one for tag in _DIRECTORIES for one in directory.get(tag, ())]
        count = int.from_bytes(content[place : place + 2], order)
        after = place + 2 + count * _ENTRY
        end = max(end, after + 4)
        further = int.from_bytes(content[after : after + 4], order)
        waiting += [further] if further else []
    if end > len(content):
        raise _Damaged
    return end, bytes(words)


def _entries(content: mmap, place: int, order: Literal["little", "big"]) -> Iterator[tuple[int, int, int, int]]:
    """Tag, type, place and size in bytes of the value of each entry of a directory."""
    count = int.from_bytes(content[place : place + 2], order)
    if place < 8 or place + 2 + count * _ENTRY > len(content):
        raise _Damaged
    for at in range(place + 2, place + 2 + count * _ENTRY, _ENTRY):
        tag, kind = int.from_bytes(content[at : at + 2], order), int.from_bytes(content[at + 2 : at + 4], order)
        size = _SIZES.get(kind, 1) * int.from_bytes(content[at + 4 : at + 8], order)
        where = at + 8 if size <= 4 else int.from_bytes(content[at + 8 : at + 12], order)
        if where + size > len(content):
            raise _Damaged
        yield tag, kind, where, size
