"""Which part of a file a request asks for (RFC 9110, 14): one range of bytes, or the whole."""

import re
from typing import Final, NamedTuple

# A number of more digits than any file has bytes is a number all the same, within reason.
_ONE: Final = re.compile(rb"bytes=([0-9]{0,100})-([0-9]{0,100})", re.IGNORECASE)


class Span(NamedTuple):
    """A part of a file in bytes, half-open."""

    start: int
    stop: int


class Unsatisfiable(Exception):
    """The file has no byte of the range that was asked for."""


def span_of(asked: bytes | None, size: int) -> Span | None:
    """The part of a file of so many bytes that a header `Range` asks for; None for the whole.

    The whole is also the answer to what is not written as one range of bytes, several ranges among it: whoever asks
    has to be ready for that.

    Raises:
        Unsatisfiable: the range begins behind the end of the file, or is the last 0 bytes.
    """
    found = None if asked is None else _ONE.fullmatch(asked.strip(b" \t"))
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        return _from_the_end(last, size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, min(int(last) + 1, size) if last else size)


def _from_the_end(last: bytes, size: int) -> Span | None:
    """The last so many bytes, or as many as there are."""
    if not last:
        return None
    length = min(int(last), size)
    if length == 0:
        raise Unsatisfiable
    return Span(size - length, size)


def content_range(span: Span | None, size: int) -> bytes:
    """The header `Content-Range`: of a part, or of a file of which no part could be given."""
    return b"bytes */%d" % size if span is None else b"bytes %d-%d/%d" % (span.start, span.stop - 1, size)
