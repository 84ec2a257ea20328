"""Whether rows are what a statement was asked for: as many as the store counted, of the types and as full as promised.

What the columns are is looked at once for each prepared statement; of each row only that no null stands where the
record promises a value.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sources.postgres.failure import Unintelligible
from sources.postgres.row import Row

# What looks at the rows of one statement, and at what the store says of their number.
Check = Callable[[bytes, list[Any]], None]
# All columns, not all rows: `*`, and no `count(*)`.
EVERYTHING = re.compile(r"(?<!\()\*")
NAMELESS, COUNT = "?column?", "count"
TEXTS = frozenset({"text", "varchar", "bpchar", "name", "json", "jsonb"})
# Types of PostgreSQL by what the driver makes of them.
TYPES: dict[Any, frozenset[str]] = {
    bool: frozenset({"bool"}),
    int: frozenset({"int2", "int4", "int8"}),
    float: frozenset({"float4", "float8"}),
    Decimal: frozenset({"numeric"}),
    str: TEXTS,
    bytes: frozenset({"bytea"}),
    date: frozenset({"date"}),
    datetime: frozenset({"timestamptz"}),
    UUID: frozenset({"uuid"}),
    list[int]: frozenset({"int2[]", "int4[]", "int8[]"}),
    list[str]: frozenset({f"{name}[]" for name in TEXTS}),
}


def check_of(record: type[Row], text: str, attributes: Sequence[Any]) -> Check:
    """What looks at the rows of a statement with these columns; those that the record does not name may be anything.

    Raises:
        Unintelligible: a column that was not asked for, or one of another type than the record says.
    """
    promised, asked = _promised(record), text.lower()
    full = []
    for place, attribute in enumerate(attributes):
        kind, nullable = promised.get(attribute.name) or _beside(record, attribute.name)
        # Where all columns are asked for, a newer schema may have others.
        if kind is None and not EVERYTHING.search(text) and attribute.name not in asked and attribute.name != NAMELESS:
            raise Unintelligible(f"{record.__name__} with a column that was not asked for")
        if kind in TYPES and attribute.type.name not in TYPES[kind]:
            raise Unintelligible(f"{record.__name__}.{attribute.name} of another type")
        if not (nullable or record.outer):
            full.append(place)
    holed = _holed(tuple(full), len(attributes)) if full else None

    def check(status: bytes, rows: list[Any]) -> None:
        if status != b"SELECT %d" % len(rows) and (status[:6] == b"SELECT" or not status.isascii()):
            raise Unintelligible(f"{len(rows)} rows, and {status!r}")
        if holed is not None and holed(rows):
            raise Unintelligible(f"{record.__name__} with a null where none may stand")

    return check


@lru_cache(maxsize=256)
def _holed(places: tuple[int, ...], width: int) -> Callable[[list[Any]], bool]:
    """Whether any row has a null at any of these places: written out for them, because all rows of all answers pass.

    A row is taken apart at once; to look up its places one by one takes longer, though it may have others.
    """
    names = "".join(f"v{place}, " if place in places else "_, " for place in range(width))
    nulls = " or ".join(f"v{place} is None" for place in places)
    made: dict[str, Any] = {}
    exec(f"def holed(rows):\n for {names}in rows:\n  if {nulls}: return True\n return False", made)  # noqa: S102 - numbers alone
    found: Callable[[list[Any]], bool] = made.pop("holed")
    return found


def _beside(record: type[Row], name: str) -> tuple[Any, bool]:
    """The same of a column that is none of the record's own: of a fold, which may be absent, or a count."""
    fold, _, column = name.partition(".")
    if fold in record.folds:
        return _promised(record.folds[fold].entity.record).get(column, (None, True))[0], True
    return (int if name == COUNT else None), True


_RECORDS: dict[Any, dict[str, tuple[Any, bool]]] = {}


def _promised(record: type[Row]) -> dict[str, tuple[Any, bool]]:
    """The columns of a record: of which type, and whether they may be null."""
    known = _RECORDS.get(record)
    if known is None:
        known = _RECORDS[record] = {name: _taken_apart(hint) for name, hint in get_type_hints(record).items()}
    return known


def _taken_apart(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in {UnionType, Union}:
        return hint, False
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 else None, len(kinds) < len(get_args(hint))
