"""What changes of sessions of telemedicine: each step, told to whoever may see the session at that instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from engine.batch import one
from resolvers import prefixes
from resolvers.clinical.telemedicine import PREFIX
from resolvers.clinical.telemedicine.holding import EVENT
from resolvers.context import Context
from resolvers.feed import News
from sources.clinical import reading
from sources.clinical.shown import SESSION
from sources.delivery.events import Since, events_since
from sources.postgres.ask import Ask
from sources.stores import Stores

_COLUMNS: Final = frozenset({"id", "patient_id", "organization_id", "conductor", "asked_here", "carers", "accounts"})


class TeleconsultationStep(StrEnum):
    """What happened to a session."""

    REQUESTED = "REQUESTED"
    WITHDRAWN = "WITHDRAWN"
    STARTED = "STARTED"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


_STEPS: Final = frozenset(TeleconsultationStep)


@dataclass(frozen=True, slots=True)
class TeleconsultationChange:
    """A step of a session.

    Attributes:
        patient_id: whom the journal names.
        conductor, asked_here, carers, accounts, organization_id: by which somebody may see the session.
    """

    teleconsultation_id: int
    patient_id: int
    step: str
    at: datetime
    conductor: str | None
    asked_here: int | None
    carers: list[str]
    accounts: list[str]
    organization_id: int


class TeleconsultationNews:
    """Steps of sessions, from the events of their store."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self.store = stores.clinical.name
        self._store = stores.clinical
        self._clock = clock
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._store, None)

    async def news(self) -> list[News]:
        """The steps since the last question."""
        since, events = await events_since(self._store, self._since)
        steps = [
            (one.payload["teleconsultationId"], one)
            for one in events
            if one.kind == EVENT and one.payload.get("step") in _STEPS
        ]
        rows: dict[int, Any] = {}
        if steps:
            ask = Ask(self._clock(), _COLUMNS)
            rows = await reading.records(self._store, SESSION, sorted({key for key, _ in steps}), ask)
        self._since = since
        found = []
        for key, event in steps:
            if (row := rows.get(key)) is not None:
                keys = (row.conductor, row.asked_here, row.carers, row.accounts, row.organization_id)
                change = TeleconsultationChange(key, row.patient_id, event.payload["step"], event.at, *keys)
                about = frozenset({(PREFIX, key), (prefixes.ORGANIZATION, row.organization_id)})
                found.append(News(change, about, seen=(change,)))
        return found


@one("clinical", TeleconsultationChange)
async def teleconsultation_change(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The step that is told, to whoever may see the session at this very instant."""
    row = None if context.told is None else context.told.row
    if row is None:
        return {}
    ask = replace(ask, columns=frozenset({"id"}))
    found = await reading.records(context.stores.clinical, SESSION, [row.teleconsultation_id], ask)
    return dict.fromkeys(keys, row) if row.teleconsultation_id in found else {}
