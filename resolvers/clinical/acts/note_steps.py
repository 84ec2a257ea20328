"""What can be done to a note, and by whom: steps by its state, its author, and whoever co-signs or leads the unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.rules import Rule
from engine.act import NotAllowed
from engine.global_id import encode
from resolvers.acts.acting import Effect, after
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.held import Held, hold_record
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import NOTES
from resolvers.context import Context
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.note import NoteRecord
from sources.postgres.writing import Unit

NOTE: Final = (NOTES.prefix, RECORDS.note)
CHANGED: Final = "NOTE_CHANGED"
LONGEST: Final = 20_000
DRAFT, AWAITING, SIGNED, DISCARDED = "DRAFT", "AWAITING_COSIGNATURE", "SIGNED", "DISCARDED"
# By what right each step is taken, and which of them follow from where a note stands.
RIGHTS = {
    "UPDATE": P.CLINICAL_NOTE_WRITE,
    "DISCARD": P.CLINICAL_NOTE_WRITE,
    "SIGN": P.CLINICAL_NOTE_SIGN,
    "COSIGN": P.CLINICAL_NOTE_COSIGN,
    "CORRECT": P.CLINICAL_NOTE_WRITE,
}
STEPS = {
    DRAFT: ("UPDATE", "DISCARD", "SIGN"),
    AWAITING: ("UPDATE", "DISCARD", "COSIGN"),
    SIGNED: ("CORRECT",),
}
OF_THE_WARD = frozenset({Rule.WARD, Rule.WARD_TRUSTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePayload:
    """The note after the act."""

    note_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def hold_note(context: Context, unit: Unit, input: VersionInput, step: str) -> tuple[Worker, Held]:
    """Who acts, and the note, held as it was read, on which he may take the step, and from which it follows.

    Raises:
        Hindered: it is not there, is of another organisation or version, stands elsewhere, or is his own to co-sign.
        NotAllowed: the viewer may not do this to it.
    """
    by = worker(context, RIGHTS[step])
    held = await hold_record(context, unit, NOTE, input.id, "id", permission=RIGHTS[step], looked_at=keys.NOTE)
    row: NoteRecord = held.row
    his = row.practitioner_id == by.practitioner_id
    if his:
        by.own(row.organization_id, "id")
    if step == "COSIGN" and his:
        raise Hindered(Problem(ProblemCode.OWN_NOTE, ("id",)), note_id=row.id)
    if not _may(context, by, step, row):
        raise NotAllowed(OBJECT)
    as_it_was_read(row, input.expected_version, "CLINICAL", note_id=row.id)
    if step not in STEPS.get(row.state, ()):
        possible = ", ".join(one for one in STEPS.get(row.state, ()) if _may(context, by, one, row))
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": possible}), note_id=row.id)
    return by, held


def effect(context: Context, by: Worker, held: Held, step: str, *parts: Part, **grounds: Any) -> Effect:
    """What a step of a note that is held leaves; `grounds` is what the entry says besides."""
    row = held.row
    said = {"versionBefore": row.version, "versionAfter": row.version + 1, "stateBefore": row.state, **grounds}
    return left(context, by, held.patient, row.id, step, *parts, at=moment(context, row), grounds=said)


def left(
    context: Context,
    by: Worker,
    patient: HeldPatient,
    key: int,
    step: str,
    *parts: Part,
    at: datetime,
    grounds: Mapping[str, Any],
) -> Effect:
    """What a step of a note leaves: its event says which step it was."""
    thing, outcome = encode(NOTES.prefix, key), {"note_id": key}
    made = recorded(context, CHANGED, thing, patient, by, *parts, outcome=outcome, at=at, grounds=grounds)
    made.events = tuple((kind, {**ids, "step": step}) for kind, ids in made.events)
    return made


def moment(context: Context, row: NoteRecord) -> datetime:
    """The instant of a change of a note."""
    return after(context.at, row.changed_at)


def _may(context: Context, by: Worker, step: str, row: NoteRecord) -> bool:
    """Whether somebody may take a step by right, wherever the note stands."""
    verdict = context.viewer[RIGHTS[step]]
    if row.organization_id != by.place or verdict.allows(row, keys.NOTE) is not True:
        return False
    his = row.practitioner_id == by.practitioner_id
    if step == "CORRECT":
        leading = replace(verdict, rules=tuple(one for one in verdict.rules if one[0] in OF_THE_WARD))
        return his or leading.allows(row, keys.NOTE)
    return his != (step == "COSIGN")
