"""Acts of the expert: take from the queue, put back, ask, pass on, remark."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from auth.permissions import Permission as P
from engine.global_id import decode, encode
from resolvers.acts.acting import Doing, Effect, after, carried_out, require
from resolvers.acts.inputs import ObjectInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.application import PREFIX
from resolvers.application.course import Step
from resolvers.application.due import due_after
from resolvers.application.filing import (
    ACT_KEYS,
    application_changed,
    change,
    columns_of,
    concerned,
    effect,
    hold,
    places_of,
    rules_of,
    step,
)
from resolvers.application.payload import ApplicationPayload
from resolvers.application.submitting import LONGEST_REMARK
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from resolvers.working_days import term
from sources import practitioner as practitioner_source
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit


@dataclass(kw_only=True)
class ClaimApplicationInput(ObjectInput):
    """The application to take."""


@dataclass(kw_only=True)
class ReleaseApplicationInput(ObjectInput):
    """The application to put back."""


@dataclass(kw_only=True)
class RequestClarificationInput(VersionInput):
    """What the applicant has to put right."""

    what: str


@dataclass(kw_only=True)
class AdvanceApplicationInput(VersionInput):
    """The application to pass on."""


@dataclass(kw_only=True)
class CommentApplicationInput(ObjectInput):
    """A remark."""

    text: str
    audience: str


async def keep_apart(context: Context, unit: Unit, row: ApplicationRecord) -> None:
    """That the viewer is neither the applicant nor works where the applicant works now.

    Raises:
        Hindered: he is, or does: nobody decides on himself or on a colleague.
    """
    theirs = places_of(row)
    if row.practitioner_id is not None:
        places = await _places(context, row.practitioner_id)
        unit.rests_on(places, partial(_places, context, row.practitioner_id))
        theirs |= places
    if concerned(context, row, theirs):
        raise Hindered(Problem(ProblemCode.CONFLICT_OF_INTEREST, ("id",)), application_id=row.id)


async def _places(context: Context, person: int) -> frozenset[int]:
    ask = Ask(context.at, frozenset({"organization_ids"}))
    found = await practitioner_source.practitioners(context.stores.registry, "id", [person], ask)
    return frozenset(place for one in found.values() for place in one.organization_ids)


async def claim(context: Context, *, input: ClaimApplicationInput) -> ApplicationPayload:
    """Take an application from the queue; its case is open on the viewer from then on."""
    asked_at = context.at

    async def do(unit: Unit) -> Effect:
        row = await _unclaimed(context, unit, input.id, asked_at)
        await keep_apart(context, unit, row)
        state = step(context, row, Step.CLAIM, rules_of(row, context.at))
        subject = context.viewer.subject or ""
        if not await source.open_case(unit, row, subject, after(context.at, row.changed_at)):
            raise Hindered(Problem(ProblemCode.ALREADY_CLAIMED, ("id",)))
        made = change(context, row, "CLAIMED", columns_of(state))
        return effect(made, "CLAIMED", before=row.version, officer=subject, turns=True)

    doing = Doing(context, "claimApplication", P.APPLICATION_CASE_CLAIM, input, do)
    return await carried_out(doing, ApplicationPayload)


async def release(context: Context, *, input: ReleaseApplicationInput) -> ApplicationPayload:
    """Put an application back into the queue."""

    async def do(unit: Unit) -> Effect:
        row = await claimed(context, unit, input.id)
        state = step(context, row, Step.RELEASE, rules_of(row, context.at))
        made = change(context, row, "RELEASED", columns_of(state))
        await source.close_case(unit, row.id, made.changed_at)
        return effect(made, "RELEASED", before=row.version, officer=context.viewer.subject, turns=True)

    return await carried_out(
        Doing(context, "releaseApplication", P.APPLICATION_CASE_EXAMINE, input, do), ApplicationPayload
    )


async def request_clarification(context: Context, *, input: RequestClarificationInput) -> ApplicationPayload:
    """Ask the applicant to put something right; the decision is due later by the same working days."""

    async def do(unit: Unit) -> Effect:
        row = await claimed(context, unit, input.id, input.expected_version)
        rules = rules_of(row, context.at)
        step(context, row, Step.REQUEST_CLARIFICATION, rules)
        what = plain(input.what)
        if (problem := unfit(what, LONGEST_REMARK, "what")) is not None:
            raise Hindered(problem, application_id=row.id)
        columns = {
            "clarification_requested_at": context.at,
            "clarification_deadline": term(context.at, rules.clarification_days, rules).at,
            "clarification_what": what,
            **await due_after(unit, row, rules, (context.at, None)),
        }
        made = change(context, row, "CLARIFICATION_REQUESTED", columns)
        return effect(made, "CLARIFICATION_REQUESTED", before=row.version, officer=context.viewer.subject)

    return await carried_out(
        Doing(context, "requestClarification", P.APPLICATION_CASE_EXAMINE, input, do), ApplicationPayload
    )


async def advance(context: Context, *, input: AdvanceApplicationInput) -> ApplicationPayload:
    """Pass an application on to its next stage."""

    async def do(unit: Unit) -> Effect:
        row = await claimed(context, unit, input.id, input.expected_version)
        state = step(context, row, Step.ADVANCE, rules_of(row, context.at))
        made = change(context, row, "STAGE_CHANGED", columns_of(state))
        return effect(made, "ADVANCED", before=row.version, officer=context.viewer.subject)

    return await carried_out(
        Doing(context, "advanceApplication", P.APPLICATION_CASE_EXAMINE, input, do), ApplicationPayload
    )


async def comment(context: Context, *, input: CommentApplicationInput) -> ApplicationPayload:
    """Remark on an application, for the applicant or for those who examine."""

    async def do(unit: Unit) -> Effect:
        row = await claimed(context, unit, input.id, permission=P.APPLICATION_COMMENT_WRITE)
        text = plain(input.text)
        if (problem := unfit(text, LONGEST_REMARK, "text")) is not None:
            raise Hindered(problem, application_id=row.id)
        subject = context.viewer.subject or ""
        made = await source.remark(unit, row.id, context.at, str(input.audience), text, subject)
        kind, payload = application_changed(row, "COMMENTED", subject)
        return Effect(
            at=context.at,
            outcome={"application_id": row.id},
            thing=encode(PREFIX, row.id),
            # The application is as it was; who may not see the remark is not told that there is one.
            events=((kind, {**payload, "commentId": made}),),
            grounds={"versionBefore": row.version, "versionAfter": row.version},
        )

    doing = Doing(context, "commentApplication", P.APPLICATION_COMMENT_WRITE, input, do)
    return await carried_out(doing, ApplicationPayload)


async def claimed(
    context: Context,
    unit: Unit,
    id: str,
    expected_version: int | None = None,
    permission: str = P.APPLICATION_CASE_EXAMINE,
    *,
    alone: bool = False,
) -> ApplicationRecord:
    """An application whose case is open on the viewer, locked.

    Raises:
        Hindered: it waits in the queue still.
    """
    row = await hold(context, unit, id, permission, expected_version, alone=alone)
    see_it_claimed(row)
    return row


def see_it_claimed(row: ApplicationRecord) -> None:
    """See to it that an application waits in the queue no more.

    Raises:
        Hindered: it does.
    """
    if row.queue == "UNCLAIMED":
        raise Hindered(Problem(ProblemCode.NOT_CLAIMED, ("id",)), application_id=row.id)


def see_it_unclaimed(row: ApplicationRecord) -> None:
    """See to it that nobody has an application yet.

    Raises:
        Hindered: somebody has.
    """
    if row.queue == "CLAIMED":
        raise Hindered(Problem(ProblemCode.ALREADY_CLAIMED, ("id",)), application_id=row.id)


async def _unclaimed(context: Context, unit: Unit, id: str, asked_at: datetime) -> ApplicationRecord:
    try:
        row = await hold(context, unit, id)
    except Hindered:
        # That somebody was faster is told to whoever asked before; to others it is not there, as to all experts.
        if await source.claimed_since(unit, decode(PREFIX, id) or 0, asked_at):
            raise Hindered(Problem(ProblemCode.ALREADY_CLAIMED, ("id",))) from None
        raise
    see_it_unclaimed(row)
    require(context, P.APPLICATION_CASE_CLAIM, row, ACT_KEYS)
    return row
