"""How records of accreditation are found, and what is derived from them at an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.batch import many, one, page
from engine.global_id import decode
from resolvers import prefixes
from resolvers.context import Context
from resolvers.rules.procedure import AccreditationKind
from sources import accreditation as source
from sources.accreditation import AccreditationRecord, DecisionRecord, listing
from sources.postgres.ask import Ask, Slice, Window

PREFIX = prefixes.ACCREDITATION


class AccreditationStatus(StrEnum):
    """What a record is worth at an instant."""

    ACTIVE = "ACTIVE"
    UNDER_REVIEW = "UNDER_REVIEW"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    SUPERSEDED = "SUPERSEDED"


@dataclass(frozen=True)
class AccreditationFilter:
    """Which records are wanted: all conditions must hold."""

    organization: str | None = None
    practitioner: str | None = None
    changed_since: datetime | None = None


_ENDS = frozenset({"ACTIVE", "UNDER_REVIEW", "SUSPENDED"})
_IN_FORCE = frozenset({"ACTIVE", "UNDER_REVIEW"})
_STANDING_COLUMNS = frozenset({"id", "kind", "state", "valid_from", "valid_to", "base_id"})


@dataclass(frozen=True, slots=True)
class Standing:
    """The public fact: accredited or not, as what, until when."""

    accredited: bool
    kinds: list[str]
    valid_until: datetime | None


def status_at(state: str, valid_to: datetime | None, at: datetime) -> str:
    """The status at an instant: a term that has ended says EXPIRED unless the record was ended before."""
    if state in _ENDS and valid_to is not None and valid_to <= at:
        return AccreditationStatus.EXPIRED
    return state


def in_force(record: AccreditationRecord, at: datetime) -> bool:
    """Whether a record itself gives rights at an instant; what it stands on is not looked at."""
    return lasting(record.state, record.valid_from, record.valid_to, at)


def lasting(state: str, valid_from: datetime, valid_to: datetime | None, at: datetime) -> bool:
    """Whether a term has begun, is not over, and nobody stopped it."""
    return state in _IN_FORCE and valid_from <= at and (valid_to is None or at < valid_to)


def standing_at(records: Sequence[AccreditationRecord], at: datetime) -> Standing:
    """What the records of one person come to at an instant."""
    valid = {record.id: record for record in records if in_force(record, at)}
    bases = [record for record in valid.values() if record.base_id is None]
    kinds = {record.kind for record in valid.values() if record.base_id is None or record.base_id in valid}
    ends = [record.valid_to for record in bases]
    known = [end for end in ends if end is not None]
    return Standing(
        accredited=bool(bases),
        kinds=[kind for kind in AccreditationKind if kind in kinds],
        valid_until=max(known) if known and len(known) == len(ends) else None,
    )


@one("accreditation", AccreditationRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AccreditationRecord]:
    """Records by key."""
    return await source.accreditations(context.stores.accreditation, keys, ask)


@many("accreditation", AccreditationRecord)
async def of_practitioner(
    context: Context, keys: Sequence[int], ask: Ask, *, status: AccreditationStatus | None = None
) -> dict[int, list[AccreditationRecord]]:
    """The records of each practitioner, newest first."""
    return await source.accreditations_of(context.stores.accreditation, keys, ask, status)


@one("accreditation", AccreditationRecord)
async def of_organization(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AccreditationRecord]:
    """The record of each organisation itself: the one in force, or else the newest."""
    columns = None if ask.columns is None else ask.columns | _STANDING_COLUMNS
    wanted = Ask(ask.at, columns, ask.narrow)
    rows = await source.accreditations_of_organizations(context.stores.accreditation, keys, wanted)
    return {
        key: next((record for record in records if in_force(record, ask.at)), records[0])
        for key, records in rows.items()
        if records
    }


@one("accreditation", AccreditationRecord)
async def of_application(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, AccreditationRecord]:
    """The record that came of each application."""
    return await source.accreditations_of_applications(context.stores.accreditation, keys, ask)


async def _wanted(context: Context, ask: Ask, given: AccreditationFilter | None) -> dict[str, object]:
    """The filter in the words of the store; an id that is none of ours is that of nothing."""
    if given is None:
        return {}
    prefix = {"organization": prefixes.ORGANIZATION, "practitioner": prefixes.PRACTITIONER}
    ids = {name: text for name in prefix if (text := getattr(given, name)) is not None}
    found: dict[str, object] = {name: decode(prefix[name], text) or 0 for name, text in ids.items()}
    if (since := given.changed_since) is None:
        return found
    return {**found, **listing.changed_since(since, await listing.horizon_at(context.stores.accreditation, ask, since))}


async def _count(
    context: Context, keys: Sequence[None], ask: Ask, *, filter: AccreditationFilter | None = None
) -> dict[None, int]:
    wanted = await _wanted(context, ask, filter)
    return await listing.accreditation_count(context.stores.accreditation, keys, ask, wanted)


def _ahead(given: Mapping[str, Any]) -> int:
    """From where changes count is a statement of its own."""
    wanted: AccreditationFilter | None = given.get("filter")
    return int(wanted is not None and wanted.changed_since is not None)


@page("accreditation", AccreditationRecord, _count, ahead=_ahead)
async def listed(
    context: Context, keys: Sequence[None], ask: Ask, window: Window, *, filter: AccreditationFilter | None = None
) -> dict[None, Slice[AccreditationRecord]]:
    """All records that the viewer may read and that fit the filter, those that were changed last at the end."""
    wanted = await _wanted(context, ask, filter)
    return await listing.accreditation_list(context.stores.accreditation, keys, ask, window, wanted)


@one("accreditation", Standing)
async def standing(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, Standing]:
    """What the records of each practitioner come to at the operation's instant."""
    wanted = Ask(ask.at, _STANDING_COLUMNS)
    rows = await source.accreditations_of(context.stores.accreditation, keys, wanted, None)
    return {key: standing_at(records, ask.at) for key, records in rows.items()}


@one("accreditation", DecisionRecord)
async def decision(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, DecisionRecord]:
    """The decision behind each record."""
    return await source.decisions(context.stores.accreditation, keys, ask)
