"""Answers as JSON: days and instants may stand in them as they are, the writer writes them as the scalars would."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson


def instant(value: datetime) -> str:
    """An instant in UTC by RFC 3339; fractions only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


# What these make of a value of the class is what `written` makes of it (of an instant in UTC, as the stores give them).
NATIVE: Mapping[Callable[..., Any], type[Any]] = {date.isoformat: date, instant: datetime}


def written(value: Any) -> bytes:
    """A body of JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)
