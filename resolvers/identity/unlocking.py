"""Acts of support: propose that a lock is lifted before its time, and confirm what another proposed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.free_text import plain, reason_of
from resolvers.identity.locks import PREFIX, by_id
from resolvers.limits import hashes_of
from resolvers.rules import limits
from sources.identity import lock_acts as source
from sources.identity.limits import LockRecord
from sources.identity.sealed_text import KEY, sealed
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

KEYS: Keys = {}
C = ProblemCode


@dataclass(kw_only=True)
class ProposeUnlockInput(VersionInput):
    """The lock that shall be lifted, and why."""

    reason: str


@dataclass(kw_only=True)
class ConfirmUnlockInput(VersionInput):
    """The lock that is lifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockPayload:
    """The lock after the act."""

    lock_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def propose(context: Context, *, input: ProposeUnlockInput) -> UnlockPayload:
    """Propose that a lock is lifted."""

    async def do(unit: Unit) -> Effect:
        row, me = await _held(context, unit, input), context.viewer.subject or ""
        _see_it_unproposed(context, row)
        reason = reason_of(plain(input.reason), lock_id=row.id)
        said = sealed(context.stores.identity, "account_lock", row.id, {"proposal": reason})
        at = after(context.at, row.locked_at)
        made = await source.proposed(unit, row.id, me, at, said[KEY], said["proposal"])
        return _effect(made, "UNLOCK_PROPOSED", {"account": row.account})

    return await _carried_out(context, "proposeUnlock", input, do)


async def confirm(context: Context, *, input: ConfirmUnlockInput) -> UnlockPayload:
    """Lift a lock that another proposed to lift; neither he nor whose account it is does."""

    async def do(unit: Unit) -> Effect:
        row, me = await _held(context, unit, input), context.viewer.subject or ""
        _see_it_proposed(context, row)
        at = after(context.at, row.proposed_at)
        made = await source.lifted(unit, row.id, me, at)
        for kind, limit in limits(context.at).kinds.items():
            if limit.lock == row.reason:
                await source.forgiven(unit, kind, hashes_of(context.stores.identity, row.account))
        return _effect(made, "UNLOCKED", {"account": row.account, "proposedBy": row.proposed_by})

    return await _carried_out(context, "confirmUnlock", input, do)


async def _carried_out(context: Context, act: str, input: Any, do: Any) -> UnlockPayload:
    doing = Doing(context, act, P.SUPPORT_LOCK_LIFT, input, do, into="identity")
    return await carried_out(doing, UnlockPayload)


async def _held(context: Context, unit: Unit, input: VersionInput) -> LockRecord:
    key = decode(PREFIX, input.id)
    row = None if key is None else await source.held(unit, key)
    reach("locked")
    if row is None:
        raise Hindered(Problem(C.NOT_FOUND, ("id",)))
    require(context, P.SUPPORT_LOCK_LIFT, row, KEYS)
    as_it_was_read(row, input.expected_version, "LOCK", lock_id=row.id)
    _see_it_last(context, row)
    return row


def _see_it_last(context: Context, row: LockRecord) -> None:
    """See to it that a lock is in force.

    Raises:
        Hindered: it is not.
    """
    if row.until <= context.at:
        raise _not_now(context, row)


def _see_it_unproposed(context: Context, row: LockRecord) -> None:
    """See to it that nobody proposed yet to lift a lock, which is another's.

    Raises:
        Hindered: somebody did, or it is the viewer's own.
    """
    if row.proposed_at is not None:
        raise _not_now(context, row)
    if context.viewer.subject == row.account:
        raise Hindered(Problem(C.SECOND_PERSON_REQUIRED, ("id",)), lock_id=row.id)


def _see_it_proposed(context: Context, row: LockRecord) -> None:
    """See to it that another proposed to lift a lock of another.

    Raises:
        Hindered: nobody did, or the viewer is one of them.
    """
    if row.proposed_by is None:
        raise _not_now(context, row)
    if context.viewer.subject in {row.account, row.proposed_by}:
        raise Hindered(Problem(C.SECOND_PERSON_REQUIRED, ("id",)), lock_id=row.id)


def _on(check: Callable[[Context, LockRecord], None]) -> Target:
    def then(context: Context, row: LockRecord) -> None:
        _see_it_last(context, row)
        check(context, row)

    needs = frozenset({"account", "until", "proposed_at", "proposed_by"})
    return Target(PREFIX, by_id, P.SUPPORT_LOCK_LIFT, KEYS, KEYS, needs=needs, then=then)


ON_PROPOSING: Final = _on(_see_it_unproposed)
ON_CONFIRMING: Final = _on(_see_it_proposed)


def _not_now(context: Context, row: LockRecord) -> Hindered:
    possible = "" if row.until <= context.at else "PROPOSE" if row.proposed_at is None else "CONFIRM"
    return Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",), {"possible": possible}), lock_id=row.id)


def _effect(row: LockRecord, step: str, grounds: dict[str, Any]) -> Effect:
    thing = encode(PREFIX, row.id)
    return Effect(
        at=row.lifted_at or row.proposed_at or row.locked_at,
        outcome={"lock_id": row.id},
        thing=thing,
        events=(("LOCK_CHANGED", {"object": thing, "lockId": row.id, "step": step}),),
        grounds={"reason": row.reason, "versionAfter": row.version, **grounds},
    )
