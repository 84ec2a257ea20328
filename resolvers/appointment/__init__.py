"""Appointments to functions: how they are found, by whom they concern and by whoever appoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from auth.role import RoleName
from engine.batch import one, page
from engine.global_id import decode
from engine.rights import Keys
from resolvers import prefixes
from resolvers.codes import printed
from resolvers.context import Context
from sources.journal import AppointmentRecord
from sources.journal.appointments import APPOINTMENT, NEWEST_FIRST
from sources.postgres import reading
from sources.postgres.ask import Ask, Slice, Window

PREFIX = "apt"
LONGEST_ACCOUNT = 255
KEYS: Keys = {"org": "organization_id", "addressee": "subject"}
# No organisation has it; a filter by an id that is none of ours finds nothing.
NOWHERE = 0


class AppointmentState(StrEnum):
    """Where an appointment stands at an instant."""

    PROPOSED = "PROPOSED"
    LAPSED = "LAPSED"
    COMING = "COMING"
    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"


@dataclass(frozen=True)
class AppointmentFilter:
    """Which appointments are wanted: all conditions must hold."""

    function: list[RoleName] | None = None
    account: str | None = None
    organization_id: str | None = None
    proposed: bool | None = None
    in_force: bool | None = None


def state_at(
    valid_from: datetime | None, valid_to: datetime | None, lapses_at: datetime | None, at: datetime
) -> AppointmentState:
    """Where an appointment stands at an instant."""
    if valid_from is None:
        lapsed = lapses_at is None or lapses_at <= at
        return AppointmentState.LAPSED if lapsed else AppointmentState.PROPOSED
    if at < valid_from:
        return AppointmentState.COMING
    return AppointmentState.IN_FORCE if valid_to is None or at < valid_to else AppointmentState.ENDED


def _filters(given: AppointmentFilter | None) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: an account that can be none.
    """
    if given is None:
        return {}
    found: dict[str, object] = {}
    if given.function is not None:
        found["function"] = [one.value for one in dict.fromkeys(given.function)]
    if given.account is not None:
        found["subject"] = printed(given.account, "filter.account", LONGEST_ACCOUNT)
    if given.organization_id is not None:
        found["organization"] = decode(prefixes.ORGANIZATION, given.organization_id) or NOWHERE
    if given.proposed is not None:
        found["proposed"] = given.proposed
    if given.in_force is not None:
        found["held"] = given.in_force
    return found


@one("journal", AppointmentRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AppointmentRecord]:
    """Appointments by key."""
    return await reading.by_key(context.stores.journal, APPOINTMENT, keys, ask)


async def _count(
    context: Context, keys: Sequence[Any], ask: Ask, *, filter: AppointmentFilter | None = None
) -> dict[Any, int]:
    return await reading.counts(context.stores.journal, APPOINTMENT, keys, ask, key=None, filters=_filters(filter))


@page("journal", AppointmentRecord, _count)
async def listed(
    context: Context, keys: Sequence[Any], ask: Ask, window: Window, *, filter: AppointmentFilter | None = None
) -> dict[Any, Slice[AppointmentRecord]]:
    """All appointments that the viewer may see and that fit the filter, the newest first."""
    return await reading.slices(
        context.stores.journal, APPOINTMENT, keys, ask, window, key=None, order=NEWEST_FIRST, filters=_filters(filter)
    )
