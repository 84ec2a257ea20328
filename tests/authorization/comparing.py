"""Where an answer is not what it must be."""

from collections.abc import Iterator
from typing import Any

from tests.authorization.masking import CURSOR, Denial, Expected, Path, Place

# Of so many errors an answer has no more.
MOST_ERRORS = 50


def mismatches(expected: Expected, body: dict[str, Any]) -> list[str]:
    """Where an answer, errors included, is not what it must be."""
    errors = body.get("errors", [])
    found = list(differences(expected.data, body.get("data")))
    if "data" in body and expected.data is None:
        found.append("executed although an input is refused")
    seen = {}
    for place, denial, code in denials_of(errors):
        if code != "UNAUTHORIZED_FIELD_OR_TYPE":
            found.append(f"{place}: {code}")
        elif place in seen:
            found.append(f"{place}: told twice")
        seen[place] = denial
    missing = expected.denials.keys() - seen.keys()
    if missing and len(errors) < MOST_ERRORS:
        found += [f"{place}: not told {expected.denials[place]}" for place in sorted(missing)]
    for place, denial in seen.items():
        wanted = expected.denials.get(place)
        if wanted != denial:
            found.append(f"{place}: told {denial} instead of {wanted}")
    return found


def differences(expected: Any, answered: Any, path: Path = ()) -> Iterator[str]:
    """Where an answer differs from what it must be, in words without values of people."""
    if expected is CURSOR:
        if not isinstance(answered, str) or not answered:
            yield f"{path}: no cursor"
    elif isinstance(expected, dict) and isinstance(answered, dict):
        if expected.keys() != answered.keys():
            yield f"{path}: other fields {sorted(expected.keys() ^ answered.keys())}"
        for key in expected.keys() & answered.keys():
            yield from differences(expected[key], answered[key], (*path, key))
    elif isinstance(expected, list) and isinstance(answered, list):
        if len(expected) != len(answered):
            yield f"{path}: {len(answered)} instead of {len(expected)}"
        for i, (one, other) in enumerate(zip(expected, answered, strict=False)):
            yield from differences(one, other, (*path, i))
    elif expected != answered:
        yield f"{path}: {answered!r} instead of {expected!r}"


def denials_of(errors: list[dict[str, Any]]) -> Iterator[tuple[Place, Denial, str]]:
    """The errors of an answer by their place, each with its code."""
    for error in errors:
        told = error["extensions"]
        path = error.get("path")
        place = (told.get("coordinate", ""),) if path is None else tuple(p for p in path if isinstance(p, str))
        denial = Denial(
            told.get("coordinate", ""),
            told.get("reason", ""),
            None if path is None else tuple(path),
            told.get("count", 1),
        )
        yield place, denial, told["code"]
