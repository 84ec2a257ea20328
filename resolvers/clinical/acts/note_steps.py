"""What can be done to a note, and by whom: steps by its state, its author, and whoever co-signs or leads the unit."""

from dataclasses import dataclass, field
from typing import Final

from auth.permissions import Permission as P
from resolvers.acts.problem_view import ProblemView
from resolvers.clinical import keys
from resolvers.clinical.acts.leading import leads
from resolvers.clinical.acts.stepping import Stepping
from resolvers.clinical.acts.worker import Worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import NOTES
from resolvers.context import Context
from sources.clinical.note import NoteRecord

CHANGED: Final = "NOTE_CHANGED"
NOTE: Final = (NOTES.prefix, RECORDS.note)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePayload:
    """The note after the act."""

    note_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


def _may(context: Context, by: Worker, step: str, row: NoteRecord) -> bool:
    """Whether somebody may take a step by right, wherever the note stands."""
    verdict = context.viewer[RIGHTS[step]]
    if row.organization_id != by.place or verdict.allows(row, keys.NOTE) is not True:
        return False
    his = row.practitioner_id == by.practitioner_id
    if step == "CORRECT":
        return his or leads(context, RIGHTS[step], row, keys.NOTE)
    return his != (step == "COSIGN")


NOTE_STEPS: Final = Stepping(
    ways=NOTES,
    rows=RECORDS.note,
    gate=P.CLINICAL_HISTORY_MASKED,
    column="note_id",
    changed=CHANGED,
    rights=RIGHTS,
    follows=lambda row, _: STEPS.get(row.state, ()),
    authors=lambda row: {row.practitioner_id},
    may=_may,
    needs=(),
)
hold_note, on_note, effect, left = NOTE_STEPS.hold, NOTE_STEPS.on, NOTE_STEPS.effect, NOTE_STEPS.left
