"""What a note is of: an encounter or an episode that is open, or of a nurse's entry the patient; when it can be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from resolvers.acts.inputs import ActInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical.holding import hold_patient, hold_record
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.labelling import NURSING, Label
from resolvers.clinical.meeting import ENCOUNTER, see_it_open
from resolvers.clinical.record import EPISODES
from resolvers.clinical.worker import Worker
from resolvers.context import Context
from sources.clinical import note_acts as source
from sources.clinical.holding import HeldPatient
from sources.postgres.ask import AUTHORITY_ZONE
from sources.postgres.writing import Unit

EPISODE: Final = (EPISODES.prefix, RECORDS.episode)
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
    label: Label = Label()
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
    write = P.CLINICAL_NOTE_WRITE
    if input.patient_id is not None:
        patient = await hold_patient(
            context, unit, input.patient_id, "patientId", permission=write, looked_at=keys.NURSES_WORK
        )
        # Where he lies is not hers to read; a note of hers stands there all the same.
        return Place(patient, {"episode_id": await source.open_episode(unit, patient, by.place, context.at)})
    kind, given, name = (
        (ENCOUNTER, input.encounter_id, "encounterId")
        if input.encounter_id is not None
        else (EPISODE, input.episode_id, "episodeId")
    )
    held = await hold_record(context, unit, kind, given or "", name, permission=write)
    row = held.row
    by.own(row.organization_id, name)
    if kind is ENCOUNTER:
        await see_it_open(context, unit, held, name)
    elif row.ends_at is not None:
        raise Hindered(Problem(ProblemCode.EPISODE_CLOSED, (name,)))
    column = "encounter_id" if kind is ENCOUNTER else "episode_id"
    return Place(held.patient, {column: row.id}, Label(row.confidentiality, row.special_kind), row.at, row.ends_at)


def instant(context: Context, given: datetime | None, place: Place) -> datetime:
    """When a note is begun: as it was said, else now, or at the end of what it is of.

    Raises:
        Hindered: it is not in the time of what it is of, or has not come yet.
    """
    latest = context.at if place.until is None else min(place.until, context.at)
    at = latest if given is None else given
    if at > context.at:
        raise Hindered(Problem(ProblemCode.DATE_IN_FUTURE, ("at",), {"field": "at"}))
    if at > latest or (place.since is not None and at < place.since):
        raise Hindered(Problem(ProblemCode.DATE_OUTSIDE_EPISODE, ("at",), {"field": "at"}))
    return at


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
