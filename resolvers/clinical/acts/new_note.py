"""Acts by which notes are begun: a new one, and the correction of one that is signed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from auth.counting import counting
from auth.footing import carer
from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.role import RoleName
from auth.rules import Rule
from engine.act import NotAllowed
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical import keys
from resolvers.clinical.acts.note_label import RESTRICTED, Label, misfits, to_be
from resolvers.clinical.acts.note_place import AddNoteInput, instant, label_of, misplaced, place_of
from resolvers.clinical.acts.note_steps import AWAITING, DRAFT, LONGEST, NotePayload, hold_note, left
from resolvers.clinical.acts.stepping import moment
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.record import NOTES
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from sources.clinical import note_acts as source
from sources.clinical.held import HeldPatient, next_record
from sources.postgres.writing import Unit

# By these nobody signs what he writes.
_BY_OTHERS: Final = frozenset({Rule.SUPERVISED, Rule.GRANTED})


@dataclass(kw_only=True)
class CorrectNoteInput(VersionInput):
    """The signed note, and what shall stand in its place."""

    text: str


async def add(context: Context, *, input: AddNoteInput) -> NotePayload:
    """Begin a note."""

    async def do(unit: Unit) -> Effect:
        text, by, kind = plain(input.text), worker(context, P.CLINICAL_NOTE_WRITE), str(input.kind)
        if problems := [*wrong(text), *misplaced(input, kind), *misfits(input.confidentiality, input.special_kind)]:
            raise Hindered(*problems)
        place = await place_of(context, unit, input, by)
        label = label_of(input, place)
        at = instant(context, input.at, place)
        row = await to_be(context, unit, place.patient, by, kind, label)
        columns = {**place.columns, "kind": kind, "at": at, "text": text}
        return await _begun(context, unit, place.patient, by, row, label, columns)

    return await carried_out(Doing(context, "addNote", P.CLINICAL_NOTE_WRITE, input, do, into="clinical"), NotePayload)


async def correct(context: Context, *, input: CorrectNoteInput) -> NotePayload:
    """Begin the correction of a signed note: it takes the place of that one once it is signed itself."""

    async def do(unit: Unit) -> Effect:
        text = plain(input.text)
        if problems := [*wrong(text)]:
            raise Hindered(*problems)
        by, held = await hold_note(context, unit, input, "CORRECT")
        row, at = held.row, moment(context, held.row)
        if (begun := await source.correction_of(unit, row.id)) is not None:
            raise Hindered(Problem(ProblemCode.CORRECTION_OPEN, ("id",)), note_id=begun)
        label = Label(row.confidentiality, row.special_kind)
        columns = {
            "encounter_id": row.encounter_id,
            "episode_id": row.episode_id,
            "kind": row.kind,
            "at": at,
            "text": text,
            "corrects_id": row.id,
        }
        return await _begun(context, unit, held.patient, by, row, label, columns)

    return await carried_out(
        Doing(context, "correctNote", P.CLINICAL_NOTE_WRITE, input, do, into="clinical"), NotePayload
    )


async def _begun(
    context: Context, unit: Unit, patient: HeldPatient, by: Worker, row: Any, label: Label, columns: dict[str, Any]
) -> Effect:
    """A note more; `row` is what rules look at in it, or the signed one that it corrects."""
    key, now, corrects = await next_record(unit), max(columns["at"], context.at), columns.get("corrects_id")
    state, cosigner, grant = begins(context, by, row)
    made = {
        "id": key,
        "organization_id": by.place,
        "practitioner_id": by.practitioner_id,
        **columns,
        "state": state,
        "cosigner_id": cosigner,
        "grant_id": grant,
        "confidentiality": label.confidentiality,
        "special_kind": label.special_kind,
        "changed_at": now,
    }
    parts = [source.begun(patient, made)]
    if label.confidentiality == RESTRICTED:
        readers = [by.practitioner_id, *([] if cosigner is None else [cosigner])]
        parts.append(source.listed(patient, key, by.place, by.practitioner_id, readers, now, like=corrects))
    said: dict[str, Any] = {} if corrects is None else {"corrects": encode(NOTES.prefix, corrects)}
    said |= by_grant(grant)
    step = "ADDED" if corrects is None else "CORRECTION_BEGUN"
    return left(context, by, patient, key, step, *parts, at=now, grounds={"versionAfter": 1, **said})


def begins(
    context: Context, by: Worker, row: Any, permission: P = P.CLINICAL_NOTE_WRITE
) -> tuple[str, int | None, int | None]:
    """Where a note, or what else is signed, stands before that, and who co-signs it: `waits_for`."""
    cosigner, grant = waits_for(context, by, row, permission)
    return DRAFT if cosigner is None else AWAITING, cosigner, grant


def waits_for(context: Context, by: Worker, row: Any, permission: P) -> tuple[int | None, int | None]:
    """Who co-signs what somebody writes by a permission; None where he signs it himself.

    That is who supervises him, or whose access he writes by; in the latter case the key of the grant comes with it.

    Raises:
        NotAllowed: nobody supervises him who cares for the patient, and nobody hands on to him.
    """
    writes = context.viewer[permission]
    alone = replace(writes, rules=tuple(one for one in writes.rules if one[0] not in _BY_OTHERS))
    if alone.allows(row, keys.RECORD):
        return None, None
    for supervisor in _supervisors(context, by):
        if carer(supervisor, by.place) in row.carers:
            return supervisor, None
    standing = context.viewer.standing
    by_grants = standing.granted_by(permission)
    reaching = {key for text in row.granted for key in by_grants.get(text, ())}
    for grant in standing.granted.grants:
        if grant.id in reaching:
            return grant.grantor_id, grant.id
    raise NotAllowed(OBJECT)


def by_grant(grant: int | None) -> dict[str, Any]:
    """What an entry says of the access that was handed on by which a note is written."""
    return {} if grant is None else {"grant": [encode(prefixes.GRANT, grant)]}


def _supervisors(context: Context, by: Worker) -> Iterator[int]:
    """Those under whom whoever acts is a trainee at his workplace."""
    person = context.viewer.acting.principal or context.viewer.facts
    for one in () if person is None else counting(person, [by.post], context.at):
        if one.role is RoleName.TMP and one.base.supervisor_id is not None:
            yield one.base.supervisor_id


def wrong(text: str) -> Iterator[Problem]:
    """What is wrong with the text of a note."""
    if (problem := unfit(text, LONGEST, "text")) is not None:
        yield problem
