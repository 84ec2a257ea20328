"""Acts of authors on notes that are not signed yet: change one, throw it away."""

from dataclasses import dataclass

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.fingerprint import ABSENT
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.new_note import begins, by_grant, wrong
from resolvers.clinical.acts.note_label import RESTRICTED, Label, to_be
from resolvers.clinical.acts.note_steps import DISCARDED, NotePayload, effect, hold_note
from resolvers.clinical.acts.stepping import moment
from resolvers.context import Context
from resolvers.free_text import plain
from sources.clinical import note_acts as source
from sources.postgres.writing import Unit


@dataclass(kw_only=True)
class UpdateNoteInput(VersionInput):
    """Changes of a note that is not signed."""

    kind: str | None = ABSENT
    text: str | None = ABSENT


@dataclass(kw_only=True)
class DiscardNoteInput(VersionInput):
    """The note that nobody needs."""


async def update(context: Context, *, input: UpdateNoteInput) -> NotePayload:
    """Change a note that is not signed."""

    async def do(unit: Unit) -> Effect:
        given = _given(input)
        by, held = await hold_note(context, unit, input, "UPDATE")
        row = held.row
        if "kind" in given:
            label = Label(row.confidentiality, row.special_kind)
            await to_be(context, unit, held.patient, by, given["kind"], label)
        state, cosigner, grant = begins(context, by, row)
        at, said = moment(context, row), {**given, "state": state, "cosigner_id": cosigner, "grant_id": grant}
        parts = [source.changed(held.patient, row, at, said)]
        if row.confidentiality == RESTRICTED and cosigner is not None and cosigner != row.cosigner_id:
            parts.append(source.listed(held.patient, row.id, by.place, by.practitioner_id, [cosigner], at))
        return effect(context, by, held, "UPDATED", *parts, **by_grant(grant))

    return await carried_out(
        Doing(context, "updateNote", P.CLINICAL_NOTE_WRITE, input, do, into="clinical"), NotePayload
    )


async def discard(context: Context, *, input: DiscardNoteInput) -> NotePayload:
    """Throw a note away that was never signed; what it said stays with its versions."""

    async def do(unit: Unit) -> Effect:
        by, held = await hold_note(context, unit, input, "DISCARD")
        part = source.changed(held.patient, held.row, moment(context, held.row), {"state": DISCARDED})
        return effect(context, by, held, "DISCARDED", part)

    return await carried_out(
        Doing(context, "discardNote", P.CLINICAL_NOTE_WRITE, input, do, into="clinical"), NotePayload
    )


def _given(input: UpdateNoteInput) -> dict[str, str]:
    """The columns that shall be otherwise.

    Raises:
        Hindered: nothing is left of one of them, or a text is unfit.
    """
    said = {"kind": input.kind, "text": input.text}
    given = {name: value for name, value in said.items() if value is not ABSENT}
    problems = [
        Problem(ProblemCode.FIELD_REQUIRED, (name,), {"field": name}) for name, value in given.items() if value is None
    ]
    found = {name: plain(str(value)) for name, value in given.items() if value is not None}
    if problems := [*problems, *(wrong(found["text"]) if "text" in found else ())]:
        raise Hindered(*problems)
    return found
