"""What changes of bookings: each step that an act took, told to whoever may see the booking at that instant."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from engine.batch import one
from resolvers import prefixes
from resolvers.clinical import patient
from resolvers.context import Context
from resolvers.feed import News
from resolvers.live.patients import ChangedKind, PatientChange, doubted
from resolvers.schedule.booking import PREFIX
from resolvers.schedule.own import knowing
from sources.clinical.watching import watched
from sources.delivery.events import Event, Since, events_since
from sources.postgres.ask import Ask
from sources.schedule import booking as source
from sources.schedule.booking import BookingRecord
from sources.stores import Stores

BOOKING_CHANGED: Final = "BOOKING_CHANGED"
_COLUMNS: Final = frozenset(
    {"id", "patient_id", "practitioner_id", "organization_id", "department_id", "carers", "granted"}
)


class BookingStep(StrEnum):
    """What happened to a booking."""

    BOOKED = "BOOKED"
    CANCELLED = "CANCELLED"


_STEPS: Final = frozenset(BookingStep)


@dataclass(frozen=True, slots=True)
class BookingChange:
    """A step of a booking.

    Attributes:
        carers, accounts, organization_id, department_id, granted: by which somebody may see the booking.
    """

    booking_id: int
    step: str
    at: datetime
    carers: list[str]
    accounts: list[str]
    organization_id: int
    department_id: int | None
    granted: list[str]


class BookingNews:
    """Steps of bookings, from the events of their store; whose account is the patient's, the clinical store tells."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self.store = stores.schedule.name
        self._stores = stores
        self._clock = clock
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await events_since(self._stores.schedule, None)

    async def news(self) -> list[News]:
        """The steps since the last question."""
        since, events = await events_since(self._stores.schedule, self._since)
        said = [(one.payload.get("bookingId"), one) for one in events if one.kind == BOOKING_CHANGED]
        steps = [(key, one) for key, one in said if isinstance(key, int) and one.payload.get("step") in _STEPS]
        found = await self._told(steps, self._clock()) if steps else []
        self._since = since
        return found

    async def _told(self, steps: Sequence[tuple[int, Event]], at: datetime) -> list[News]:
        keys = sorted({key for key, _ in steps})
        rows = await source.bookings(self._stores.schedule, keys, Ask(at, _COLUMNS))
        patients = await watched(self._stores.clinical, sorted({row.patient_id for row in rows.values()}), at)
        return [
            news
            for key, event in steps
            if (row := rows.get(key)) is not None
            for news in _news(row, event, patients.get(row.patient_id), at)
        ]


def _news(row: BookingRecord, event: Event, known: Any, at: datetime) -> Iterator[News]:
    """A step for whoever may see the booking, and for whoever names the patient and may know him besides.

    Not everybody who may see a booking may know whose it is, and nobody shall find that out by naming people.
    """
    place = (row.organization_id, row.department_id)
    accounts = [] if known is None else known.accounts
    change = BookingChange(row.id, event.payload["step"], event.at, row.carers, accounts, *place, row.granted)
    booking = {(PREFIX, row.id), (prefixes.PRACTITIONER, row.practitioner_id)}
    about = frozenset({*booking, (prefixes.ORGANIZATION, row.organization_id)})
    yield News(change, about, seen=(change,))
    if known is None:
        return
    person = PatientChange(row.patient_id, row.patient_id, ChangedKind.PATIENT, None, event.at, known, at)
    asked = frozenset({(patient.PREFIX, row.patient_id)})
    yield News(change, about | asked, (change, person), doubted(person), asked=asked)


@one("schedule", BookingChange)
async def booking_change(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The step that is told, to whoever may see the booking at this very instant."""
    row = None if context.told is None else context.told.row
    if row is None:
        return {}
    ask = replace(await knowing(context, ask), columns=frozenset({"id"}))
    found = await source.bookings(context.stores.schedule, [row.booking_id], ask)
    return dict.fromkeys(keys, row) if row.booking_id in found else {}
