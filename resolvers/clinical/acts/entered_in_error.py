"""The act by which a record is said to have been entered in error: it stays, and counts no more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from auth.permissions import Permission as P
from auth.rights import OBJECT
from engine.act import NotAllowed, Target
from engine.global_id import encode, split
from engine.rights import Keys
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.held import hold_record
from resolvers.clinical.acts.leading import leads
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.note_steps import DISCARDED, STEPS
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import CONDITIONS, ENCOUNTERS, NOTES, OBSERVATIONS, ORDERS, PROCEDURES, RESULTS, Ways
from resolvers.context import Context
from resolvers.free_text import plain, reason_of
from sources.clinical import entered_in_error as source
from sources.clinical.changes import Part
from sources.clinical.held import next_record
from sources.clinical.procedures.message import queued
from sources.clinical.reading import Kind
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_ERROR_MARK
# A note in one of these states was never signed, and is of use.
UNSIGNED: Final = frozenset(state for state, steps in STEPS.items() if "DISCARD" in steps)
MISTAKEN: Final = "ENTERED_IN_ERROR"


class _Kind(NamedTuple):
    """Records that can be marked.

    Attributes:
        gate: the permission by which they are seen; `looked_at`, where rules look.
        column: in which the payload has the key.
        state: the column that says whether a record counts, if it has one, and the word for one that does not.
        also: what else has to know, by the key of the record and the instant.
    """

    rows: Kind
    gate: P
    looked_at: Keys
    column: str
    state: str | None = None
    word: str = MISTAKEN
    also: Callable[[int, datetime], Part] | None = None


HISTORY, RESULT = P.CLINICAL_HISTORY_MASKED, P.CLINICAL_RESULT_MASKED
# By the prefix of their ids. What is signed is corrected instead, and an episode is closed.
KINDS: Final[Mapping[str, _Kind]] = {
    ENCOUNTERS.prefix: _Kind(RECORDS.encounter, HISTORY, keys.RECORD, "encounter_id"),
    CONDITIONS.prefix: _Kind(RECORDS.condition, HISTORY, keys.RECORD, "condition_id", "certainty"),
    OBSERVATIONS.prefix: _Kind(RECORDS.observation, RESULT, keys.NURSES_WORK_AT, "observation_id", "state"),
    RESULTS.prefix: _Kind(RECORDS.result, RESULT, keys.RECORD, "laboratory_result_id", "state"),
    NOTES.prefix: _Kind(RECORDS.note, HISTORY, keys.NOTE, "note_id", "state", DISCARDED),
    ORDERS.prefix: _Kind(RECORDS.order, P.CLINICAL_ORDER_MASKED, keys.ORDER, "order_id", "state"),
    PROCEDURES.prefix: _Kind(
        RECORDS.procedure,
        P.CLINICAL_PROCEDURE_READ,
        keys.NURSES_WORK_AT,
        "procedure_id",
        "state",
        also=lambda key, at: queued(key, MISTAKEN, at),
    ),
}


@dataclass(kw_only=True)
class MarkEnteredInErrorInput(VersionInput):
    """The record, and why it is wrong that it is there."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkEnteredInErrorPayload:
    """The record after the act, by the column of its kind."""

    episode_id: int | None = None
    encounter_id: int | None = None
    condition_id: int | None = None
    observation_id: int | None = None
    laboratory_result_id: int | None = None
    imaging_study_id: int | None = None
    note_id: int | None = None
    order_id: int | None = None
    procedure_id: int | None = None
    prescription_id: int | None = None
    referral_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def mark(context: Context, *, input: MarkEnteredInErrorInput) -> MarkEnteredInErrorPayload:
    """Mark a record; its author does, or who leads the department."""

    async def do(unit: Unit) -> Effect:
        parts = split(input.id)
        kind = None if parts is None else KINDS.get(parts[0])
        if parts is None or kind is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("id",)))
        by = worker(context, PERMISSION)
        held = await hold_record(
            context, unit, (parts[0], kind.rows), input.id, "id",
            permission=PERMISSION, gate=kind.gate, looked_at=kind.looked_at,
        )  # fmt: skip
        row, outcome = held.row, {kind.column: held.row.id}
        by.own(row.organization_id, "id")
        _may(context, by, row, kind.looked_at)
        as_it_was_read(row, input.expected_version, "CLINICAL", **outcome)
        await _stands(unit, row, parts[0], outcome)
        reason = reason_of(plain(input.reason), **outcome)
        at, key = after(context.at, row.changed_at), await next_record(unit)
        said = {} if kind.state is None else {kind.state: kind.word}
        error = {
            "id": key,
            "patient_id": held.patient.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "record_id": row.id,
            "at": at,
            "reason": reason,
        }
        grounds = {"versionBefore": row.version, "versionAfter": row.version + 1}
        if kind.state is not None:
            grounds["stateBefore"] = row[kind.state]
        return recorded(
            context,
            "RECORD_ENTERED_IN_ERROR",
            encode(parts[0], row.id),
            held.patient,
            by,
            *source.marked(kind.rows, held.patient, row, error, said),
            *(() if kind.also is None else (kind.also(row.id, at),)),
            outcome=outcome,
            at=at,
            grounds=grounds,
        )

    doing = Doing(context, "markEnteredInError", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, MarkEnteredInErrorPayload)


def _may(context: Context, by: Worker, row: Any, looked_at: Keys) -> None:
    """See to it that he made the record, or leads the department.

    Raises:
        NotAllowed: neither.
    """
    if row.practitioner_id != by.practitioner_id and not leads(context, PERMISSION, row, looked_at):
        raise NotAllowed(OBJECT)


async def _stands(unit: Unit, row: Any, prefix: str, outcome: Mapping[str, Any]) -> None:
    """See to it that the record counts, and that nothing rests on it.

    Raises:
        Hindered: it was marked or thrown away before, is signed, or what was recorded at it counts.
    """
    _see_it_count(row, prefix, outcome)
    if prefix == ENCOUNTERS.prefix and await source.remains_of(unit, row.id):
        raise Hindered(Problem(ProblemCode.RECORDS_REMAIN, ("id",)), **outcome)


def _see_it_count(row: Any, prefix: str, outcome: Mapping[str, Any]) -> None:
    """See to it that the record counts, and is not signed; of an order, that nobody carried any of it out.

    Raises:
        Hindered: it was marked or thrown away before, or is; or somebody did.
    """
    of_note = prefix == NOTES.prefix
    if row.error_id is not None or (of_note and row.state not in UNSIGNED):
        possible = "CORRECT" if of_note and "CORRECT" in STEPS.get(row.state, ()) else ""
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": possible}), **outcome)
    if prefix == ORDERS.prefix and (row.state in {"RECORDED", "FULFILLED"} or row.given):
        raise Hindered(Problem(ProblemCode.RECORDS_REMAIN, ("id",)), **outcome)


def _on(ways: Ways) -> Target:
    kind = KINDS[ways.prefix]

    def then(context: Context, row: Any) -> None:
        by = worker(context, PERMISSION)
        by.own(row.organization_id, "id")
        _may(context, by, row, kind.looked_at)
        _see_it_count(row, ways.prefix, {})

    state = {NOTES.prefix: {"state"}, ORDERS.prefix: {"state", "given"}}.get(ways.prefix, set())
    return Target(
        ways.prefix, ways.by_id, kind.gate, kind.looked_at, kind.looked_at,
        also=True,
        needs=frozenset({"organization_id", "practitioner_id", "error_id", *state}),
        begins=lambda context: worker(context, PERMISSION),
        then=then,
    )  # fmt: skip


ON_RECORDS: Final = tuple(map(_on, (ENCOUNTERS, CONDITIONS, OBSERVATIONS, RESULTS, NOTES, ORDERS, PROCEDURES)))
