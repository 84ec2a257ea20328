"""How days and instants stand in an answer: as text, days as they are where the writer of JSON makes that of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any


def instant(value: datetime) -> str:
    """An instant in UTC by RFC 3339; fractions only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Texts(dict[datetime | None, str | None]):
    """Instants as text, and null as null.

    Shifts begin on the hour, terms on a day: what was written once is found here in a tenth of the time that the writer
    of JSON takes to see in which zone an instant is.
    """

    def __missing__(self, value: datetime | None) -> str | None:
        if len(self) >= MAX_KNOWN:
            self.clear()
        text = self[value] = None if value is None else instant(value)
        return text


MAX_KNOWN = 16_384
TEXTS = Texts()
# What these make of a value of the class, the writer of JSON makes of it.
NATIVE: Mapping[Callable[..., Any], type[Any]] = {date.isoformat: date}
