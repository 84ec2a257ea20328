"""What acts on entries of case histories take, and what they answer with."""

from datetime import datetime
from typing import TYPE_CHECKING

from engine.declare import edge, public, shows
from resolvers.clinical import record as records
from resolvers.clinical.acts import new_note, note_place, note_steps, signature, unsigned_note
from schema.act_inputs import ID, VERSION, act_input
from schema.clinical.words import Confidentiality, NoteKind, SpecialKind

if TYPE_CHECKING:
    from schema.clinical.record import ClinicalNote
    from schema.payload import Problem

NOTE = (ID, "Global id of the entry.")
SIGNED = "A detached CAdES over the UTF-8 of its `signable`: DER in base64; left out, the cabinet alone signs."
TEXT = "What is written: 20,000 characters at most."

act_input(
    note_place.AddNoteInput,
    "A new entry: of an encounter or of an episode; a nurse's may be of the patient.",
    encounter_id=(ID | None, "Global id of the encounter (посещение) that it is of."),
    episode_id=(ID | None, "Global id of the episode (случай) that it is of as a whole."),
    patient_id=(ID | None, "Global id of the patient, for a nurse's entry: she reads neither of the two."),
    kind=(NoteKind, "What it is."),
    text=TEXT,
    at=(datetime | None, "When it was begun, within what it is of; left out, now, or at its end."),
    confidentiality=(Confidentiality | None, "How confidential it is; left out, as what it is of."),
    special_kind=(SpecialKind | None, "What is specially protected in it, with SPECIAL."),
)
act_input(
    unsigned_note.UpdateNoteInput,
    "Changes of an entry that is not signed; fields left out stay as they are.",
    id=NOTE,
    expected_version=VERSION,
    kind=(NoteKind | None, "What it is."),
    text=TEXT,
)
act_input(unsigned_note.DiscardNoteInput, "The entry to throw away.", id=NOTE, expected_version=VERSION)
act_input(signature.SignNoteInput, "The entry to sign.", id=NOTE, expected_version=VERSION, detached_cms=SIGNED)
act_input(
    signature.CosignNoteInput, "The entry of a trainee to sign.", id=NOTE, expected_version=VERSION, detached_cms=SIGNED
)
act_input(
    new_note.CorrectNoteInput, "The signed entry that is wrong, and what is right.", id=NOTE, expected_version=VERSION,
    text=TEXT,
)  # fmt: skip


@shows(note_steps.NotePayload)
class NotePayload:
    """What came of an act on an entry of a case history."""

    note: "ClinicalNote | None" = edge(
        records.NOTES.by_id, "The entry after the act, for whoever may see it.", by="note_id"
    )
    problems: "list[Problem]" = public("What keeps the act from being done; empty when it is done.")
