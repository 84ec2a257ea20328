"""What changes of records of accreditation: each step that an act took, told to whoever may read the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.batch import one
from resolvers import accreditation, prefixes
from resolvers.context import Context
from resolvers.feed import News
from resolvers.live.news import told, whole
from sources import accreditation as source
from sources.accreditation import AccreditationRecord
from sources.delivery.events import Since, events_since
from sources.postgres.ask import Ask
from sources.stores import Stores

ACCREDITATION_CHANGED = "ACCREDITATION_CHANGED"


class AccreditationStep(StrEnum):
    """What happened to a record of accreditation."""

    GRANTED = "GRANTED"
    SUPERSEDED = "SUPERSEDED"
    SUSPENDED = "SUSPENDED"
    REINSTATED = "REINSTATED"
    REVOKED = "REVOKED"
    RECHECK_REQUESTED = "RECHECK_REQUESTED"


@dataclass(frozen=True, slots=True)
class AccreditationChange:
    """A step of a record of accreditation."""

    accreditation_id: int
    step: str
    at: datetime


class AccreditationNews:
    """Steps of records, from the events of their store."""

    def __init__(self, stores: Stores) -> None:
        self.store = stores.accreditation.name
        self._store = stores.accreditation
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._store, None)

    async def news(self) -> list[News]:
        """The steps since the last question, each with its record as it is now."""
        since, events = await events_since(self._store, self._since)
        said = [(one.payload.get("accreditationId"), one) for one in events if one.kind == ACCREDITATION_CHANGED]
        steps = [(key, one) for key, one in said if isinstance(key, int) and one.payload.get("step") in _STEPS]
        rows: dict[int, AccreditationRecord] = {}
        if steps:
            keys = sorted({key for key, _ in steps})
            rows = await source.accreditations(self._store, keys, Ask(max(one.at for _, one in steps)))
        self._since = since
        return [_news(rows[key], one.payload["step"], one.at) for key, one in steps if key in rows]


_STEPS = frozenset(AccreditationStep)


def _news(row: AccreditationRecord, step: str, at: datetime) -> News:
    named = (
        (accreditation.PREFIX, row.id),
        (prefixes.PRACTITIONER, row.practitioner_id),
        (prefixes.ORGANIZATION, row.place_id),
    )
    about = frozenset((prefix, key) for prefix, key in named if key is not None)
    return News(AccreditationChange(row.id, step, at), about, (row,))


accreditation_change = one(None, AccreditationChange)(told)


@one("accreditation", AccreditationRecord)
async def record(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, Any]:
    """The record of a step: it came with the news, for everybody who is told."""
    row = context.told.seen[0] if context.told is not None and context.told.seen else None
    if isinstance(row, AccreditationRecord) and set(keys) == {row.id} and whole(row, ask):
        return {row.id: row}
    return await source.accreditations(context.stores.accreditation, keys, ask)
