"""What changes of prescriptions: each step that an act took, told to whoever may see them at that instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from engine.batch import one
from resolvers import prefixes
from resolvers.clinical import patient
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.prescriptions.reading import PRESCRIPTIONS
from resolvers.clinical.prescriptions.steps import CHANGED
from resolvers.context import Context
from resolvers.feed import News
from sources.clinical import reading
from sources.clinical.known import KnownPatient, KnownRecord
from sources.delivery.events import Event, Since, events_since
from sources.postgres.ask import Ask
from sources.stores import Stores

_COLUMNS: Final = frozenset(
    {"id", "patient_id", "practitioner_id", "tutors", *KnownPatient.__annotations__, *KnownRecord.__annotations__}
)


class PrescriptionStep(StrEnum):
    """What happened to a prescription."""

    DRAFTED = "DRAFTED"
    UPDATED = "UPDATED"
    DISCARDED = "DISCARDED"
    SIGNED = "SIGNED"
    REGISTERED = "REGISTERED"
    DISPENSED = "DISPENSED"
    DELAYED = "DELAYED"
    ANNULLED = "ANNULLED"


_STEPS: Final = frozenset(PrescriptionStep)


@dataclass(frozen=True, slots=True)
class PrescriptionChange:
    """A step of a prescription; `known` is the row with the keys of whoever may see it."""

    prescription_id: int
    step: str
    at: datetime
    known: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.known, name)

    @property
    def patient_id(self) -> int:
        """Whose it is, for the journal."""
        found: int = self.known.patient_id
        return found


class PrescriptionNews:
    """Steps of prescriptions, from the events of their store."""

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
        said = [(one.payload.get("prescriptionId"), one) for one in events if one.kind == CHANGED]
        steps = [(key, one) for key, one in said if isinstance(key, int) and one.payload.get("step") in _STEPS]
        found = await self._told(steps, self._clock()) if steps else []
        self._since = since
        return found

    async def _told(self, steps: Sequence[tuple[int, Event]], at: datetime) -> list[News]:
        keys = sorted({key for key, _ in steps})
        rows = await reading.records(self._store, RECORDS.prescription, keys, Ask(at, _COLUMNS))
        return [_news(rows[key], event) for key, event in steps if key in rows]


def _news(row: Any, event: Event) -> News:
    change = PrescriptionChange(row.id, event.payload["step"], event.at, row)
    about = {
        (PRESCRIPTIONS.prefix, row.id), (prefixes.PRACTITIONER, row.practitioner_id), (patient.PREFIX, row.patient_id),
    }  # fmt: skip
    return News(change, frozenset(about), seen=(change,))


@one("clinical", PrescriptionChange)
async def prescription_change(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The step that is told, to whoever may see the prescription at this very instant."""
    row = None if context.told is None else context.told.row
    if row is None:
        return {}
    ask = replace(ask, columns=frozenset({"id"}))
    found = await reading.records(context.stores.clinical, RECORDS.prescription, [row.prescription_id], ask)
    return dict.fromkeys(keys, row) if row.prescription_id in found else {}
