"""How emergency openings (экстренный доступ) are found, and until when each is to be judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.batch import one, page
from engine.rights import Keys
from resolvers import prefixes
from resolvers.context import Context
from resolvers.rules import emergency_rules
from resolvers.working_days import over_after
from sources.clinical import reading
from sources.clinical.reading import Filters
from sources.clinical.relation import EmergencyOpeningRecord
from sources.clinical.shown import OPENING
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order

PREFIX = prefixes.EMERGENCY_OPENING
KEYS: Keys = {
    "opener": "opener", "here": "asked_here", "ward": "department_id", "org": "organization_id", "patient": "accounts",
}  # fmt: skip
NEWEST_FIRST: Order = (("opened_at", "desc"), ("id", "desc"))


@dataclass(frozen=True)
class EmergencyOpeningFilter:
    """Which openings are wanted: all conditions must hold."""

    waiting: bool | None = None


def review_due(opened_at: datetime) -> datetime:
    """The instant until which an opening is to be judged, by the rules of its day."""
    rules = emergency_rules(opened_at)
    return over_after(opened_at, rules.review_days, rules.zone)


@one("clinical", EmergencyOpeningRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, EmergencyOpeningRecord]:
    """Openings by key."""
    return await reading.records(context.stores.clinical, OPENING, keys, ask)


def _filters(given: EmergencyOpeningFilter | None) -> Filters:
    return {} if given is None or given.waiting is None else {"waiting": given.waiting}


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: EmergencyOpeningFilter | None = None
) -> dict[None, int]:
    return await reading.counts_of(context.stores.clinical, OPENING, keys, ask, _filters(filter), parent=None)


@page("clinical", EmergencyOpeningRecord, _count)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: EmergencyOpeningFilter | None = None
) -> dict[None, Slice[EmergencyOpeningRecord]]:
    """All openings that fit the filter, newest first."""
    store, wanted = context.stores.clinical, _filters(filter)
    return await reading.records_of(store, OPENING, keys, ask, window, wanted, parent=None, order=NEWEST_FIRST)


async def _count_of_patient(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, int]:
    return await reading.counts_of(context.stores.clinical, OPENING, keys, ask, parent="patient_id")


@page("clinical", EmergencyOpeningRecord, _count_of_patient)
async def of_patient(
    context: Context, keys: Sequence[int], ask: Ask, window: Window
) -> dict[int, Slice[EmergencyOpeningRecord]]:
    """The openings of each patient's record, newest first."""
    store = context.stores.clinical
    return await reading.records_of(store, OPENING, keys, ask, window, parent="patient_id", order=NEWEST_FIRST)
