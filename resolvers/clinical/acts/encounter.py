"""The act by which an encounter with a patient is recorded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auth.permissions import Permission as P
from engine.global_id import decode, encode
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical.acts.encounter_origin import came_from
from resolvers.clinical.acts.episode import EPISODE
from resolvers.clinical.acts.held import Held, hold_patient, hold_record
from resolvers.clinical.acts.held_encounter import see_it_open
from resolvers.clinical.acts.label import label_of
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.times import lately
from resolvers.clinical.acts.worker import Worker, accredited_worker
from resolvers.clinical.patient import PREFIX
from resolvers.clinical.record import ENCOUNTERS
from resolvers.clinical.telemedicine.conducting import MEETING
from resolvers.context import Context
from sources.clinical.changes import inserted
from sources.clinical.episode import encounter
from sources.clinical.held import HeldPatient, next_record
from sources.postgres.writing import Unit

PERMISSION = P.CLINICAL_EPISODE_WRITE


@dataclass(kw_only=True)
class RecordEncounterInput(ActInput):
    """An encounter: who was met, in which episode, when, and what it came from."""

    patient_id: str
    kind: str
    episode_id: str | None = None
    booking_id: str | None = None
    shift_id: str | None = None
    at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterPayload:
    """The encounter after the act."""

    encounter_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def record(context: Context, *, input: RecordEncounterInput) -> EncounterPayload:
    """Record that the viewer met a patient."""

    async def do(unit: Unit) -> Effect:
        by = accredited_worker(context, PERMISSION)  # the registration desk meets nobody
        if str(input.kind) == MEETING:
            # One by telemedicine is begun as such a session, by whoever is accredited for them.
            raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("kind",), {"field": "kind"}))
        patient, episode = await _whom(context, unit, by, input)
        _timely(context, input, patient, episode)
        source = await came_from(context, unit, by, patient, input.booking_id, input.shift_id)
        key = await next_record(unit)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "episode_id": None if episode is None else episode.id,
            "organization_id": by.place,
            "practitioner_id": by.practitioner_id,
            "department_id": by.post.department_id,
            "employment_id": by.post.id,
            **source,
            "kind": str(input.kind),
            "at": min(input.at or context.at, context.at),
            "ends_at": input.ends_at,
            **label_of(episode),
            "changed_at": context.at,
        }
        thing, outcome = encode(ENCOUNTERS.prefix, key), {"encounter_id": key}
        return recorded(
            context, "ENCOUNTER_RECORDED", thing, patient, by, inserted(encounter, columns), outcome=outcome
        )

    doing = Doing(context, "recordEncounter", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, EncounterPayload)


async def _whom(
    context: Context, unit: Unit, by: Worker, input: RecordEncounterInput
) -> tuple[HeldPatient, Any | None]:
    """The patient, held, and the episode, if one is named: it is his, of the workplace, and open."""
    if input.episode_id is None:
        return await hold_patient(context, unit, input.patient_id, "patientId", permission=PERMISSION), None
    held: Held = await hold_record(context, unit, EPISODE, input.episode_id, "episodeId", permission=PERMISSION)
    if decode(PREFIX, input.patient_id) != held.patient.id:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("episodeId",)))
    by.own(held.row.organization_id, "episodeId")
    see_it_open(held.row, "episodeId")
    return held.patient, held.row


def _timely(context: Context, input: RecordEncounterInput, patient: HeldPatient, episode: Any | None) -> None:
    """See to it that it was, and in its episode.

    Raises:
        Hindered: it was not.
    """
    since, born = None if episode is None else episode.at, patient.opened("birth_on")
    problems = [
        *lately("at", input.at, context.at, since, born),
        *lately("endsAt", input.ends_at, context.at, since, born),
    ]
    if input.ends_at is not None and input.ends_at <= (input.at or context.at):
        problems.append(Problem(ProblemCode.DATES_OUT_OF_ORDER, ("endsAt",), {"field": "endsAt"}))
    if problems:
        raise Hindered(*problems)
