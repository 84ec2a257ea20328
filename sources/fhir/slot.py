"""Times of a schedule that can be booked, or could."""

from datetime import datetime
from typing import Final

from sources.fhir.resource import Column, Kind, instant, member, referred, resource_id, to
from sources.remote.row import Row


class SlotRow(Row):
    """A time of a schedule; `status` is a code of FHIR, such as `free` or `busy-unavailable`."""

    id: str
    schedule_id: str | None
    status: str | None
    starts_at: datetime | None
    ends_at: datetime | None


SLOT: Final = Kind(
    SlotRow,
    "Slot",
    {
        "id": Column(("id",), resource_id, "_id"),
        "schedule_id": Column(("schedule",), referred("schedule", "Schedule"), "schedule", to("Schedule")),
        "status": Column(("status",), member("status", str), "status"),
        "starts_at": Column(("start",), instant("start"), "start"),
        "ends_at": Column(("end",), instant("end")),
    },
)
