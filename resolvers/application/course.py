"""The course of an application (ход заявления): which step may follow which, for all five kinds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

DRAFT, RECEPTION, CHECK, APPROVAL, DONE = "DRAFT", "RECEPTION", "CHECK", "APPROVAL", "DONE"
ACCREDITED, REJECTED, WITHDRAWN = "ACCREDITED", "REJECTED", "WITHDRAWN"
STAGES = (RECEPTION, CHECK, APPROVAL)


class Step(StrEnum):
    """What somebody, or the clock, does with an application."""

    SUBMIT = "SUBMIT"
    """The applicant sends it."""
    CLAIM = "CLAIM"
    """An expert takes it from the queue."""
    RELEASE = "RELEASE"
    """The expert puts it back."""
    REQUEST_CLARIFICATION = "REQUEST_CLARIFICATION"
    """The expert asks the applicant to put something right."""
    CLARIFY = "CLARIFY"
    """The applicant has put it right."""
    ADVANCE = "ADVANCE"
    """The expert passes it to the next stage."""
    APPROVE = "APPROVE"
    """The expert accredits, in the last stage."""
    REJECT = "REJECT"
    """The expert refuses."""
    WITHDRAW = "WITHDRAW"
    """The applicant takes it back."""
    LAPSE = "LAPSE"
    """The term of the clarification has passed without an answer."""


@dataclass(frozen=True, slots=True)
class State:
    """Where an application stands.

    Attributes:
        stage: DRAFT, RECEPTION, CHECK, APPROVAL or DONE.
        outcome: ACCREDITED, REJECTED or WITHDRAWN once it is done.
        clarifying: whether the applicant is asked to put something right; in CHECK only.
        claimed: whether an expert has it; what is neither draft nor done and not claimed waits in the queue.
    """

    stage: str
    outcome: str | None = None
    clarifying: bool = False
    claimed: bool = False


START = State(DRAFT)


class IllegalTransition(Exception):
    """The step does not follow from the state; `possible` says which do."""

    def __init__(self, possible: tuple[Step, ...]) -> None:
        super().__init__(f"possible now: {', '.join(possible) or 'nothing'}")
        self.possible = possible


def possible(state: State, stages: Sequence[str] = STAGES) -> tuple[Step, ...]:
    """The steps that may follow, in the order of `Step`; `stages` are those of the procedure."""
    return tuple(step for step in Step if _may_follow(state, step, stages))


def after(state: State, step: Step, stages: Sequence[str] = STAGES) -> State:
    """The state after a step; `stages` are those of the procedure.

    Raises:
        IllegalTransition: the step may not follow from the state.
    """
    if not _may_follow(state, step, stages):
        raise IllegalTransition(possible(state, stages))
    match step:
        case Step.SUBMIT:
            return State(stages[0])
        case Step.CLAIM | Step.RELEASE:
            return replace(state, claimed=step is Step.CLAIM)
        case Step.REQUEST_CLARIFICATION | Step.CLARIFY:
            return replace(state, clarifying=step is Step.REQUEST_CLARIFICATION)
        case Step.ADVANCE:
            return replace(state, stage=stages[stages.index(state.stage) + 1])
        case Step.APPROVE:
            return State(DONE, ACCREDITED)
        case Step.REJECT | Step.LAPSE:
            return State(DONE, REJECTED)
        case Step.WITHDRAW:
            return State(DONE, WITHDRAWN)


def _may_follow(state: State, step: Step, stages: Sequence[str]) -> bool:
    if state.stage == DONE:
        return False
    if state.stage == DRAFT:
        return step in {Step.SUBMIT, Step.WITHDRAW}
    last = state.stage == stages[-1]
    # While the applicant is asked, the expert waits: only the answer, or its term, moves it on.
    at_work = state.claimed and not state.clarifying
    return {
        Step.SUBMIT: False,
        Step.CLAIM: not state.claimed,
        Step.RELEASE: state.claimed,
        Step.REQUEST_CLARIFICATION: at_work and state.stage == CHECK,
        Step.CLARIFY: state.clarifying,
        Step.ADVANCE: at_work and not last,
        Step.APPROVE: at_work and last,
        Step.REJECT: at_work,
        Step.WITHDRAW: True,
        Step.LAPSE: state.clarifying,
    }[step]
