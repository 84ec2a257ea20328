"""How days and instants stand in an answer: as text, or as they are where the writer of JSON makes the same of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any


def instant(value: datetime) -> str:
    """An instant in UTC by RFC 3339; fractions only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


# What these make of a value of the class, the writer makes of it (of an instant in UTC, as the stores give them).
NATIVE: Mapping[Callable[..., Any], type[Any]] = {date.isoformat: date, instant: datetime}
