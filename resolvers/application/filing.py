"""What the acts of an application share: the row held and judged, the state it is in, what is told of a change."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from auth.permissions import Permission as P
from engine.global_id import decode, encode
from engine.rights import Keys
from resolvers.acts.acting import Effect, after, require, there
from resolvers.acts.keys import APPLICATION
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.versions import as_it_was_read
from resolvers.application import PREFIX, course
from resolvers.application.course import IllegalTransition, State, Step
from resolvers.context import Context
from resolvers.rules import Procedure, procedure, procedure_of
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.postgres.ask import AUTHORITY_ZONE
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

# By what right each step is taken; what is missing here, the clock does.
_PERMISSIONS: Mapping[Step, P] = {
    **dict.fromkeys((Step.SUBMIT, Step.CLARIFY, Step.WITHDRAW), P.APPLICATION_FILE_WRITE),
    Step.CLAIM: P.APPLICATION_CASE_CLAIM,
    **dict.fromkeys((Step.RELEASE, Step.REQUEST_CLARIFICATION, Step.ADVANCE), P.APPLICATION_CASE_EXAMINE),
    **dict.fromkeys((Step.APPROVE, Step.REJECT), P.APPLICATION_CASE_DECIDE),
}
# What nobody does for himself or for a colleague.
_APART = frozenset({Step.CLAIM, Step.APPROVE, Step.REJECT})
# Whose application it is, as far as acts go: his own, or that of the institution he heads; or the case he has.
ACT_KEYS: Keys = {"own": "practitioner_id", "org": "holder_organization_id", "file": "id", "queue": "queue"}


async def hold(
    context: Context,
    unit: Unit,
    id: str,
    permission: str | None = None,
    expected_version: int | None = None,
    *,
    alone: bool = False,
) -> ApplicationRecord:
    """The application of an id, locked, if the viewer may do this to it; without a permission, if he sees it.

    `alone` lets no other application of the same applicant be examined meanwhile.

    Raises:
        Hindered: there is none that he can see, or it has another version.
        NotAllowed: he sees it and may not do this to it; or nobody knows whether he sees it.
    """
    key, seen = decode(PREFIX, id), context.viewer[P.APPLICATION_QUEUE_READ]
    found = None if key is None else await source.held(unit, key, seen.narrow(APPLICATION), alone=alone)
    reach("locked")
    row = there(found, seen, "id")
    if permission is not None:
        require(context, permission, row, ACT_KEYS)
    if expected_version is not None:
        as_it_was_read(row, expected_version, None, application_id=row.id)
    return row


def rules_of(row: ApplicationRecord, at: datetime) -> Procedure:
    """The rules of an application: those it was submitted under, or else those in force."""
    if row.procedure_version is None:
        return procedure(row.kind, at)
    return procedure_of(row.procedure_version, row.kind)


def state_of(row: ApplicationRecord) -> State:
    """Where an application stands, in the words of the course."""
    return State(row.stage, row.outcome, row.clarification_requested_at is not None, row.queue == "CLAIMED")


def step(context: Context, row: ApplicationRecord, what: Step, rules: Procedure) -> State:
    """The state after a step.

    Raises:
        Hindered: the step does not follow from the state; says which do that the viewer may take.
    """
    try:
        return course.after(state_of(row), what, rules.stages)
    except IllegalTransition:
        raise impossible(context, row) from None


def impossible(context: Context, row: ApplicationRecord) -> Hindered:
    """The act does not fit the state of the application; the problem says what the viewer may do now."""
    found = course.possible(state_of(row), rules_of(row, context.at).stages)
    steps = ", ".join(what for what in found if _may_take(context, row, what))
    return Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": steps}), application_id=row.id)


def concerned(context: Context, row: ApplicationRecord, places: Iterable[int | None]) -> bool:
    """Whether the viewer is the applicant, or works at one of the places."""
    facts = context.viewer.facts
    if facts is None:
        return False
    day = context.at.astimezone(AUTHORITY_ZONE).date()
    mine = {post.organization_id for post in facts.posts if post.ends_on is None or day <= post.ends_on}
    mine |= {lead.organization_id for lead in facts.leads if lead.ends_on is None or day <= lead.ends_on}
    himself = row.practitioner_id is not None and row.practitioner_id == facts.practitioner_id
    return himself or not mine.isdisjoint(places)


def employed_at(context: Context) -> dict[str, Any]:
    """The columns that say where the viewer, who applies for himself, works now, as the readers' rules need it."""
    facts = context.viewer.facts
    day = context.at.astimezone(AUTHORITY_ZONE).date()
    posts = [
        post
        for post in (facts.posts if facts else ())
        if post.starts_on <= day and (post.ends_on is None or day <= post.ends_on)
    ]
    return {
        "organization_ids": sorted({post.organization_id for post in posts}),
        "department_ids": sorted({post.department_id for post in posts if post.department_id is not None}),
    }


def places_of(row: ApplicationRecord) -> set[int | None]:
    """The organisations that an application names."""
    return {*row.organization_ids, row.organization_id, row.holder_organization_id}


def _may_take(context: Context, row: ApplicationRecord, what: Step) -> bool:
    """Whether a step that follows from the state is one for the viewer, as far as the row tells."""
    permission = _PERMISSIONS.get(what)
    if permission is None or context.viewer[permission].allows(row, ACT_KEYS) is not True:
        return False
    if what is Step.CLARIFY:
        return row.clarification_deadline is None or context.at < row.clarification_deadline
    return what not in _APART or not concerned(context, row, places_of(row))


def columns_of(state: State) -> dict[str, Any]:
    """The columns that say where an application stands."""
    waiting = state.stage not in {course.DRAFT, course.DONE}
    found: dict[str, Any] = {
        "stage": state.stage,
        "outcome": state.outcome,
        "queue": "NONE" if not waiting else "CLAIMED" if state.claimed else "UNCLAIMED",
    }
    if not state.clarifying:
        found |= dict.fromkeys(("clarification_requested_at", "clarification_deadline", "clarification_what"))
    return found


class Changed:
    """A held application as it is once its change is written.

    Attributes:
        change: for the effect of the act.
    """

    def __init__(self, row: ApplicationRecord, columns: Mapping[str, Any], history: Mapping[str, Any] | None) -> None:
        self.change = source.changed(row.id, columns, history)
        self._row = row
        self._columns = {**columns, "version": row.version + 1}

    def __getattr__(self, name: str) -> Any:
        return self._columns[name] if name in self._columns else getattr(self._row, name)


def change(
    context: Context,
    row: ApplicationRecord,
    kind: str | None,
    columns: Mapping[str, Any],
    history: Mapping[str, Any] | None = None,
) -> Changed:
    """A change of a held application, with a step of this kind in its history; None is no step."""
    at = after(context.at, row.changed_at)
    told = None if kind is None else {"kind": kind, "actor": context.viewer.subject, **(history or {})}
    return Changed(row, {**columns, "changed_at": at}, told)


def effect(
    row: ApplicationRecord | Changed,
    what: str,
    *,
    before: int | None,
    officer: str | None = None,
    events: tuple[tuple[str, Mapping[str, Any]], ...] = (),
    outcome: Mapping[str, Any] | None = None,
    grounds: Mapping[str, Any] | None = None,
    turns: bool = False,
) -> Effect:
    """What an act did to an application, told as `what`; `officer` is the expert who has it."""
    return Effect(
        at=row.changed_at,
        outcome={"application_id": row.id, **(outcome or {})},
        thing=encode(PREFIX, row.id),
        change=row.change if isinstance(row, Changed) else None,
        events=(application_changed(row, what, officer), *events),
        grounds={"versionBefore": before, "versionAfter": row.version, **(grounds or {})},
        turns=turns,
    )


def application_changed(
    row: ApplicationRecord | Changed, what: str, officer: str | None
) -> tuple[str, Mapping[str, Any]]:
    """The event of a change of an application."""
    return "APPLICATION_CHANGED", {
        "applicationId": row.id,
        "practitionerId": row.practitioner_id,
        "organizationId": row.holder_organization_id,
        "officer": officer,
        "step": what,
        "stage": row.stage,
        "outcome": row.outcome,
    }
