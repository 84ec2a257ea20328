"""What is done to an emergency access once it is open: confirmed by a second person, closed, reviewed by who leads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from auth.permissions import Permission
from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed, Target
from engine.global_id import decode, encode
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical.emergency import KEYS, PREFIX, by_id
from resolvers.clinical.emergency.start import EmergencyPayload
from resolvers.clinical.emergency.told import event
from resolvers.clinical.patient import PREFIX as PATIENT_PREFIX
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from sources.clinical import emergency as source
from sources.clinical.changes import change
from sources.clinical.emergency import HeldOpening
from sources.clinical.relation import EmergencyOpeningRecord
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

LONGEST_REVIEW = 4_000


class EmergencyVerdict(StrEnum):
    """What was found of an emergency access."""

    JUSTIFIED = "JUSTIFIED"
    UNJUSTIFIED = "UNJUSTIFIED"


@dataclass(kw_only=True)
class EmergencyAccessInput(VersionInput):
    """The access that is confirmed, or closed."""


@dataclass(kw_only=True)
class ReviewEmergencyAccessInput(VersionInput):
    """The access that is reviewed, what was found, and why."""

    verdict: EmergencyVerdict
    review: str


# The columns that a step changes; what keeps it from being taken, it raises.
Step = Callable[[EmergencyOpeningRecord], Mapping[str, Any]]


async def confirm(context: Context, *, input: EmergencyAccessInput) -> EmergencyPayload:
    """Let an access reach what is specially protected; whoever opened it is never the second person."""

    def step(row: EmergencyOpeningRecord) -> Mapping[str, Any]:
        me = _by_another(context, row)
        at = after(context.at, row.changed_at)
        _see_it_unconfirmed(row, at)
        return {"confirmed_by": me, "confirmed_at": at}

    return await _changed(context, "confirmEmergencyAccess", P.CLINICAL_EMERGENCY_CONFIRM, input, "CONFIRMED", step)


async def close(context: Context, *, input: EmergencyAccessInput) -> EmergencyPayload:
    """End an access before its time; whoever opened it does."""

    def step(row: EmergencyOpeningRecord) -> Mapping[str, Any]:
        at = after(context.at, row.changed_at)
        _see_it_last(row, at)
        return {"ends_at": at}

    return await _changed(context, "closeEmergencyAccess", P.CLINICAL_EMERGENCY_CLOSE, input, "CLOSED", step)


async def review(context: Context, *, input: ReviewEmergencyAccessInput) -> EmergencyPayload:
    """Say whether an access was right; never whoever opened it."""

    def step(row: EmergencyOpeningRecord) -> Mapping[str, Any]:
        me = _by_another(context, row)
        _see_it_unjudged(row)
        text = plain(input.review)
        if (problem := unfit(text, LONGEST_REVIEW, "review", missing=ProblemCode.REASON_REQUIRED)) is not None:
            raise Hindered(problem, opening_id=row.id)
        at = after(context.at, row.changed_at)
        return {"reviewed_by": me, "reviewed_at": at, "verdict": input.verdict.value, "review": text}

    return await _changed(context, "reviewEmergencyAccess", P.CLINICAL_EMERGENCY_REVIEW, input, "REVIEWED", step)


async def _changed(
    context: Context, act: str, permission: Permission, input: VersionInput, told: str, step: Step
) -> EmergencyPayload:
    async def do(unit: Unit) -> Effect:
        held = await _held(context, unit, input, permission)
        row, columns = held.row, step(held.row)
        at = after(context.at, row.changed_at)
        return Effect(
            at=at,
            outcome={"opening_id": row.id},
            thing=encode(PREFIX, row.id),
            change=change(source.changed(held, at, columns)),
            events=(event(told, row),),
            grounds={
                "patient": encode(PATIENT_PREFIX, row.patient_id),
                "versionBefore": row.version,
                "versionAfter": row.version + 1,
            },
        )

    return await carried_out(Doing(context, act, permission, input, do, into="clinical"), EmergencyPayload)


async def _held(context: Context, unit: Unit, input: VersionInput, permission: Permission) -> HeldOpening:
    key, seen = decode(PREFIX, input.id), context.viewer[P.CLINICAL_EMERGENCY_READ]
    narrowed = seen.narrow(KEYS)
    ask = Ask(context.at, narrow=() if narrowed is None else (narrowed,))
    found = None if key is None or narrowed == () else await source.held(unit, context.stores.clinical, key, ask)
    reach("locked")
    held = there(found, seen, "id")
    # Whoever opened it is told that he is the wrong one, whatever he leads.
    if permission is P.CLINICAL_EMERGENCY_CLOSE or _me(context) != held.row.practitioner_id:
        require(context, permission, held.row, KEYS)
    as_it_was_read(held.row, input.expected_version, "CLINICAL", opening_id=held.row.id)
    return held


def _by_another(context: Context, row: EmergencyOpeningRecord) -> int:
    me = _me(context)
    if me is None:
        raise NotAllowed(OBJECT)
    if me == row.practitioner_id:
        raise Hindered(Problem(ProblemCode.OPENED_BY_YOURSELF, ("id",)), opening_id=row.id)
    return me


def _me(context: Context) -> int | None:
    facts = context.viewer.facts
    return None if facts is None else facts.practitioner_id


def _not_now(row: EmergencyOpeningRecord) -> Hindered:
    return Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",)), opening_id=row.id)


def _see_it_last(row: EmergencyOpeningRecord, at: datetime) -> None:
    """See to it that an access is in force.

    Raises:
        Hindered: it is over.
    """
    if row.ends_at <= at:
        raise _not_now(row)


def _see_it_unconfirmed(row: EmergencyOpeningRecord, at: datetime) -> None:
    """See to it that an access is in force, and waits for a second person.

    Raises:
        Hindered: it is over, or was confirmed.
    """
    if row.confirmed_at is not None:
        raise _not_now(row)
    _see_it_last(row, at)


def _see_it_unjudged(row: EmergencyOpeningRecord) -> None:
    """See to it that nobody has judged an access yet.

    Raises:
        Hindered: somebody has.
    """
    if row.reviewed_at is not None:
        raise _not_now(row)


def _on(then: Callable[[Context, EmergencyOpeningRecord], object], *, by_another: bool = True) -> Target:
    first = _told_apart if by_another else None
    needs = frozenset({"practitioner_id", "ends_at", "confirmed_at", "reviewed_at", "changed_at"})
    return Target(PREFIX, by_id, P.CLINICAL_EMERGENCY_READ, KEYS, KEYS, needs=needs, first=first, then=then)


def _told_apart(context: Context, row: EmergencyOpeningRecord) -> None:
    if _me(context) == row.practitioner_id:
        _by_another(context, row)


def _now(context: Context, row: EmergencyOpeningRecord) -> datetime:
    return after(context.at, row.changed_at)


def _confirmable(context: Context, row: EmergencyOpeningRecord) -> None:
    _by_another(context, row)
    _see_it_unconfirmed(row, _now(context, row))


def _reviewable(context: Context, row: EmergencyOpeningRecord) -> None:
    _by_another(context, row)
    _see_it_unjudged(row)


ON_CONFIRMING: Final = _on(_confirmable)
ON_CLOSING: Final = _on(lambda context, row: _see_it_last(row, _now(context, row)), by_another=False)
ON_REVIEWING: Final = _on(_reviewable)
