"""What came of one branch of an edge: where the row or the rows of each key stand, or why there is nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.batch import Shape
from engine.plan import Branch
from engine.rights import Keys, Verdict

HOLE = -1
Span = int | Sequence[int]


@dataclass(slots=True, eq=False)
class Landing:
    """The rows of one branch, in the order of their keys.

    Attributes:
        spans: by key the number of its row, or the numbers of its rows (`HOLE` for a null in a list).
        pages: by key the slice that the store gave.
        barred: the rules can hold on no row, so nothing was asked.
    """

    rows: list[Any] = field(default_factory=list)
    spans: dict[Any, Span] = field(default_factory=dict)
    pages: dict[Any, Any] = field(default_factory=dict)
    failure: Exception | None = None
    holed: bool = False
    barred: bool = False


def landed(
    branch: Branch, keys: Iterable[Any], found: Mapping[Any, Any], verdict: Verdict | None, rules: Keys
) -> Landing:
    """Sort out what a batch gave; rows that the rules do not allow (the second lock) are not there."""
    shape = branch.batch.shape
    if shape is Shape.ONE:
        return _one(keys, found, verdict, rules)
    landing = Landing()
    rows, spans = landing.rows, landing.spans
    for key in keys:
        got = found.get(key)
        if got is None:
            continue
        items = got
        if shape is Shape.PAGE:
            landing.pages[key] = got
            items = got.rows
        if verdict is not None:
            items = [row for row in items if verdict.allows(row, rules)]
        start = len(rows)
        if None in items:
            landing.holed = True
            whole = [row for row in items if row is not None]
            numbers = iter(range(start, start + len(whole)))
            spans[key] = [HOLE if row is None else next(numbers) for row in items]
            rows += whole
        else:
            rows += items
            spans[key] = range(start, len(rows))
    return landing


def _one(keys: Iterable[Any], found: Mapping[Any, Any], verdict: Verdict | None, rules: Keys) -> Landing:
    landing = Landing()
    rows, spans = landing.rows, landing.spans
    for key in keys:
        row = found.get(key)
        if row is not None and (verdict is None or verdict.allows(row, rules)):
            spans[key] = len(rows)
            rows.append(row)
    return landing
