"""What came of one branch of an edge: where the row or the rows of each key stand, or why there is nothing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.batch import Shape
from engine.plan import Branch
from engine.rights import Keys, Verdict

# The number of a row, the numbers of the rows of a list, or one by one where the list has nulls (`HOLE`).
Span = int | slice | list[int]
HOLE = -1


@dataclass(slots=True, eq=False)
class Landing:
    """The rows of one branch, in the order of their keys.

    Attributes:
        spans: by key where its rows stand; an absent row has none, an absent list an empty one.
        pages: by key the slice that the store gave.
        owners: for a fold, the number of the parent of each row.
        amiss: whether the values have to be made one by one: there is a failure, a null in a list, or nothing was
            asked because the rules can hold on no row.
    """

    rows: list[Any] = field(default_factory=list)
    spans: dict[Any, Span] = field(default_factory=dict)
    pages: dict[Any, Any] = field(default_factory=dict)
    owners: Iterable[int] = ()
    failure: Exception | None = None
    amiss: bool = False


def landed(
    branch: Branch, keys: Collection[Any], found: Mapping[Any, Any], verdict: Verdict | None, rules: Keys
) -> Landing:
    """Sort out what a batch gave; rows that the rules do not allow (the second lock) are not there."""
    shape = branch.batch.shape
    if shape is Shape.ONE:
        return _ones(keys, found, verdict, rules)
    if len(keys) == 1 and verdict is None:
        landing = _of_one(keys, found, shape)
    else:
        landing = _of_many(keys, found, verdict, rules, shape)
    if not all(landing.rows):  # rows are true; whatever is not may be a null
        _close_up(landing)
    return landing


def _of_one(keys: Collection[Any], found: Mapping[Any, Any], shape: Shape) -> Landing:
    (key,) = keys
    got = found.get(key, ())
    pages: dict[Any, Any] = {}
    if shape is Shape.PAGE and got:
        pages[key] = got
        got = got.rows
    rows = list(got)
    return Landing(rows, {key: slice(0, len(rows))}, pages)


def _of_many(
    keys: Iterable[Any], found: Mapping[Any, Any], verdict: Verdict | None, rules: Keys, shape: Shape
) -> Landing:
    landing = Landing()
    rows, spans, pages = landing.rows, landing.spans, landing.pages
    start = 0
    for key in keys:
        got = found.get(key, ())
        if shape is Shape.PAGE:
            if not got:
                spans[key] = slice(start, start)
                continue
            pages[key] = got
            got = got.rows
        rows += got if verdict is None else [row for row in got if verdict.allows(row, rules) is True]
        end = len(rows)
        spans[key] = slice(start, end)
        start = end
    return landing


def _close_up(landing: Landing) -> None:
    """Take nulls out of the rows, and remember where they stood."""
    whole: list[Any] = []
    for key, span in landing.spans.items():
        numbers = []
        for row in landing.rows[span]:  # type: ignore[index]  # lists have no other spans yet
            numbers.append(HOLE if row is None else len(whole))
            if row is not None:
                whole.append(row)
        landing.spans[key] = numbers
    landing.rows[:] = whole
    landing.amiss = True


def _ones(keys: Iterable[Any], found: Mapping[Any, Any], verdict: Verdict | None, rules: Keys) -> Landing:
    landing = Landing()
    rows, spans = landing.rows, landing.spans
    for key in keys:
        row = found.get(key)
        if row is not None and (verdict is None or verdict.allows(row, rules) is True):
            spans[key] = len(rows)
            rows.append(row)
    return landing


def unfolded(made: list[Any], landing: Landing, size: int) -> list[Any]:
    """The objects of a fold by the numbers of their parents, of which some have none."""
    values: list[Any] = [None] * size
    for number, one in zip(landing.owners, made, strict=True):
        values[number] = one
    return values


def taken(values: list[Any], span: Any) -> list[Any]:
    """The values of the span of a list."""
    if isinstance(span, slice):
        return values[span]
    return [None if number == HOLE else values[number] for number in span]
