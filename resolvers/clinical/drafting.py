"""Acts of authors on notes that are not signed yet: change one, throw it away."""

from dataclasses import dataclass

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.fingerprint import ABSENT
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.beginning import begins, wrong
from resolvers.clinical.labelling import RESTRICTED, Label, to_be
from resolvers.clinical.note import DISCARDED, NotePayload, effect, hold_note, moment
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
        given = {name: getattr(input, name) for name in ("kind", "text") if getattr(input, name) is not ABSENT}
        problems = [
            Problem(ProblemCode.FIELD_REQUIRED, (name,), {"field": name}) for name, said in given.items() if said is None
        ]
        if given.get("text") is not None:
            given["text"] = plain(given["text"])
            problems += [*wrong(given["text"])]
        if problems:
            raise Hindered(*problems)
        by, held = await hold_note(context, unit, input, "UPDATE")
        kind, row = str(given.get("kind", held.row.kind)), held.row
        if "kind" in given:
            given["kind"] = kind
            label = Label(row.confidentiality, row.special_kind)
            await to_be(context, unit, held.patient, by, kind, label)
        state, cosigner = begins(context, by, row)
        at, said = moment(context, row), {**given, "state": state, "cosigner_id": cosigner}
        parts = [source.changed(held.patient, row, at, said)]
        if row.confidentiality == RESTRICTED and cosigner is not None and cosigner != row.cosigner_id:
            parts.append(source.listed(held.patient, row.id, by.place, by.practitioner_id, [cosigner], at))
        return effect(context, by, held, "UPDATED", *parts)

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
