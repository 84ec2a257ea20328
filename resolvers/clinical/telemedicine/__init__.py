"""Sessions of telemedicine (телемедицинские консультации): how they are found, how far each has come, what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.batch import one, page
from engine.rights import Keys
from resolvers import prefixes
from resolvers.context import Context
from sources.clinical import reading
from sources.clinical.reading import Filters
from sources.clinical.shown import SESSION
from sources.clinical.telemedicine.session import TeleconsultationRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX = prefixes.TELECONSULTATION
KEYS: Keys = {
    "cares": "carers", "asked": "conductor", "here": "asked_here", "org": "organization_id", "patient": "accounts",
    "conducts": None,
}  # fmt: skip


class TeleconsultationState(StrEnum):
    """How far a session has come."""

    REQUESTED = "REQUESTED"
    ACTIVE = "ACTIVE"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class TeleconsultationFilter:
    """Which sessions are wanted: all conditions must hold."""

    state: list[str] | None = None


def state_at(
    outcome: str | None, started_at: datetime | None, ends_at: datetime, at: datetime
) -> TeleconsultationState:
    """How far a session has come at an instant: nobody has to say that its time is over."""
    if outcome is not None:
        return TeleconsultationState(outcome)
    if ends_at <= at:
        return TeleconsultationState.EXPIRED
    return TeleconsultationState.REQUESTED if started_at is None else TeleconsultationState.ACTIVE


@one("clinical", TeleconsultationRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, TeleconsultationRecord]:
    """Sessions by key."""
    return await reading.records(context.stores.clinical, SESSION, keys, ask)


def _filters(given: TeleconsultationFilter | None) -> Filters:
    return {} if given is None or given.state is None else {"state": [str(one) for one in given.state]}


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: TeleconsultationFilter | None = None
) -> dict[None, int]:
    return await reading.counts_of(context.stores.clinical, SESSION, keys, ask, _filters(filter), parent=None)


@page("clinical", TeleconsultationRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: TeleconsultationFilter | None = None
) -> dict[None, Slice[TeleconsultationRecord]]:
    """All sessions that the viewer may see and that fit the filter, newest first."""
    return await reading.records_of(context.stores.clinical, SESSION, keys, ask, window, _filters(filter), parent=None)


async def _count_of_patient(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: TeleconsultationFilter | None = None
) -> dict[int, int]:
    return await reading.counts_of(context.stores.clinical, SESSION, keys, ask, _filters(filter))


@page("clinical", TeleconsultationRecord, _count_of_patient)
async def of_patient(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: TeleconsultationFilter | None = None
) -> dict[int, Slice[TeleconsultationRecord]]:
    """The sessions of each patient, newest first."""
    return await reading.records_of(context.stores.clinical, SESSION, keys, ask, window, _filters(filter))
