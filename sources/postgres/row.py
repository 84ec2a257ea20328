"""The row as the driver gives it: read by attribute, by index or by column name."""

from operator import itemgetter
from types import MappingProxyType
from typing import Any

import asyncpg


class Row(asyncpg.Record):
    """A row of one statement; a column that was not asked for cannot be had.

    Subclasses say which entity a row is, so that a type of the graph knows its own rows
    (`record_class` of asyncpg makes them without a copy).

    Attributes:
        never_null: columns that the table itself keeps from being null.
        folds: the entities whose columns may come with a row, as `fold.column`.
        outer: whether rows may come of an outer join or of a union, so that any column may be null.
    """

    never_null = frozenset[str]()
    folds = MappingProxyType[str, Any]({})
    outer = False

    def __init_subclass__(cls) -> None:
        """Give each column that the class names an attribute of its own: to look for it takes six times as long."""
        inherited = {name for one in cls.__mro__[1:] for name in vars(one).get("__annotations__", ())}
        for name in (*cls.__annotations__, *sorted(name for name in inherited if not hasattr(cls, name))):
            if name not in cls.__dict__:
                setattr(cls, name, property(itemgetter(name)))

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None
