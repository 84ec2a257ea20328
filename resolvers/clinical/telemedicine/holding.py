"""How an act holds a session of telemedicine, and what each step of one leaves: ids, and nothing of why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission
from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from resolvers.acts.acting import Effect, after, require, there
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.telemedicine import KEYS, PREFIX, TeleconsultationState, by_id, state_at
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.telemedicine import acts as source
from sources.clinical.telemedicine.acts import HeldSession
from sources.clinical.telemedicine.session import TeleconsultationRecord
from sources.postgres.ask import Ask
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

EVENT: Final = "TELECONSULTATION_CHANGED"
LONGEST_REASON: Final = 1_000
# Which steps follow from where a session stands, and by what right each is taken.
RIGHTS: Final[Mapping[str, Permission]] = {
    "START": P.CLINICAL_TELECONSULTATION_CONDUCT,
    "FINISH": P.CLINICAL_TELECONSULTATION_CONDUCT,
    "CANCEL": P.CLINICAL_TELECONSULTATION_CONDUCT,
    "WITHDRAW": P.CLINICAL_TELECONSULTATION_REQUEST,
}
STEPS: Final[Mapping[TeleconsultationState, tuple[str, ...]]] = {
    TeleconsultationState.REQUESTED: ("START", "CANCEL", "WITHDRAW"),
    TeleconsultationState.ACTIVE: ("FINISH", "CANCEL"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TeleconsultationPayload:
    """The session after the act."""

    teleconsultation_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def hold_session(context: Context, unit: Unit, input: VersionInput, step: str) -> HeldSession:
    """The session of a global id, held as it was read, on which the viewer may take a step that follows.

    Raises:
        Hindered: it is not there as far as he may know, of another version, or stands elsewhere.
        NotAllowed: he may not do this to it.
    """
    key, permission = decode(PREFIX, input.id), RIGHTS[step]
    seen = context.viewer[P.CLINICAL_TELECONSULTATION_READ]
    narrowed = [one.narrow(KEYS) for one in (seen, context.viewer[permission])]
    group = tuple(condition for one in narrowed for condition in one or ())
    ask = Ask(context.at, narrow=() if None in narrowed else (group,))
    found = None
    if key is not None and (None in narrowed or group):
        found = await source.held(unit, context.stores.clinical, key, ask)
    reach("locked")
    held = there(found, seen, "id")
    row = held.row
    require(context, permission, row, KEYS)
    as_it_was_read(row, input.expected_version, "CLINICAL", teleconsultation_id=row.id)
    _see_it_follow(context, step, row)
    return held


def on_session(step: str, begins: Callable[[Context], Worker] | None = None) -> Target:
    """Sessions, as a step may be taken of them; `begins` says which doctor does, at whose workplace it is to be."""

    def then(context: Context, row: TeleconsultationRecord) -> None:
        _see_it_follow(context, step, row)
        if begins is not None:
            begins(context).own(row.organization_id, "id")

    needs = {"organization_id", "outcome", "started_at", "ends_at", *filter(None, KEYS.values())}
    return Target(
        PREFIX, by_id, P.CLINICAL_TELECONSULTATION_READ, KEYS, KEYS,
        also=True,
        needs=frozenset(needs),
        begins=begins,
        then=then,
    )  # fmt: skip


def _see_it_follow(context: Context, step: str, row: TeleconsultationRecord) -> None:
    """See to it that a step follows from where a session stands.

    Raises:
        Hindered: it does not; says which steps do that the viewer may take.
    """
    possible = STEPS.get(state_of(row, context.at), ())
    if step not in possible:
        said = ", ".join(one for one in possible if context.viewer[RIGHTS[one]].allows(row, KEYS))
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": said}), teleconsultation_id=row.id)


def state_of(row: TeleconsultationRecord, at: datetime) -> TeleconsultationState:
    """How far a session has come at an instant."""
    return state_at(row.outcome, row.started_at, row.ends_at, at)


def moment(context: Context, row: TeleconsultationRecord) -> datetime:
    """The instant of a change of a session."""
    return after(context.at, row.changed_at)


def said_why(text: str, name: str = "reason") -> str:
    """A reason as it is kept.

    Raises:
        Hindered: it is none, or too long.
    """
    reason = plain(text)
    if (problem := unfit(reason, LONGEST_REASON, name, missing=ProblemCode.REASON_REQUIRED)) is not None:
        raise Hindered(problem)
    return reason


def left(
    context: Context,
    key: int,
    step: str,
    patient: HeldPatient,
    by: Worker | None,
    *parts: Part,
    at: datetime,
    before: TeleconsultationRecord | None = None,
    **grounds: Any,
) -> Effect:
    """What a step leaves: STARTED, FINISHED, CANCELLED, REQUESTED or WITHDRAWN; `before` is the session as it was."""
    if before is not None:
        grounds |= {"versionBefore": before.version, "versionAfter": before.version + 1}
    made = recorded(
        context, EVENT, encode(PREFIX, key), patient, by, *parts,
        outcome={"teleconsultation_id": key}, at=at, grounds=grounds,
    )  # fmt: skip
    made.events = tuple((kind, {**ids, "teleconsultationId": key, "step": step}) for kind, ids in made.events)
    return made
