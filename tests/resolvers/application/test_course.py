import json
from itertools import product
from typing import Any

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from resolvers.application.course import STAGES, START, IllegalTransition, State, Step, after, possible
from tests.gateway.world.worlds import made

S = Step
TABLE: dict[State, set[Step]] = {
    State("DRAFT"): {S.SUBMIT, S.WITHDRAW},
    State("RECEPTION"): {S.CLAIM, S.WITHDRAW},
    State("RECEPTION", claimed=True): {S.RELEASE, S.ADVANCE, S.REJECT, S.WITHDRAW},
    State("CHECK"): {S.CLAIM, S.WITHDRAW},
    State("CHECK", claimed=True): {S.RELEASE, S.REQUEST_CLARIFICATION, S.ADVANCE, S.REJECT, S.WITHDRAW},
    State("CHECK", clarifying=True): {S.CLAIM, S.CLARIFY, S.WITHDRAW, S.LAPSE},
    State("CHECK", clarifying=True, claimed=True): {S.RELEASE, S.CLARIFY, S.WITHDRAW, S.LAPSE},
    State("APPROVAL"): {S.CLAIM, S.WITHDRAW},
    State("APPROVAL", claimed=True): {S.RELEASE, S.APPROVE, S.REJECT, S.WITHDRAW},
    State("DONE", "ACCREDITED"): set(),
    State("DONE", "REJECTED"): set(),
    State("DONE", "WITHDRAWN"): set(),
}
ORDER = ("DRAFT", *STAGES, "DONE")
SHORT = ("RECEPTION", "CHECK")


class Course(RuleBasedStateMachine):
    """Anybody may try any step at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.state = START
        self.history: list[Step] = []

    @rule(step=st.sampled_from(Step))
    def step(self, step: Step) -> None:
        before, allowed = self.state, possible(self.state)
        if step in allowed:
            self.state = after(before, step)
            self.history.append(step)
            assert ORDER.index(self.state.stage) >= ORDER.index(before.stage)
            assert self.state != before
        else:
            with pytest.raises(IllegalTransition) as refused:
                after(before, step)
            assert refused.value.possible == allowed

    @invariant()
    def an_outcome_is_known_when_it_is_done_and_then_nothing_follows(self) -> None:
        assert (self.state.outcome is not None) is (self.state.stage == "DONE") is (possible(self.state) == ())

    @invariant()
    def a_claimed_one_can_be_released_and_any_other_in_the_queue_claimed(self) -> None:
        assert self.state.claimed is (Step.RELEASE in possible(self.state))
        waits = self.state.stage in STAGES and not self.state.claimed
        assert waits is (Step.CLAIM in possible(self.state))

    @invariant()
    def a_clarification_is_asked_for_in_the_check_only_and_lapses_then_only(self) -> None:
        assert not self.state.clarifying or self.state.stage == "CHECK"
        assert self.state.clarifying is (Step.LAPSE in possible(self.state))

    @invariant()
    def the_history_leads_to_the_state(self) -> None:
        state = START
        for step in self.history:
            state = after(state, step)
        assert state == self.state


TestCourse = Course.TestCase


def reachable(stages: tuple[str, ...] = STAGES) -> set[State]:
    found, new = {START}, [START]
    while new:
        state = new.pop()
        for step in possible(state, stages):
            following = after(state, step, stages)
            if following not in found:
                found.add(following)
                new.append(following)
    return found


def test_every_state_has_the_steps_of_the_table_and_there_are_no_others() -> None:
    assert {state: set(possible(state)) for state in reachable()} == TABLE


def test_steps_lead_where_they_should() -> None:
    story = [
        (Step.SUBMIT, State("RECEPTION")),
        (Step.CLAIM, State("RECEPTION", claimed=True)),
        (Step.ADVANCE, State("CHECK", claimed=True)),
        (Step.REQUEST_CLARIFICATION, State("CHECK", clarifying=True, claimed=True)),
        (Step.RELEASE, State("CHECK", clarifying=True)),
        (Step.CLARIFY, State("CHECK")),
        (Step.CLAIM, State("CHECK", claimed=True)),
        (Step.ADVANCE, State("APPROVAL", claimed=True)),
        (Step.APPROVE, State("DONE", "ACCREDITED")),
    ]
    state = START
    for step, following in story:
        state = after(state, step)
        assert state == following
    due = State("CHECK", clarifying=True, claimed=True)
    assert after(due, Step.LAPSE) == after(State("APPROVAL", claimed=True), Step.REJECT) == State("DONE", "REJECTED")
    assert after(due, Step.WITHDRAW) == after(START, Step.WITHDRAW) == State("DONE", "WITHDRAWN")


@pytest.mark.parametrize("stages", [STAGES, SHORT])
def test_every_open_state_can_end_with_each_outcome(stages: tuple[str, ...]) -> None:
    for state in reachable(stages):
        if state.stage != "DONE":
            assert outcomes(state, stages) == {"ACCREDITED", "REJECTED", "WITHDRAWN"}


def outcomes(state: State, stages: tuple[str, ...]) -> set[str | None]:
    seen, new = {state}, [state]
    while new:
        one = new.pop()
        for step in possible(one, stages):
            following = after(one, step, stages)
            if following not in seen:
                seen.add(following)
                new.append(following)
    return {one.outcome for one in seen} - {None}


def test_a_procedure_without_approval_decides_in_the_check() -> None:
    checked = State("CHECK", claimed=True)
    assert Step.APPROVE in possible(checked, SHORT)
    assert Step.ADVANCE not in possible(checked, SHORT)
    assert after(checked, Step.APPROVE, SHORT) == State("DONE", "ACCREDITED")
    assert {state.stage for state in reachable(SHORT)} == {"DRAFT", *SHORT, "DONE"}


STEP_OF = {
    ("SUBMITTED", "RECEPTION"): Step.SUBMIT,
    ("STAGE_CHANGED", "CHECK"): Step.ADVANCE,
    ("STAGE_CHANGED", "APPROVAL"): Step.ADVANCE,
    ("CLARIFICATION_REQUESTED", "CHECK"): Step.REQUEST_CLARIFICATION,
    ("CLARIFIED", "CHECK"): Step.CLARIFY,
    ("WITHDRAWN", "DONE"): Step.WITHDRAW,
}


def test_the_stories_of_the_world_are_courses() -> None:
    world = made("village")
    for file in world["application"]:
        state = START
        decided = Step.APPROVE if file["outcome"] == "ACCREDITED" else Step.REJECT
        for event in (event for event in world["application_event"] if event["application_id"] == file["id"]):
            if event["kind"] == "CREATED":
                continue
            if state.stage in STAGES and not state.claimed:
                state = after(state, Step.CLAIM)
            state = after(state, STEP_OF.get((event["kind"], event["stage"]), decided))
            assert state.stage == event["stage"]
        assert (state.stage, state.outcome) == (file["stage"], file["outcome"])
        assert state.clarifying is (file["clarification_requested_at"] is not None)


async def test_the_store_takes_exactly_the_states_that_can_be_reached(urls: dict[str, str]) -> None:
    every = product(
        ORDER, (None, "ACCREDITED", "REJECTED", "WITHDRAWN"), (False, True), ("NONE", "UNCLAIMED", "CLAIMED")
    )
    connection = await asyncpg.connect(urls["accreditation"])
    try:
        taken = {one for one in every if await can_be_stored(connection, *one)}
    finally:
        await connection.close()
    assert taken == {(state.stage, state.outcome, state.clarifying, queue_of(state)) for state in reachable()}


def queue_of(state: State) -> str:
    if state.stage not in STAGES:
        return "NONE"
    return "CLAIMED" if state.claimed else "UNCLAIMED"


INSERT = """
INSERT INTO application
SELECT (jsonb_populate_record(one, $1::text::jsonb)).* FROM application one WHERE stage = 'DRAFT' LIMIT 1
"""


async def can_be_stored(connection: Any, stage: str, outcome: str | None, clarifying: bool, queue: str) -> bool:
    now = "2026-11-22T09:00:00Z"
    changed: dict[str, Any] = {"id": 999_999_999, "number": "АК-00-99999999", "submitted_at": now}
    changed |= {"stage": stage, "outcome": outcome, "queue": queue}
    changed |= dict.fromkeys(("clarification_requested_at", "clarification_deadline"), now if clarifying else None)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(INSERT, json.dumps(changed))
    except asyncpg.CheckViolationError:
        return False
    finally:
        await transaction.rollback()
    return True
