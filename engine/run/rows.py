"""What came of one branch of an edge: where the row or the rows of each key stand, or why there is nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

from engine.batch import Shape
from engine.errors import kept
from engine.plan.plan import Branch
from engine.rights import Keys, Verdict

# The number of a row, the numbers of the rows of a list, or one by one where the list has nulls (`HOLE`).
Span = int | slice | list[int]
HOLE = -1
NO_PAGES: Mapping[Any, Any] = {}


class Landing:
    """The rows of one branch, in the order of their keys.

    Attributes:
        spans: by key where its rows stand; an absent row has none, an absent list an empty one.
        pages: by key the slice that the store gave.
        owners: for a fold, the number of the parent of each row.
        amiss: whether the values have to be made one by one: there is a failure, a null in a list, or nothing was
            asked because the rules can hold on no row.
    """

    pages: Mapping[Any, Any] = NO_PAGES
    owners: Iterable[int] = ()
    failure: Exception | None = None
    amiss = False

    def __init__(self, rows: list[Any], spans: dict[Any, Any]) -> None:
        self.rows = rows
        self.spans: dict[Any, Span] = spans


NOTHING = Landing([], {})
# Nothing came, and the values say why: no key was good, or no row can be seen.
FAILED = Landing([], {})
FAILED.amiss = True


def failed(failure: Exception) -> Landing:
    """What is there of an edge that failed."""
    landing = Landing([], {})
    landing.failure = kept(failure)
    landing.amiss = True
    return landing


def landed_alone(shape: Shape, key: Any, found: Mapping[Any, Any]) -> Landing:
    """Sort out what a batch gave that was asked for one key; no rules look at its rows."""
    value = found.get(key)
    if shape is Shape.ONE:
        return NOTHING if value is None else Landing([value], {key: 0})
    rows = (value.rows if shape is Shape.PAGE else value) if value else []
    landing = Landing(rows, {key: slice(0, len(rows))})
    if shape is Shape.PAGE and value:
        landing.pages = {key: value}
    if not all(rows):  # rows are true; whatever is not may be a null
        _close_up(landing)
    return landing


def landed(branch: Branch, keys: Collection[Any], found: Mapping[Any, Any], verdict: Verdict | None = None) -> Landing:
    """Sort out what a batch gave; rows that the rules do not allow (the second lock) are not there."""
    shape, rules = branch.batch.shape, branch.spots[0].bound.declaration.keys
    if shape is Shape.ONE:
        return _ones(keys, found, verdict, rules)
    lists = [found.get(key, ()) for key in keys]
    pages: dict[Any, Any] = {}
    if shape is Shape.PAGE:
        pages = {key: page for key, page in zip(keys, lists, strict=True) if page}
        lists = [page.rows if page else () for page in lists]
    if verdict is not None:
        lists = [[row for row in rows if verdict.allows(row, rules) is True] for rows in lists]
    rows = list(chain.from_iterable(lists))
    ends = list(accumulate(map(len, lists)))
    landing = Landing(rows, dict(zip(keys, map(slice, (0, *ends), ends), strict=False)))
    landing.pages = pages
    if not all(rows):  # rows are true; whatever is not may be a null
        _close_up(landing)
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
    landing.rows = whole
    landing.amiss = True


def _ones(keys: Iterable[Any], found: Mapping[Any, Any], verdict: Verdict | None, rules: Keys) -> Landing:
    rows: list[Any] = []
    spans = {}
    for key in keys:
        row = found.get(key)
        if row is not None and (verdict is None or verdict.allows(row, rules) is True):
            spans[key] = len(rows)
            rows.append(row)
    return Landing(rows, spans)


def folded(rows: list[Any], owners: Sequence[int]) -> Landing:
    """The rows of a fold, which stand in those of their parents."""
    landing = Landing(rows, {})
    landing.owners = owners
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
