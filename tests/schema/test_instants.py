"""Instants as other platforms write them; to the microsecond, and never later than what was written."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from graphql import GraphQLScalarType
from hypothesis import given
from hypothesis import strategies as st

from schema.built import graph

SCALAR = graph().core.type_map["DateTime"]
assert isinstance(SCALAR, GraphQLScalarType)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
taken = SCALAR.coerce_input_value


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-21T09:00:00Z", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21t09:00:00z", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        # .NET writes seven digits, Java and Go up to nine.
        ("2026-11-21T09:00:00.1234567Z", datetime(2026, 11, 21, 9, 0, 0, 123_456, UTC)),
        ("2026-11-21T12:00:00.999999999+03:00", datetime(2026, 11, 21, 9, 0, 0, 999_999, UTC)),
        ("2026-11-21T09:00:00.5-00:00", datetime(2026, 11, 21, 9, 0, 0, 500_000, UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.9999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
    ],
)
def test_an_instant_is_taken_as_it_is_written(text: str, instant: datetime) -> None:
    assert taken(text) == instant


@given(
    st.integers(-60_000_000_000, 250_000_000_000).map(lambda seconds: EPOCH + timedelta(seconds=seconds)),
    st.text("0123456789", max_size=40),
    st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_any_number_of_digits_is_cut_to_the_microsecond(at: datetime, digits: str, offset: int) -> None:
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
    text = f"{at:%Y-%m-%dT%H:%M:%S}".zfill(19) + (f".{digits}" if digits else "") + zone
    found = taken(text)
    whole = at.replace(tzinfo=timezone(timedelta(minutes=offset)))
    said = Fraction(int(digits or 0), 10 ** len(digits))
    micro = Fraction((found - whole) // timedelta(microseconds=1), 1_000_000)
    assert found.tzinfo is UTC
    assert 0 <= said - micro < Fraction(1, 1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T09:00:60Z", "2016-12-31T23:59:60Z", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z",
        "2026-11-21T09:00:00+24:00", "2026-11-21T09:00:00+03:60", "2026-11-21T09:00:00", "2026-11-21T09:00:00.Z",
        "2026-11-21T09:00Z", "2026-11-21 09:00:00Z", "2026-02-29T09:00:00Z", "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-21T09:00:00,5Z", "２026-11-21T09:00:00Z",
        "2026-11-21T09:00:00Z\n", 1_795_000_000, None, True,
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused_without_another_failure(text: object) -> None:
    with pytest.raises(ValueError, match=r"^expected an instant"):
        taken(text)
