"""The answers are compared before they are timed: a contender that says something else is not measured."""

from collections.abc import Mapping
from typing import Any

Data = Any

# What nobody who is not signed in may read of a practitioner.
HIDDEN_FROM_NOBODY = frozenset(
    {"phone", "email", "snils", "accreditations", "employments", "applications", "documents", "shifts"}
)


class Disagreement(Exception):
    """Two contenders answer differently; says where."""


def masked(data: Data) -> Data:
    """The data as somebody sees them who is not signed in."""
    if isinstance(data, list):
        return [masked(item) for item in data]
    if not isinstance(data, Mapping):
        return data
    hidden = HIDDEN_FROM_NOBODY if "registryNumber" in data else frozenset()
    return {name: None if name in hidden else masked(value) for name, value in data.items()}


def without_cursor(data: Data) -> Data:
    """The data without the cursor of a page, which every contender makes in its own way."""
    pages = {name: data[name] for name in ("practitioners", "patients") if (data or {}).get(name) is not None}
    for name, page in pages.items():
        info = {**page["pageInfo"], "endCursor": page["pageInfo"]["endCursor"] is not None}
        data = {**data, name: {**page, "pageInfo": info}}
    return data


def difference(expected: Data, found: Data, place: str = "data") -> str | None:
    """The first place where two answers differ; None when they are equal."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        if list(expected) != list(found):
            return f"{place}: the fields differ"
        pairs = ((difference(value, found[name], f"{place}.{name}")) for name, value in expected.items())
        return next((one for one in pairs if one), None)
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{place}: {len(expected)} and {len(found)} items"
        pairs = (
            difference(one, other, f"{place}[{i}]") for i, (one, other) in enumerate(zip(expected, found, strict=True))
        )
        return next((one for one in pairs if one), None)
    return None if type(expected) is type(found) and expected == found else place
