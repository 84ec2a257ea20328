"""What the engine knows of rows: the columns of their class, and how a value is taken from one."""

from collections.abc import Callable
from operator import attrgetter, itemgetter
from typing import Any, get_type_hints

_COLUMNS: dict[type[Any], dict[str, Any]] = {}
_MAPPINGS: dict[type[Any], bool] = {}


def columns_of(record: type[Any]) -> dict[str, Any]:
    """Columns of a record in the order of its class, with their annotations."""
    known = _COLUMNS.get(record)
    if known is None:
        try:
            known = get_type_hints(record)
        except NameError:  # an annotation that only a type checker can follow says nothing about values
            classes = reversed(record.__mro__)
            known = {name: None for cls in classes for name in getattr(cls, "__annotations__", {})}
        _COLUMNS[record] = known
    return known


def is_mapping(record: type[Any]) -> bool:
    """Whether values are taken by name in brackets, as from the rows of a driver; from other objects by attribute."""
    known = _MAPPINGS.get(record)
    if known is None:
        known = _MAPPINGS[record] = hasattr(record, "__getitem__") and hasattr(record, "keys")
    return known


def taker(record: type[Any], *names: str) -> Callable[[Any], Any]:
    """What takes the value of a column from a row of a record; of several columns, their values together."""
    return itemgetter(*names) if is_mapping(record) else attrgetter(*names)


def promised(record: type[Any]) -> frozenset[str]:
    """Columns that the store itself keeps from being null, so that nobody need look."""
    found: frozenset[str] = getattr(record, "never_null", frozenset())
    return found


class Folded:
    """A row that stands inside another: its columns, under a prefix, as attributes of their own names."""

    __slots__ = ("_prefix", "_row")

    def __init__(self, row: Any, prefix: str) -> None:
        self._row = row
        self._prefix = prefix

    def __getattr__(self, name: str) -> Any:
        try:
            return self._row[self._prefix + name]
        except KeyError:
            raise AttributeError(name) from None


def seen(rows: list[Any], prefix: str) -> list[Any]:
    """Rows as rules and keys see them: their columns by their own names."""
    return [Folded(row, prefix) for row in rows] if prefix else rows
