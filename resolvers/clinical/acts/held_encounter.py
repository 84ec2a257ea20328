"""The encounter at which something is recorded: of the organisation of the workplace, and its episode is open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.permissions import Permission
from engine.global_id import decode
from engine.rights import Keys
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical.acts.held import Held, hold_patient, hold_record
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.patient import PREFIX
from resolvers.clinical.record import ENCOUNTERS
from resolvers.context import Context
from sources.clinical import held as source
from sources.clinical.held import HeldPatient
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

ENCOUNTER = (ENCOUNTERS.prefix, RECORDS.encounter)


@dataclass(frozen=True, slots=True)
class Meeting(Held):
    """An encounter that is held with its patient, and the episode that it is of, if it is of one."""

    episode: Any | None

    @property
    def since(self) -> datetime:
        """When the episode began; without one, the encounter."""
        began: datetime = self.row.at if self.episode is None else self.episode.at
        return began


async def hold_meeting(
    context: Context,
    unit: Unit,
    worker: Worker,
    id: str,
    *path: str,
    permission: Permission,
    looked_at: Keys = keys.RECORD,
) -> Meeting:
    """The encounter of a global id, held, at which a permission holds.

    Raises:
        Hindered: it is not there, is of another organisation, was entered in error, or its episode is closed.
        NotAllowed: the viewer may not do this at it.
    """
    met = await hold_record(context, unit, ENCOUNTER, id, *path, permission=permission, looked_at=looked_at)
    worker.own(met.row.organization_id, *path)
    if met.row.error_id is not None:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, path))
    episode = None
    if met.row.episode_id is not None:
        episode = await source.record(unit, met.patient, RECORDS.episode, met.row.episode_id, Ask(context.at))
        see_it_open(episode, *path)
    return Meeting(met.patient, met.row, episode)


async def hold_whom(
    context: Context,
    unit: Unit,
    worker: Worker,
    patient_id: str,
    encounter_id: str | None,
    *,
    permission: Permission,
    of_patient: Keys = keys.PATIENT,
    at_encounter: Keys = keys.RECORD,
) -> tuple[HeldPatient, Meeting | None]:
    """The patient, held, and the encounter, if one is named: it is his. Rules look at the first where there is none.

    Raises:
        Hindered: either is not there, or the encounter is none at which anything can be recorded.
        NotAllowed: the viewer may not do this.
    """
    if encounter_id is None:
        patient = await hold_patient(
            context, unit, patient_id, "patientId", permission=permission, looked_at=of_patient
        )
        return patient, None
    met = await hold_meeting(
        context, unit, worker, encounter_id, "encounterId", permission=permission, looked_at=at_encounter
    )
    if decode(PREFIX, patient_id) != met.patient.id:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("encounterId",)))
    return met.patient, met


def see_it_open(episode: Any | None, *path: str) -> None:
    """See to it that an episode is not closed.

    Raises:
        Hindered: it is.
    """
    if episode is not None and episode.ends_at is not None:
        raise Hindered(Problem(ProblemCode.EPISODE_CLOSED, path))
