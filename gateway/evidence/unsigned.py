"""Refusals of callers without a token: summed for each minute and client, so that nobody can fill a disk with them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from auth.accounts import NOBODY
from engine.context import Refusal
from sources.journal.reads import NewRead

MINUTE: Final = timedelta(minutes=1)
# Clients call themselves what they like; beyond so many sums the rest goes to clients without a name.
MOST: Final = 1_000


class Unsigned:
    """The sums of one process that are not written yet."""

    def __init__(self) -> None:
        self._sums: dict[tuple[datetime, str | None], Counter[str]] = {}
        self._unwritten: list[NewRead] = []

    def count(self, at: datetime, client: str | None, refused: Iterable[Refusal], barred: Iterable[str]) -> None:
        """Count what one operation was refused, by coordinate."""
        minute = at.astimezone(UTC).replace(second=0, microsecond=0)
        coordinates = [*(one.coordinate for one in refused), *barred]
        if not coordinates:
            return
        if len(self._sums) >= MOST and (minute, client) not in self._sums:
            client = None
        self._sums.setdefault((minute, client), Counter()).update(coordinates)

    def taken(self, before: datetime) -> list[NewRead]:
        """The sums of minutes that are over, as entries; they are here no more."""
        over = sorted((key for key in self._sums if key[0] <= before - MINUTE), key=lambda key: (key[0], key[1] or ""))
        unwritten, self._unwritten = self._unwritten, []
        return unwritten + [_entry(*key, self._sums.pop(key)) for key in over]

    def again(self, entries: list[NewRead]) -> None:
        """Keep entries that could not be written, the last of them where there are very many."""
        self._unwritten = (entries + self._unwritten)[-MOST:]


def _entry(minute: datetime, client: str | None, counted: Counter[str]) -> NewRead:
    grounds = {
        "roles": ["NOB"],
        "verdict": "SIGN_IN",
        "count": counted.total(),
        "until": (minute + MINUTE).isoformat(),
        "read": [{"coordinates": sorted(counted), "objects": []}],
        "about": [],
    }
    if client is not None:
        grounds["client"] = client
    return NewRead(minute, NOBODY, None, orjson.dumps(grounds).decode())
