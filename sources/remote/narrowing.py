"""The rules of a question, held to what came: a service that narrows nothing gives nobody more for it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from sources.postgres.ask import Ask
from sources.remote.row import Row

R = TypeVar("R", bound=Row)


def wanted(ask: Ask, every: Iterable[str], *keys: str) -> frozenset[str]:
    """The columns to pick: what is asked for, what its rules look at, and these."""
    columns = frozenset(every) if ask.columns is None else ask.columns
    return columns.union(keys, (column for group in ask.narrow for column, _ in group))


def narrowed(rows: Iterable[R], ask: Ask) -> list[R]:
    """Those of the rows on which a rule of each group holds."""
    if not ask.narrow:
        return [*rows]
    groups = [[(column, frozenset(values)) for column, values in group] for group in ask.narrow]
    return [row for row in rows if all(any(_holds(row, *one) for one in group) for group in groups)]


def _holds(row: Row, column: str, values: frozenset[Any]) -> bool:
    found = getattr(row, column)
    return not values.isdisjoint(found) if isinstance(found, list) else found in values
