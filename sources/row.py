"""The row as the driver gives it: read by attribute, by index or by column name."""

from typing import Any

import asyncpg


class Row(asyncpg.Record):
    """A row of one statement; a column that was not asked for has no attribute.

    Subclasses say which entity a row is, so that a type of the graph knows its own rows
    (`record_class` of asyncpg makes them without a copy).

    Attributes:
        never_null: columns that the table itself keeps from being null.
    """

    never_null = frozenset[str]()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None
