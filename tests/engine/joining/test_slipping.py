"""A slip lets one field of one object be asked for, and whatever else stands in its place does not."""

from typing import Any

import pytest

from engine.joining.permits import Permit
from engine.joining.slipping import Slipping, slip_for

LOAD, VISITS = "Practitioner.load", "Practitioner.visits"
SLIPPING = Slipping({LOAD: Permit(slip="_load"), VISITS: Permit(slip="_visits"), "Query.wards": Permit()})


def grouped(*representations: dict[str, Any]) -> list[tuple[list[int], frozenset[str]]]:
    nobody: Any = None
    groups = SLIPPING(nobody, nobody, representations, nobody)
    for group in groups:
        assert all(set(one) <= {"__typename", "id", "name"} for one in group.representations)
    return [(list(group.numbers), group.without) for group in groups]


def person(key: str, **more: Any) -> dict[str, Any]:
    return {"__typename": "Practitioner", "id": key, **more}


def test_rows_with_the_same_slips_are_asked_for_together() -> None:
    slips = [{"_load": slip_for(LOAD, key), "_visits": slip_for(VISITS, key)} for key in ("a", "b", "c")]
    assert grouped(
        person("a", **slips[0]),
        person("b", _load=slips[1]["_load"], _visits=None),
        person("c", **slips[2]),
    ) == [([0, 2], frozenset()), ([1], frozenset({VISITS}))]


@pytest.mark.parametrize(
    "forged",
    [True, "", "x", None, slip_for(LOAD, "b"), slip_for(VISITS, "a"), slip_for("Query.wards", "a")],
    ids=["true", "empty", "a text", "null", "of another object", "of another field", "of the root"],
)
def test_no_other_value_is_a_slip(forged: Any) -> None:
    assert grouped(person("a", _load=forged, _visits=slip_for(VISITS, "a"))) == [([0], frozenset({LOAD}))]


def test_types_without_slips_are_asked_for_as_they_are() -> None:
    assert grouped({"__typename": "Ward", "id": "w1", "name": "x"}) == [([0], frozenset())]
