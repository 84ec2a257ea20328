"""Which part of a file a header asks for: what RFC 9110 says, for files of every size and headers of every kind."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.documents.ranges import Span, Unsatisfiable, content_range, span_of

MANY = b"bytes=" + b",".join(b"%d-%d" % (n, n) for n in range(10_000))


@pytest.mark.parametrize(
    ("asked", "size", "expected"),
    [
        (None, 10, None),
        (b"bytes=0-0", 10, Span(0, 1)),
        (b"bytes=0-9", 10, Span(0, 10)),
        (b"bytes=3-", 10, Span(3, 10)),
        (b"bytes=9-99999999999999999999999999", 10, Span(9, 10)),
        (b"bytes=-3", 10, Span(7, 10)),
        (b"bytes=-99", 10, Span(0, 10)),
        (b"BYTES=1-2", 10, Span(1, 3)),
        (b" bytes=1-2\t", 10, Span(1, 3)),
        # What is no range of bytes, or several, is as if nothing had been asked.
        (b"bytes=5-3", 10, None),
        (b"bytes=-", 10, None),
        (b"bytes=", 10, None),
        (b"bytes=0-0,2-2", 10, None),
        (b"bytes=0-0,", 10, None),
        (MANY, 100_000, None),
        (b"bytes=+1-2", 10, None),
        (b"bytes=1-2x", 10, None),
        (b"bytes=0x1-2", 10, None),
        (b"bytes = 1-2", 10, None),
        (b"lines=1-2", 10, None),
        (b"bytes=%b-" % (b"9" * 5_000), 10, None),
        ("bytes=١-٢".encode(), 10, None),
    ],
)
def test_one_range_is_taken_and_whatever_else_is_the_whole(
    asked: bytes | None, size: int, expected: Span | None
) -> None:
    assert span_of(asked, size) == expected


@pytest.mark.parametrize("asked", [b"bytes=10-", b"bytes=10-10", b"bytes=-0", b"bytes=%b-" % (b"9" * 99)])
def test_what_no_byte_answers_to_is_told(asked: bytes) -> None:
    with pytest.raises(Unsatisfiable):
        span_of(asked, 10)
    assert content_range(None, 10) == b"bytes */10"


@given(st.integers(1, 2**40), st.one_of(st.none(), st.integers(0, 2**41)), st.one_of(st.none(), st.integers(0, 2**41)))
def test_a_span_lies_within_the_file_and_is_never_empty(size: int, first: int | None, last: int | None) -> None:
    asked = b"bytes=%b-%b" % tuple(b"" if one is None else b"%d" % one for one in (first, last))
    try:
        found = span_of(asked, size)
    except Unsatisfiable:
        assert (last == 0) if first is None else first >= size
        return
    if found is None:
        assert (first is None and last is None) or (first is not None and last is not None and last < first)
        return
    assert 0 <= found.start < found.stop <= size
    said = content_range(found, size).decode()
    assert said == f"bytes {found.start}-{found.stop - 1}/{size}"
    if first is not None:
        assert found.start == first
        assert found.stop == (size if last is None else min(last + 1, size))
    else:
        assert found.stop == size
        assert found.stop - found.start == min(last or 0, size)


@given(st.binary(max_size=64), st.integers(0, 100))
def test_no_header_is_an_error_of_ours(asked: bytes, size: int) -> None:
    for one in (asked, b"bytes=" + asked):
        with suppress(Unsatisfiable):
            span_of(one, size)
