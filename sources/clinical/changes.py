"""How rows of patients are written: parts of one statement, each with values of its own, put together for an act."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from sources.postgres.writing import FIRST_OF_CHANGE, Change

_PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the statement; its values are numbered from 1 on, as if it stood alone."""

    text: str
    values: tuple[object, ...]


def inserted(table: Table, columns: Mapping[str, Any]) -> Part:
    """A row more."""
    names = ", ".join(table.c[name].name for name in columns)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return Part(f"INSERT INTO {table.name} ({names}) VALUES ({places})", (*columns.values(),))  # noqa: S608 - our columns


def updated(table: Table, key: int, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of a row that is held."""
    names = [table.c[name].name for name in columns]
    said = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 3))
    text = f"UPDATE {table.name} SET version = version + 1, changed_at = $2, {said} WHERE id = $1"  # noqa: S608 - ours
    return Part(text, (key, at, *columns.values()))


def change(*parts: Part) -> Change:
    """What an act does, as the terms of its one statement; no part sees what another one does."""
    terms: list[str] = []
    values: list[object] = []
    for number, part in enumerate(parts, 1):
        before = FIRST_OF_CHANGE - 1 + len(values)
        text = _PLACE.sub(lambda found, before=before: f"${int(found[1]) + before}", part.text)  # type: ignore[misc]
        terms.append(f"part_{number} AS ({text})")
        values += part.values
    return Change(", ".join(terms), tuple(values))
