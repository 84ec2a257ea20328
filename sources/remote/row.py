"""The row as it is made of what a service answered: read by attribute."""

from collections.abc import Mapping
from typing import Any


class Row:
    """What was picked of one object of an answer; a column that was not asked for cannot be had.

    Subclasses say which kind of object a row is, and name its columns with their types.
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.__dict__.update(columns)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
