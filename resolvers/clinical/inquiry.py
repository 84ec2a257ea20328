"""How inquiries are found: those of the viewer's office, all of them to the auditor, a patient's own to himself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engine.batch import one, page
from engine.global_id import decode, encode
from resolvers.clinical import patient
from resolvers.context import Context
from sources.clinical import reading
from sources.clinical.inquiry import InquiryRecord
from sources.clinical.shown import INQUIRY_MADE
from sources.postgres.ask import AUTHORITY_ZONE, Ask, Slice, Window
from sources.postgres.statement import Order

PREFIX = "inq"
NEWEST_FIRST: Order = (("opened_at", "desc"), ("id", "desc"))
# No patient has it; a filter by an id that is none of ours finds nothing.
NOBODY = 0


class InquiryState(StrEnum):
    """Whether an inquiry opens anything."""

    OPEN = "OPEN"
    ENDED = "ENDED"


@dataclass(frozen=True)
class InquiryFilter:
    """Which inquiries are wanted: all conditions must hold."""

    state: InquiryState | None = None
    patient_id: str | None = None


@dataclass(frozen=True, slots=True)
class BasisView:
    """The paper that an inquiry rests on."""

    kind: str
    number: str
    issued_on: date


def state_at(opened_at: datetime, ends_at: datetime, at: datetime) -> InquiryState:
    """Whether an inquiry is open at an instant."""
    return InquiryState.OPEN if opened_at <= at < ends_at else InquiryState.ENDED


def first_day(since: datetime) -> date:
    """The first day of a time."""
    return since.astimezone(AUTHORITY_ZONE).date()


def last_day(until: datetime) -> date:
    """The last day of a time of which a store keeps the instant after it."""
    return (until.astimezone(AUTHORITY_ZONE) - datetime.resolution).date()


def basis_of(basis: str, basis_number: str, basis_on: date) -> BasisView:
    """The paper that an inquiry rests on."""
    return BasisView(basis, basis_number, basis_on)


def patient_of(patient_id: int | None) -> str | None:
    """The global id of whom an inquiry names."""
    return None if patient_id is None else encode(patient.PREFIX, patient_id)


def _filters(given: InquiryFilter | None) -> dict[str, object]:
    """The filter in the words of the store."""
    found: dict[str, object] = {}
    if given is not None and given.state is not None:
        found["open"] = given.state is InquiryState.OPEN
    if given is not None and given.patient_id is not None:
        found["patient"] = decode(patient.PREFIX, given.patient_id) or NOBODY
    return found


@one("clinical", InquiryRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, InquiryRecord]:
    """Inquiries by key."""
    return await reading.records(context.stores.clinical, INQUIRY_MADE, keys, ask)


async def _count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: InquiryFilter | None = None
) -> dict[Any, int]:
    counted = await reading.counts_of(context.stores.clinical, INQUIRY_MADE, [None], ask, _filters(filter), parent=None)
    return dict.fromkeys(keys, counted[None])


@page("clinical", InquiryRecord, _count)
async def listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: InquiryFilter | None = None
) -> dict[Any, Slice[InquiryRecord]]:
    """All inquiries that the viewer may see and that fit the filter, newest first."""
    slices = await reading.records_of(
        context.stores.clinical, INQUIRY_MADE, [None], ask, window, _filters(filter), parent=None, order=NEWEST_FIRST
    )
    return dict.fromkeys(keys, slices[None])


async def _count_of_patient(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: InquiryFilter | None = None
) -> dict[int, int]:
    return await reading.counts_of(context.stores.clinical, INQUIRY_MADE, keys, ask, _filters(filter))


@page("clinical", InquiryRecord, _count_of_patient)
async def of_patient(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: InquiryFilter | None = None
) -> dict[int, Slice[InquiryRecord]]:
    """The inquiries about each patient, newest first."""
    return await reading.records_of(
        context.stores.clinical, INQUIRY_MADE, keys, ask, window, _filters(filter), order=NEWEST_FIRST
    )
