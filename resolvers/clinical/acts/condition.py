"""The act by which a diagnosis is recorded."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auth.permissions import Permission as P
from engine.global_id import encode
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical.acts.held_encounter import hold_meeting
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.times import on_days
from resolvers.clinical.acts.worker import worker
from resolvers.clinical.record import CONDITIONS
from resolvers.clinical.telemedicine.conducting import see_diagnosis_fit
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from sources.books import BOOKS
from sources.clinical.changes import inserted
from sources.clinical.condition import CONDITION, condition
from sources.clinical.held import next_record
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

LONGEST_WORDING = 1_000
MISTAKEN = "ENTERED_IN_ERROR"


@dataclass(kw_only=True)
class RecordConditionInput(ActInput):
    """A diagnosis that was made at an encounter."""

    encounter_id: str
    kind: str
    code: str
    certainty: str
    wording: str | None = None
    began_on: date | None = None
    resolved_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionPayload:
    """The condition after the act."""

    condition_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def record(context: Context, *, input: RecordConditionInput) -> ConditionPayload:
    """Record a diagnosis at an encounter."""
    permission = P.CLINICAL_NOTE_WRITE

    async def do(unit: Unit) -> Effect:
        by = worker(context, permission)
        met = await hold_meeting(context, unit, by, input.encounter_id, "encounterId", permission=permission)
        await see_diagnosis_fit(context, unit, met.row, "encounterId")
        wording = None if input.wording is None else plain(input.wording) or None
        if problems := [*_wrong(input, wording, Ask(context.at).today, met.patient.opened("birth_on"))]:
            raise Hindered(*problems)
        key = await next_record(unit)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": met.patient.id,
            "encounter_id": met.row.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "kind": str(input.kind),
            "code": input.code,
            "book_version": BOOKS.conditions.version,
            "certainty": str(input.certainty),
            "at": context.at,
            "began_on": input.began_on,
            "resolved_on": input.resolved_on,
            "wording": wording,
            **label_of(met.row, BOOKS.conditions.by_code[input.code]),
            "changed_at": context.at,
        }
        return recorded(
            context,
            "CONDITION_RECORDED",
            encode(CONDITIONS.prefix, key),
            met.patient,
            by,
            inserted(condition, CONDITION.sealed(columns, met.patient.key)),
            outcome={"condition_id": key},
        )

    doing = Doing(context, "recordCondition", permission, input, do, into="clinical")
    return await carried_out(doing, ConditionPayload)


def _wrong(input: RecordConditionInput, wording: str | None, today: date, birth_on: date) -> Iterator[Problem]:
    if input.code not in BOOKS.conditions.by_code:
        yield Problem(ProblemCode.UNKNOWN_CODE, ("code",), {"book": "ICD10"})
    if str(input.certainty) == MISTAKEN:
        yield Problem(ProblemCode.FIELD_FORMAT, ("certainty",), {"field": "certainty"})
    if wording is not None and (problem := unfit(wording, LONGEST_WORDING, "wording")) is not None:
        yield problem
    yield from on_days({"beganOn": input.began_on, "resolvedOn": input.resolved_on}, today, birth_on)
