"""Acts on slots: publish them, so that everybody may know them and be booked, and withdraw them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from auth.permissions import Permission as P
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts import keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.schedule import slot as slots
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.schedule import publication as source
from sources.schedule.publication import HeldSlot

PERMISSION: Final = P.SCHEDULE_SLOT_WRITE
MOST: Final = 100
EVENT: Final = "SLOTS_CHANGED"
C = ProblemCode


@dataclass(kw_only=True)
class PublishSlotsInput(ActInput):
    """The slots that everybody may know."""

    ids: list[str]


@dataclass(kw_only=True)
class WithdrawSlotsInput(ActInput):
    """The slots that are no longer offered."""

    ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsPayload:
    """The slots after the act."""

    slot_ids: list[int] = field(default_factory=list)
    problems: list[ProblemView] = field(default_factory=list)


# What stands in the way of a slot, if anything does.
Hindrance = Callable[[HeldSlot, datetime], ProblemCode | None]


async def publish(context: Context, *, input: PublishSlotsInput) -> SlotsPayload:
    """Publish slots that have not begun; one that is published stays so since when it was."""
    return await _done(context, "publishSlots", input, "PUBLISHED", _begun)


async def withdraw(context: Context, *, input: WithdrawSlotsInput) -> SlotsPayload:
    """Withdraw slots that have not begun and in which nobody is booked; one that is not published stays so."""
    return await _done(context, "withdrawSlots", input, "WITHDRAWN", _offered)


def _begun(slot: HeldSlot, at: datetime) -> ProblemCode | None:
    return C.SLOT_PAST if slot.starts_at <= at else None


def _offered(slot: HeldSlot, at: datetime) -> ProblemCode | None:
    return C.SLOT_TAKEN if slot.taken else _begun(slot, at)


async def _done(
    context: Context, act: str, input: PublishSlotsInput | WithdrawSlotsInput, step: str, hindrance: Hindrance
) -> SlotsPayload:
    async def do(unit: Unit) -> Effect:
        wanted = _wanted(input.ids)
        held = await _held(context, unit, wanted)
        reach("locked")
        at = after(context.at, None)
        problems = [
            Problem(code, ("ids", str(number)))
            for number, slot in enumerate(held)
            if (code := hindrance(slot, at)) is not None
        ]
        if problems:
            raise Hindered(*problems)
        published = step == "PUBLISHED"
        changed = [slot.id for slot in held if (slot.published_at is None) is published]
        place = held[0].organization_id
        told = {"object": encode(prefixes.ORGANIZATION, place), "organizationId": place, "slotIds": changed}
        return Effect(
            at=at,
            outcome={"slot_ids": wanted},
            thing=encode(prefixes.ORGANIZATION, place),
            change=source.published(changed, at if published else None),
            events=((EVENT, {**told, "step": step}),) if changed else (),
            grounds={"slots": [encode(slots.PREFIX, key) for key in changed]},
        )

    return await carried_out(Doing(context, act, PERMISSION, input, do, "schedule"), SlotsPayload)


def _wanted(ids: Sequence[str]) -> list[int]:
    """The keys of the slots, each once.

    Raises:
        Hindered: there are none, or too many, or one stands twice or can be no slot.
    """
    if not ids:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("ids",), {"field": "ids"}))
    if len(ids) > MOST or len({*ids}) < len(ids):
        raise Hindered(Problem(C.FIELD_FORMAT, ("ids",), {"field": "ids"}))
    found = [decode(slots.PREFIX, one) for one in ids]
    missing = [Problem(C.NOT_FOUND, ("ids", str(number))) for number, key in enumerate(found) if key is None]
    if missing:
        raise Hindered(*missing)
    return [key for key in found if key is not None]


async def _held(context: Context, unit: Unit, wanted: Sequence[int]) -> list[HeldSlot]:
    """The slots, held, in the order in which they are named.

    Raises:
        Hindered: one is not there, as far as the viewer may see, or is of another organisation than the first.
        NotAllowed: the viewer may not publish it, or facts are missing by which he might see it.
    """
    seen = context.viewer[P.SCHEDULE_SLOT_READ]
    rows = await source.held(unit, wanted, seen.narrow(keys.SLOT))
    missing = [number for number, key in enumerate(wanted) if key not in rows]
    if missing and seen.lost is not None:
        raise NotAllowed(seen.lost)
    if missing:
        raise Hindered(*(Problem(C.NOT_FOUND, ("ids", str(number))) for number in missing))
    held = [rows[key] for key in wanted]
    for slot in held:
        require(context, PERMISSION, slot, keys.SLOT)
    elsewhere = [n for n, slot in enumerate(held) if slot.organization_id != held[0].organization_id]
    if elsewhere:
        raise Hindered(*(Problem(C.FIELD_FORMAT, ("ids", str(number)), {"field": "ids"}) for number in elsewhere))
    return held
