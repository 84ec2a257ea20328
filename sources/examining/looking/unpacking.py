"""How far the streams of a PDF unpack: bombs are found by unpacking no more than they may have."""

import zlib
from collections.abc import Iterator
from typing import Final

import pikepdf

from sources.examining import bounds

_FLATE: Final = frozenset({"/FlateDecode", "/Fl"})
_MOST_FILTERS: Final = 3
_PIECE: Final = 1 << 18
_MORE: Final = 1 << 16


def expanding(pdf: pikepdf.Pdf) -> str | None:
    """What in a file unpacks too far, in a word; None where nothing does."""
    pictures: list[tuple[int, pikepdf.Stream]] = []
    for stream in _streams(pdf):
        filters = _filters(stream)
        if len(filters) > _MOST_FILTERS:
            return "FILTERS"
        if str(stream.stream_dict.get("/Subtype", "")) == "/Image":
            dots, size = _picture(stream)
            if dots > bounds.MOST_PIXELS:
                return "PIXELS"
            if filters and set(filters) <= _FLATE:
                pictures.append((size, stream))
        elif filters and set(filters) <= _FLATE and _unpacks_past(stream, len(filters), bounds.MOST_UNPACKED):
            return "STREAM"
    looked_at = 0
    for size, stream in sorted(pictures, key=lambda one: one[0]):
        if looked_at + size > bounds.MOST_LOOKED_AT:
            return None
        looked_at += size
        if _unpacks_past(stream, len(_filters(stream)), size + _MORE):
            return "PICTURE"
    return None


def _streams(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    return (thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream))


def _filters(stream: pikepdf.Stream) -> list[str]:
    said = stream.stream_dict.get("/Filter")
    if isinstance(said, pikepdf.Array):
        return [str(one) for one in said]
    return [] if said is None else [str(said)]


def _picture(stream: pikepdf.Stream) -> tuple[int, int]:
    """Dots of a picture, and bytes of it unpacked at most."""
    said = stream.stream_dict
    wide, high = int(said.get("/Width", 0)), int(said.get("/Height", 0))
    bits = int(said.get("/BitsPerComponent", 8))
    # No picture of paper has more than four colours; a byte before each row says how it is packed.
    return wide * high, high * (1 + (wide * 4 * bits + 7) // 8)


def _unpacks_past(stream: pikepdf.Stream, times: int, most: int) -> bool:
    packed = stream.read_raw_bytes()
    if len(packed) > bounds.MOST_PACKED and most <= bounds.MOST_UNPACKED:
        return True
    total = 0
    try:
        for piece in _unpacked(_pieces(packed), times):
            total += len(piece)
            if total > most:
                return True
    except zlib.error:
        # Whether it can be read at all is asked elsewhere.
        return False
    return False


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


def _unpacked(pieces: Iterator[bytes], times: int) -> Iterator[bytes]:
    for _ in range(times):
        pieces = _once(pieces)
    return pieces


def _once(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    for piece in pieces:
        packed = piece
        while packed and not unpacking.eof:
            yield unpacking.decompress(packed, _PIECE)
            packed = unpacking.unconsumed_tail
