"""What is done to a grant once it is there: confirmed or refused, taken back, judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from resolvers.context import Context
from resolvers.granting import GIVERS, KEYS, PREFIX, GrantKind, GrantState, LookedAt, by_id, state_of
from resolvers.granting.giving import IDENTITY, AccessGrantPayload, said_of
from resolvers.granting.told import event
from sources.identity import grant_acts as source
from sources.identity.grant import GrantRecord
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

C = ProblemCode
# The columns that a step changes; what keeps it from being taken, it raises.
Step = Callable[[GrantRecord], Mapping[str, Any]]
STANDING = frozenset({GrantState.REQUESTED, GrantState.COMING, GrantState.IN_FORCE})


class GrantVerdict(StrEnum):
    """What was found of a grant in an emergency."""

    JUSTIFIED = "JUSTIFIED"
    UNJUSTIFIED = "UNJUSTIFIED"


@dataclass(kw_only=True)
class AccessGrantInput(VersionInput):
    """The grant that is confirmed, refused or taken back."""


@dataclass(kw_only=True)
class ReviewEmergencyGrantInput(VersionInput):
    """The grant that is judged, and what was found."""

    verdict: GrantVerdict


async def confirm(context: Context, *, input: AccessGrantInput) -> AccessGrantPayload:
    """Confirm a request: from now on the access is handed on."""

    def step(row: GrantRecord) -> Mapping[str, Any]:
        at = after(context.at, row.changed_at)
        return {"decision": "CONFIRMED", **_decided(context, row), "starts_at": max(row.starts_at, at)}

    return await _changed(context, "confirmAccess", P.ACCESS_REQUEST_DECIDE, input, "CONFIRMED", step)


async def refuse(context: Context, *, input: AccessGrantInput) -> AccessGrantPayload:
    """Refuse a request."""

    def step(row: GrantRecord) -> Mapping[str, Any]:
        return {"decision": "REFUSED", **_decided(context, row)}

    return await _changed(context, "refuseAccess", P.ACCESS_REQUEST_DECIDE, input, "REFUSED", step)


async def revoke(context: Context, *, input: AccessGrantInput) -> AccessGrantPayload:
    """Take a grant back before its term is over; what it gave is closed with the act."""

    def step(row: GrantRecord) -> Mapping[str, Any]:
        _see_it_stand(context, row)
        return {"revoked_at": after(context.at, row.changed_at), **_by(context, "revoked_by", "revoker_id")}

    return await _changed(context, "revokeAccess", P.ACCESS_GRANT_WRITE, input, "REVOKED", step)


async def review(context: Context, *, input: ReviewEmergencyGrantInput) -> AccessGrantPayload:
    """Say whether access was rightly handed on in an emergency; never whoever gave it, or whose it is, or has it."""

    def step(row: GrantRecord) -> Mapping[str, Any]:
        _see_it_unjudged(context, row)
        at = after(context.at, row.changed_at)
        return {"verdict": input.verdict.value, "reviewed_at": at, **_by(context, "reviewed_by", "reviewer_id")}

    return await _changed(context, "reviewEmergencyGrant", P.ACCESS_EMERGENCY_REVIEW, input, "REVIEWED", step)


async def _changed(
    context: Context, act: str, permission: Permission, input: VersionInput, told: str, step: Step
) -> AccessGrantPayload:
    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input, permission)
        columns = step(row)
        at = after(context.at, row.changed_at)
        await source.changed(unit, row.id, at, columns)
        return Effect(
            at=at,
            outcome={"grant_id": row.id},
            thing=encode(PREFIX, row.id),
            events=(event(told, row.id, row),),
            grounds={**said_of(row), "versionBefore": row.version, "versionAfter": row.version + 1},
        )

    return await carried_out(Doing(context, act, permission, input, do, into=IDENTITY), AccessGrantPayload)


async def _held(context: Context, unit: Unit, input: VersionInput, permission: Permission) -> GrantRecord:
    """The grant, held as it was read, to which this may be done.

    Raises:
        Hindered: it is not there, as far as the viewer may know, or has another version.
        NotAllowed: he may not do this to it.
    """
    key, seen = decode(PREFIX, input.id), context.viewer[P.ACCESS_GRANT_READ]
    found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
    reach("locked")
    row = there(found, seen, "id")
    require(context, permission, _looked_at(row), GIVERS)
    as_it_was_read(row, input.expected_version, "GRANT", grant_id=row.id)
    return row


def _looked_at(row: GrantRecord) -> LookedAt:
    """A grant as rights look at it."""
    givers = [row.grantor_id, *([] if row.giver_id is None else [row.giver_id])]
    office = row.organization_id if row.module in {"DOCUMENTS", "REPORTS"} else None
    return LookedAt(row.organization_id, row.department_id, givers, office)


def _decided(context: Context, row: GrantRecord) -> dict[str, Any]:
    _see_it_wait(context, row)
    return {"decided_at": after(context.at, row.changed_at), **_by(context, "decided_by", "decider_id")}


def _see_it_wait(context: Context, row: GrantRecord) -> None:
    """See to it that a grant is a request, and of others.

    Raises:
        Hindered: it is none, or is about the viewer.
    """
    if state_of(row, context.at) is not GrantState.REQUESTED:
        raise _not_now(row)
    _by_another(context, row)


def _see_it_stand(context: Context, row: GrantRecord) -> None:
    """See to it that a grant is neither refused nor over.

    Raises:
        Hindered: it is.
    """
    if state_of(row, context.at) not in STANDING:
        raise _not_now(row)


def _see_it_unjudged(context: Context, row: GrantRecord) -> None:
    """See to it that a grant was given in an emergency, was not judged yet, and is of others.

    Raises:
        Hindered: it was not, or was, or is about the viewer.
    """
    if row.kind != GrantKind.EMERGENCY or row.reviewed_at is not None:
        raise _not_now(row)
    _by_another(context, row)


def _by_another(context: Context, row: GrantRecord) -> None:
    """See to it that somebody decides who is none of those whom it is about, nor whoever gave it or asked for it.

    Raises:
        Hindered: he is one of them.
    """
    facts = context.viewer.facts
    me = None if facts is None else facts.practitioner_id
    if context.viewer.subject == row.given_by or (
        me is not None and me in {row.grantor_id, row.grantee_id, row.giver_id}
    ):
        raise Hindered(Problem(C.OPENED_BY_YOURSELF, ("id",)), grant_id=row.id)


def _by(context: Context, account: str, person: str) -> dict[str, Any]:
    facts = context.viewer.facts
    if facts is None:
        raise NotAllowed(OBJECT)
    return {account: facts.subject, person: facts.practitioner_id}


def _not_now(row: GrantRecord) -> Hindered:
    return Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",)), grant_id=row.id)


def _on(then: Callable[[Context, GrantRecord], object]) -> Target:
    needs = {
        "kind", "decision", "revoked_at", "starts_at", "ends_at", "reviewed_at", "given_by", "grantor_id", "grantee_id",
        "giver_id",
    }  # fmt: skip
    return Target(PREFIX, by_id, P.ACCESS_GRANT_READ, KEYS, GIVERS, needs=frozenset(needs), then=then)


ON_DECIDING: Final = _on(_see_it_wait)
ON_REVOKING: Final = _on(_see_it_stand)
ON_REVIEWING: Final = _on(_see_it_unjudged)
