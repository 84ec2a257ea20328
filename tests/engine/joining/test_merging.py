"""Answers put together: what was there stays the one it is, and contradictions are found."""

from typing import Any

import pytest

from engine.joining.merging import MAX_DEPTH, Merging, copied
from tests.engine.joining.conftest import Clinic


@pytest.mark.parametrize(
    ("known", "said", "both", "agree"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, True),
        ({"a": None}, {"a": 1}, {"a": 1}, True),
        ({"a": 1}, {"a": None}, {"a": 1}, True),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}, True),
        ({"a": [{"b": 1}, None]}, {"a": [{"c": 2}, {"d": 3}]}, {"a": [{"b": 1, "c": 2}, {"d": 3}]}, True),
        ({"a": [[{"b": 1}]]}, {"a": [[{"c": 2}]]}, {"a": [[{"b": 1, "c": 2}]]}, True),
        ({"a": [{"b": 1}]}, {"a": []}, {"a": [{"b": 1}]}, False),
        ({"a": [{"b": 1}]}, {"a": ["x"]}, {"a": [{"b": 1}]}, False),
        ({"a": {"b": 1}}, {"a": [1]}, {"a": {"b": 1}}, False),
        ({"a": 1}, {"a": {"b": 1}}, {"a": 1}, False),
        # An interface says less of an object than one of its types.
        ({"__typename": "Doctor"}, {"__typename": "Person"}, {"__typename": "Doctor"}, True),
        ({"__typename": "Person"}, {"__typename": "Doctor"}, {"__typename": "Doctor"}, True),
    ],
)
def test_two_answers(clinic: Clinic, known: Any, said: Any, both: Any, agree: bool) -> None:
    inner = known.get("a")
    assert Merging(clinic.supergraph).into(known, said) is agree
    assert known == both
    if isinstance(inner, dict | list):
        assert known["a"] is inner


def test_depth_is_bounded(clinic: Clinic) -> None:
    def nested(depth: int) -> dict[str, Any]:
        return {} if depth == 0 else {"a": nested(depth - 1)}

    merging = Merging(clinic.supergraph)
    assert merging.into(nested(MAX_DEPTH), nested(MAX_DEPTH))
    assert not merging.into(nested(MAX_DEPTH + 2), nested(MAX_DEPTH + 2))


def test_a_copy_shares_nothing_that_can_change() -> None:
    value = {"a": [{"b": 1}], "c": "d"}
    other = copied(value)
    assert other == value
    other["a"][0]["b"] = 2
    assert value["a"] == [{"b": 1}]
