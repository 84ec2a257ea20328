"""Where an answer is not what it must be."""

from collections.abc import Iterator
from typing import Any

from tests.authorization.masking import CURSOR, Expected, Path

REFUSED = "UNAUTHORIZED_FIELD_OR_TYPE"
# Of so many errors an answer has no more, where every row has one of so many, and an error of so many rows.
MOST_ERRORS = 50
MOST_EACH = 1_000
MOST_ROWS = 100

# Path, coordinate, reason, rows and count.
Told = tuple[Any, ...]


def mismatches(expected: Expected, body: dict[str, Any], *, each: bool = False) -> list[str]:
    """Where an answer, errors included, is not what it must be; with `each`, of which every row has its own."""
    found = list(differences(expected.data, body.get("data")))
    if "data" in body and expected.data is None:
        found.append("executed although an input is refused")
    errors = body.get("errors", [])
    found += [f"told {error['extensions']}" for error in errors if error["extensions"]["code"] != REFUSED]
    told = sorted(map(_told, errors), key=_order)
    wanted = sorted(_apart(expected) if each else _together(expected), key=_order)
    most = MOST_EACH if each else MOST_ERRORS
    found += [f"not told: {one}" for one in wanted[:most] if one not in told]
    found += [f"told: {one}" for one in told if one not in wanted[:most]]
    if len(told) != len(wanted[:most]):
        found.append(f"told {len(told)} errors instead of {len(wanted[:most])}")
    left_out = body.get("extensions", {}).get("errorsLeftOut", 0)
    if left_out != len(wanted) - len(wanted[:most]):
        found.append(f"{left_out} errors are said to be left out")
    return found


def _together(expected: Expected) -> Iterator[Told]:
    """One error for each place and reason: the path of the first row, the positions of all, and how many they are."""
    for (*_, coordinate, reason), denial in expected.denials.items():
        rows = [[part for part in path if isinstance(part, int)] for path in denial.paths]
        path = list(denial.paths[0]) if denial.paths else None
        yield path, coordinate, reason, rows[:MOST_ROWS] if rows and rows[0] else None, len(rows) or None


def _apart(expected: Expected) -> Iterator[Told]:
    """One error for each row."""
    for (*_, coordinate, reason), denial in expected.denials.items():
        paths: list[Any] = [list(path) for path in denial.paths] or [None]
        yield from ((path, coordinate, reason, None, None) for path in paths)


def _told(error: dict[str, Any]) -> Told:
    told = error["extensions"]
    return error.get("path"), told.get("coordinate"), told.get("reason"), told.get("rows"), told.get("count")


def _order(told: Told) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in told[0] or ()]


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
