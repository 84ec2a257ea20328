"""What an act may see of its own store: the condition under which a row is looked for."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import ARRAY

# Columns of a row with values of which one suffices, as lists are narrowed; None where no rule is due.
Seen = tuple[tuple[str, tuple[Any, ...]], ...] | None


def where_seen(table: Table, key: int, seen: Seen) -> tuple[str, tuple[object, ...]]:
    """The condition that a row has a key and may be seen, and its values, numbered from 1 on.

    What may not be seen is neither locked nor waited for nor read: it is not there, by any clock.
    """
    if seen is None:
        return "id = $1", (key,)
    terms = [
        f"{name} && ${number}" if isinstance(table.c[name].type, ARRAY) else f"{name} = ANY(${number})"
        for number, (name, _) in enumerate(seen, 2)
    ]
    return f"id = $1 AND ({' OR '.join(terms) or 'false'})", (key, *(list(values) for _, values in seen))
