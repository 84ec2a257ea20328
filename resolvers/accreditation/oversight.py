"""Acts of the regulator on records of accreditation: suspend, reinstate, revoke, have checked again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers.accreditation import PREFIX, AccreditationStatus, by_id, status_at
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import VersionInput
from resolvers.acts.keys import ACCREDITATION
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.free_text import plain, reason_of
from resolvers.rules import procedure
from sources.accreditation import AccreditationRecord
from sources.accreditation import acts as source
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

ACT_KEYS: Keys = {"org": "organization_ids"}
S = AccreditationStatus
# What can be done to a record that is worth this at the instant; what is ended stays ended.
POSSIBLE = {
    S.ACTIVE: ("SUSPEND", "REVOKE", "RECHECK"),
    S.UNDER_REVIEW: ("SUSPEND", "REINSTATE", "REVOKE"),
    S.SUSPENDED: ("REINSTATE", "REVOKE"),
}


@dataclass(kw_only=True)
class AccreditationActInput(VersionInput):
    """The record, and why."""

    reason: str


@dataclass(kw_only=True)
class ReinstateAccreditationInput(VersionInput):
    """The record that is let go on."""

    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationPayload:
    """The record after the act."""

    accreditation_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def suspend(context: Context, *, input: AccreditationActInput) -> AccreditationPayload:
    """Stop the rights of a record for the time being."""
    return await _changed(context, "suspendAccreditation", input, "SUSPEND", lambda _: "SUSPENDED", "SUSPENDED")


async def reinstate(context: Context, *, input: ReinstateAccreditationInput) -> AccreditationPayload:
    """Let a record go on that was suspended or under review."""
    return await _changed(context, "reinstateAccreditation", input, "REINSTATE", lambda _: "ACTIVE", "REINSTATED")


async def revoke(context: Context, *, input: AccreditationActInput) -> AccreditationPayload:
    """End a record for good."""
    return await _changed(context, "revokeAccreditation", input, "REVOKE", lambda _: "REVOKED", "REVOKED")


async def recheck(context: Context, *, input: AccreditationActInput) -> AccreditationPayload:
    """Have a record checked again; whether it gives rights meanwhile, the rules of its kind say."""

    def state(row: AccreditationRecord) -> str:
        return "UNDER_REVIEW" if procedure(row.kind, context.at).recheck_keeps_rights else "SUSPENDED"

    return await _changed(context, "requestRecheck", input, "RECHECK", state, "RECHECK_REQUESTED")


async def _changed(
    context: Context,
    act: str,
    input: Any,
    step: str,
    state: Callable[[AccreditationRecord], str],
    told: str,
) -> AccreditationPayload:
    permission = _permission(step)

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input, permission)
        _see_it_follow(context, row, step)
        made = await source.changed(unit, row.id, state(row), _reason(input, row), after(context.at, row.changed_at))
        return _effect(row, made, told)

    return await carried_out(Doing(context, act, permission, input, do), AccreditationPayload)


def on_record(step: str) -> Target:
    """Records of accreditation, as a step may be taken of them."""
    return Target(
        PREFIX, by_id, P.ACCREDITATION_RECORD_READ, ACCREDITATION, ACT_KEYS,
        needs=frozenset({"state", "valid_to", *filter(None, ACT_KEYS.values())}),
        then=lambda context, row: _see_it_follow(context, row, step),
    )  # fmt: skip


def _see_it_follow(context: Context, row: AccreditationRecord, step: str) -> None:
    """See to it that a step follows from where a record stands.

    Raises:
        Hindered: it does not; says which steps do that the viewer may take.
    """
    possible = POSSIBLE.get(S(status_at(row.state, row.valid_to, context.at)), ())
    if step not in possible:
        mine = ", ".join(one for one in possible if context.viewer[_permission(one)].allows(row, ACT_KEYS) is True)
        problem = Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": mine})
        raise Hindered(problem, accreditation_id=row.id)


def _permission(step: str) -> P:
    """By what right a step is taken."""
    return P.ACCREDITATION_RECHECK_REQUEST if step == "RECHECK" else P.ACCREDITATION_STATE_WRITE


async def _held(context: Context, unit: Unit, input: Any, permission: str) -> AccreditationRecord:
    key, seen = decode(PREFIX, input.id), context.viewer[P.ACCREDITATION_RECORD_READ]
    found = None if key is None else await source.held(unit, key, seen.narrow(ACCREDITATION))
    reach("locked")
    row = there(found, seen, "id")
    require(context, permission, row, ACT_KEYS)
    as_it_was_read(row, input.expected_version, "RECORD", accreditation_id=row.id)
    return row


def _reason(input: Any, row: AccreditationRecord) -> str | None:
    if input.reason is None:
        return None
    return reason_of(plain(input.reason), accreditation_id=row.id)


def _effect(row: AccreditationRecord, made: AccreditationRecord, told: str) -> Effect:
    payload = {
        "accreditationId": made.id,
        "practitionerId": made.practitioner_id,
        "organizationId": made.holder_organization_id,
        "step": told,
        "applicationId": made.application_id,
    }
    return Effect(
        at=made.changed_at or row.valid_from,
        outcome={"accreditation_id": made.id},
        thing=encode(PREFIX, made.id),
        events=(("ACCREDITATION_CHANGED", payload),),
        grounds={"versionBefore": row.version, "versionAfter": made.version, "stateBefore": row.state},
        turns=True,
    )
