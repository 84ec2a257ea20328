"""What a note is of: an encounter or an episode that is open, or of a nurse's entry the patient; when it can be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical.acts.held import Held, hold_patient, hold_record
from resolvers.clinical.acts.held_encounter import hold_meeting, see_it_open
from resolvers.clinical.acts.note_label import NURSING, Label
from resolvers.clinical.acts.times import lately
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import EPISODES
from resolvers.context import Context
from sources.clinical import note_acts as source
from sources.clinical.held import HeldPatient
from sources.postgres.writing import Unit

EPISODE: Final = (EPISODES.prefix, RECORDS.episode)
NORMAL: Final = Label()
# What a note can be of; each takes its place in an input.
OF: Final = {"encounter_id": "encounterId", "episode_id": "episodeId", "patient_id": "patientId"}


@dataclass(kw_only=True)
class AddNoteInput(ActInput):
    """A new note, of an encounter or an episode; a nurse's of the patient."""

    encounter_id: str | None = None
    episode_id: str | None = None
    patient_id: str | None = None
    kind: str
    text: str
    at: datetime | None = None
    confidentiality: str | None = None
    special_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What a note is of: the columns that say so, the time in which it can be, and the label that it has at least."""

    patient: HeldPatient
    columns: dict[str, Any]
    label: Label = NORMAL
    since: datetime | None = None
    until: datetime | None = None


def misplaced(input: AddNoteInput, kind: str) -> Iterator[Problem]:
    """What is wrong with what a note shall be of: one thing, and only a nurse's entry the patient himself."""
    given = [name for name in OF if getattr(input, name) is not None]
    if not given or (given == ["patient_id"] and kind != NURSING):
        yield Problem(ProblemCode.FIELD_REQUIRED, ("encounterId",), {"field": "encounterId"})
    yield from (Problem(ProblemCode.FIELD_FORMAT, (OF[name],), {"field": OF[name]}) for name in given[1:])


async def place_of(context: Context, unit: Unit, input: AddNoteInput, by: Worker) -> Place:
    """What a note shall be of, held: of the organisation of the workplace, and open.

    Raises:
        Hindered: it is not there, is of another organisation, or is closed.
        NotAllowed: the viewer may not write of it.
    """
    write, kind = P.CLINICAL_NOTE_WRITE, str(input.kind)
    if input.patient_id is not None:
        return await _with_the_patient(context, unit, input.patient_id, input.at, by)
    looked_at = keys.NURSES_WORK_AT if kind == NURSING else keys.RECORD
    if input.encounter_id is not None:
        name, column = "encounterId", "encounter_id"
        held: Held = await hold_meeting(
            context, unit, by, input.encounter_id, name, permission=write, looked_at=looked_at
        )
    else:
        name, column = "episodeId", "episode_id"
        held = await hold_record(
            context, unit, EPISODE, input.episode_id or "", name, permission=write, looked_at=looked_at
        )
        by.own(held.row.organization_id, name)
        see_it_open(held.row, name)
    row = held.row
    return Place(held.patient, {column: row.id}, Label(row.confidentiality, row.special_kind), row.at, row.ends_at)


async def _with_the_patient(context: Context, unit: Unit, id: str, at: datetime | None, by: Worker) -> Place:
    """A nurse's entry: where the patient is treated she does not read, but that is where it belongs."""
    patient = await hold_patient(
        context, unit, id, "patientId", permission=P.CLINICAL_NOTE_WRITE, looked_at=keys.NURSES_WORK
    )
    episode = await source.open_episode(unit, patient, by.place, at or context.at)
    return Place(patient, {"episode_id": episode})


def instant(context: Context, given: datetime | None, place: Place) -> datetime:
    """When a note is begun: as it was said, else now, or at the end of what it is of.

    Raises:
        Hindered: it is not in the time of what it is of, or has not come yet.
    """
    latest = context.at if place.until is None else min(place.until, context.at)
    at = latest if given is None else given
    if problems := [*lately("at", at, context.at, place.since, place.patient.opened("birth_on"))]:
        raise Hindered(*problems)
    if place.until is not None and at > place.until:
        raise Hindered(Problem(ProblemCode.DATE_OUTSIDE_EPISODE, ("at",), {"field": "at"}))
    return min(at, context.at)


def label_of(input: AddNoteInput, place: Place) -> Label:
    """The label of a note: as it was said, else that of what it is of.

    Raises:
        Hindered: it is more open than that.
    """
    if input.confidentiality is None:
        return place.label
    special = None if input.special_kind is None else str(input.special_kind)
    label = Label(str(input.confidentiality), special)
    if not label.narrower(place.label):
        raise Hindered(Problem(ProblemCode.LABEL_TOO_OPEN, ("confidentiality",)))
    return label
