"""A cursor is good for its own list alone, and shows nothing of the place that it stands for."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cursor import decode, encode
from engine.errors import BadArgument

KEY, BINDING = b"k" * 32, b"somebody\x00Query.documents\x00()"
CALM = settings(deadline=None, derandomize=True, database=None, max_examples=100)
VALUES = st.one_of(st.text(max_size=80), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none())
POSITIONS = st.lists(VALUES, min_size=1, max_size=4)
INSTANT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def raw(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def of_the_release_before(key: bytes, binding: bytes, position: list[object]) -> str:
    payload = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
    mac = hmac.new(key, len(binding).to_bytes(4, "big") + binding + payload, hashlib.sha256).digest()
    return text(mac[:16] + payload)


def refused(cursor: str, key: bytes = KEY, binding: bytes = BINDING) -> bool:
    try:
        decode(key, binding, cursor, "after")
    except BadArgument:
        return True
    return False


@CALM
@given(POSITIONS)
def test_a_cursor_leads_back_to_its_place_and_nowhere_else(position: list[object]) -> None:
    cursor = encode(KEY, BINDING, position)
    assert decode(KEY, BINDING, cursor, "after") == tuple(position)
    assert encode(KEY, BINDING, position) == cursor
    assert refused(cursor, key=b"K" * 32)
    assert refused(cursor, binding=BINDING + b" ")


@pytest.mark.parametrize("made", [encode, of_the_release_before])
def test_a_cursor_with_any_bit_changed_is_refused(made: object) -> None:
    cursor = made(KEY, BINDING, ["2026-11-22T09:00:00+00:00", 7])  # type: ignore[operator]
    assert not refused(cursor)
    sealed = raw(cursor)
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        assert refused(text(bytes(changed)))
    for other in ("", "A", cursor[:-1], cursor + "A", cursor + "=", f" {cursor}", "é", "A" * 5_000):
        assert refused(other), other


def test_a_cursor_shows_neither_a_value_nor_how_exact_it_is() -> None:
    instants = [INSTANT, INSTANT.replace(microsecond=123_456)]
    cursors = [encode(KEY, BINDING, [one, 7]) for one in instants]
    assert len({len(one) for one in cursors}) == 1
    for cursor in cursors:
        assert b"2026" not in raw(cursor)
    kinds = [encode(KEY, BINDING, [one, 7]) for one in (date(2026, 1, 1), Decimal("1.5"), 3, "a", None)]
    assert len({len(one) for one in kinds}) == 1


def test_the_place_of_a_long_name_has_a_cursor_that_is_taken() -> None:
    place = ["щ" * 800, 7]
    assert decode(KEY, BINDING, encode(KEY, BINDING, place), "after") == tuple(place)


@CALM
@given(POSITIONS)
def test_cursors_of_the_release_before_are_taken_where_they_were_good(position: list[object]) -> None:
    cursor = of_the_release_before(KEY, BINDING, position)
    assert decode(KEY, BINDING, cursor, "after") == tuple(position)
    assert refused(cursor, binding=BINDING + b" ")
