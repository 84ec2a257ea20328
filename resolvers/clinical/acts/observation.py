"""The acts by which is recorded what was measured: at the bed, by nurses too, and in the laboratory."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from auth.permissions import Permission as P
from engine.global_id import encode
from engine.rights import Keys
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical import keys
from resolvers.clinical.acts.held_encounter import Meeting, hold_whom
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.measured_value import Measured, measure_of, wrong
from resolvers.clinical.acts.times import lately
from resolvers.clinical.acts.worker import worker
from resolvers.clinical.record import OBSERVATIONS, RESULTS
from resolvers.context import Context
from resolvers.free_text import plain
from sources.books import BOOKS, Measure
from sources.clinical.changes import inserted
from sources.clinical.held import HeldPatient, next_record
from sources.clinical.observation import LABORATORY_RESULT, OBSERVATION, laboratory_result, observation
from sources.clinical.opening import Sealed
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_OBSERVATION_WRITE


@dataclass(kw_only=True)
class RecordObservationInput(ActInput):
    """What was measured: of whom, by which code, and a number with its unit, or words."""

    patient_id: str
    code: str
    encounter_id: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    words: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    flag: str | None = None
    at: datetime | None = None


@dataclass(kw_only=True)
class RecordLaboratoryResultInput(RecordObservationInput):
    """What the laboratory found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPayload:
    """The observation after the act."""

    observation_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryResultPayload:
    """The result after the act."""

    result_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


class _Kind(NamedTuple):
    """What is recorded by an act: measures of which kind, called how, in which rows, under which prefix.

    Attributes:
        patient, encounter: where rules look; what is a nurse's work is done by whoever of them cares for the patient.
    """

    measures: str
    book: str
    table: Any
    rows: Sealed
    prefix: str
    outcome: str
    step: str
    patient: Keys
    encounter: Keys


_VITAL: Final = _Kind(
    "VITAL", "VITALS", observation, OBSERVATION, OBSERVATIONS.prefix, "observation_id", "OBSERVATION_RECORDED",
    keys.NURSES_WORK, keys.NURSES_WORK_AT,
)  # fmt: skip
_LABORATORY: Final = _Kind(
    "LABORATORY", "TESTS", laboratory_result, LABORATORY_RESULT, RESULTS.prefix, "result_id", "RESULT_RECORDED",
    keys.PATIENT, keys.RECORD,
)  # fmt: skip


async def observe(context: Context, *, input: RecordObservationInput) -> ObservationPayload:
    """Record a vital sign."""
    return await carried_out(_doing(context, "recordObservation", input, _VITAL), ObservationPayload)


async def find(context: Context, *, input: RecordLaboratoryResultInput) -> LaboratoryResultPayload:
    """Record a result of the laboratory."""
    return await carried_out(_doing(context, "recordLaboratoryResult", input, _LABORATORY), LaboratoryResultPayload)


def _doing(context: Context, act: str, input: RecordObservationInput, kind: _Kind) -> Doing:
    async def do(unit: Unit) -> Effect:
        by = worker(context, PERMISSION)
        patient, met = await hold_whom(
            context, unit, by, input.patient_id, input.encounter_id,
            permission=PERMISSION, of_patient=kind.patient, at_encounter=kind.encounter,
        )  # fmt: skip
        said, measure = _measured(context, input, kind, patient, met)
        key = await next_record(unit)
        low, high = said.range_of(measure)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "encounter_id": None if met is None else met.row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "code": measure.code,
            "book_version": BOOKS.measures.version,
            "value": said.value,
            "unit": said.unit,
            "words": said.words,
            "low": low,
            "high": high,
            "flag": said.flag or said.flagged(measure),
            "at": min(input.at or context.at, context.at),
            **label_of(None if met is None else met.row),
            "changed_at": context.at,
        }
        part = inserted(kind.table, kind.rows.sealed(columns, patient.key))
        return recorded(context, kind.step, encode(kind.prefix, key), patient, by, part, outcome={kind.outcome: key})

    return Doing(context, act, PERMISSION, input, do, into="clinical")


def _measured(
    context: Context, input: RecordObservationInput, kind: _Kind, patient: HeldPatient, met: Meeting | None
) -> tuple[Measured, Measure]:
    """What is said, and of which measure of the book.

    Raises:
        Hindered: it does not fit.
    """
    words = None if input.words is None else plain(input.words)
    flag = None if input.flag is None else str(input.flag)
    said = Measured(input.code, input.value, input.unit, words, input.low, input.high, flag)
    since = None if met is None else met.since
    problems = [*lately("at", input.at, context.at, since, patient.opened("birth_on"))]
    measure = measure_of(input.code, kind.measures)
    if measure is None:
        raise Hindered(Problem(ProblemCode.UNKNOWN_CODE, ("code",), {"book": kind.book}), *problems)
    if problems := [*wrong(said, measure), *problems]:
        raise Hindered(*problems)
    return said, measure
