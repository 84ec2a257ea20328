"""What an act may see of its own store: the condition under which a row is looked for."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects.postgresql import ARRAY

from sources.postgres.dialect import written
from sources.postgres.statement import Entity

# Columns of a row with values of which one suffices, as lists are narrowed; None where no rule is due.
Seen = tuple[tuple[str, tuple[Any, ...]], ...] | None


def where_seen(entity: Entity, key: int, seen: Seen) -> tuple[str, tuple[object, ...]]:
    """The condition that a row has a key and may be seen, and its values, numbered from 1 on.

    What may not be seen is neither locked nor waited for nor read: it is not there, by any clock.
    """
    return _where(entity, "id = $1", key, seen)


def where_all_seen(entity: Entity, keys: Sequence[int], seen: Seen) -> tuple[str, tuple[object, ...]]:
    """The same of rows that have one of some keys."""
    return _where(entity, "id = ANY($1::bigint[])", [*keys], seen)


def _where(entity: Entity, named: str, value: object, seen: Seen) -> tuple[str, tuple[object, ...]]:
    if seen is None:
        return named, (value,)
    terms = [f"{_compared(entity, name)}(${number})" for number, (name, _) in enumerate(seen, 2)]
    return f"{named} AND ({' OR '.join(terms) or 'false'})", (value, *(list(values) for _, values in seen))


@cache
def _compared(entity: Entity, name: str) -> str:
    """A column with what compares it, or one of its elements, to an array."""
    column = entity.column(name)
    return f"({written(column)}) {'&& ' if isinstance(column.type, ARRAY) else '= ANY'}"
