from typing import Any

import pytest

from bench.agreement import difference, masked, without_cursor

PERSON = {"id": "prac_1", "registryNumber": "1", "phone": "+7", "organization": {"id": "org_1", "phone": "+7"}}


def page(cursor: str | None, of: str = "practitioners") -> dict[str, Any]:
    return {of: {"pageInfo": {"endCursor": cursor, "hasNextPage": True}, "nodes": [PERSON]}}


@pytest.mark.parametrize(
    ("found", "place"),
    [
        ({"a": [{"b": 1}, {"b": None}]}, None),
        ({"a": [{"b": 1}, {"b": 2}]}, "data.a[1].b"),
        ({"a": [{"b": True}, {"b": None}]}, "data.a[0].b"),
        ({"a": [{"b": 1}]}, "data.a: 2 and 1 items"),
        ({"a": None}, "data.a"),
        ({}, "data: the fields differ"),
    ],
)
def test_the_first_difference_is_told_by_its_place(found: Any, place: str | None) -> None:
    assert difference({"a": [{"b": 1}, {"b": None}]}, found) == place


def test_the_order_of_fields_is_part_of_an_answer() -> None:
    assert difference({"a": 1, "b": 2}, {"b": 2, "a": 1}) == "data: the fields differ"


def test_only_what_is_hidden_of_a_practitioner_is_masked() -> None:
    seen = masked({"practitioner": PERSON})["practitioner"]
    assert seen["phone"] is None
    assert seen["organization"] == PERSON["organization"]


@pytest.mark.parametrize("of", ["practitioners", "patients"])
def test_cursors_may_differ_but_not_their_presence(of: str) -> None:
    assert without_cursor(page("a", of)) == without_cursor(page("b", of))
    assert without_cursor(page("a", of)) != without_cursor(page(None, of))
