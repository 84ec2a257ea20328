"""What the engine knows of rows: the columns of their class, and how a value is taken from one."""

from functools import cache
from typing import Any, get_type_hints


@cache
def columns_of(record: type[Any]) -> dict[str, Any]:
    """Columns of a record in the order of its class, with their annotations."""
    try:
        return get_type_hints(record)
    except NameError:  # an annotation that only a type checker can follow says nothing about values
        return {name: None for cls in reversed(record.__mro__) for name in getattr(cls, "__annotations__", {})}


@cache
def is_mapping(record: type[Any]) -> bool:
    """Whether values are taken by name in brackets, as from the rows of a driver; from other objects by attribute."""
    return hasattr(record, "__getitem__") and hasattr(record, "keys")


@cache
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
