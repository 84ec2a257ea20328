"""Rows on their way into one table."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, in the order of `columns`; generated whole, loaded by one COPY.

    Attributes:
        more: whether other rows of the table follow in a batch of their own.
    """

    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    more: bool = False
