"""Acts by which a note counts: its author signs it, or whoever supervises him does; from then on it stands."""

from dataclasses import asdict, dataclass
from datetime import datetime

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.clinical.acts.electronic import Electronic, SigningInput, of_note
from resolvers.clinical.acts.held import Held
from resolvers.clinical.acts.note_steps import SIGNED, NotePayload, effect, hold_note
from resolvers.clinical.acts.stepping import moment
from resolvers.clinical.acts.worker import Worker
from resolvers.context import Context
from sources.clinical import note_acts as source
from sources.clinical.note import NoteRecord, content_hash
from sources.postgres.writing import Unit


@dataclass(kw_only=True)
class SignNoteInput(SigningInput):
    """The note as it was read, which its author signs."""


@dataclass(kw_only=True)
class CosignNoteInput(SigningInput):
    """The note of a trainee as it was read."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, when, under which accreditation and at which workplace, and the digest of what was signed."""

    signer_id: int
    signed_at: datetime
    accreditation_id: int | None
    employment_id: int
    sha256: str


async def sign(context: Context, *, input: SignNoteInput) -> NotePayload:
    """Sign one's own note."""
    electronic = of_note(context, input, "SIGN")

    async def do(unit: Unit) -> Effect:
        by, held = await hold_note(context, unit, input, "SIGN")
        return _signed(context, by, held, "SIGNED", electronic)

    doing = Doing(context, "signNote", P.CLINICAL_NOTE_SIGN, input, do, into="clinical", first=electronic.judging)
    return await carried_out(doing, NotePayload)


async def cosign(context: Context, *, input: CosignNoteInput) -> NotePayload:
    """Sign what a trainee wrote, so that it counts."""
    electronic = of_note(context, input, "COSIGN")

    async def do(unit: Unit) -> Effect:
        by, held = await hold_note(context, unit, input, "COSIGN")
        return _signed(context, by, held, "COSIGNED", electronic, cosigner_id=by.practitioner_id)

    doing = Doing(context, "cosignNote", P.CLINICAL_NOTE_COSIGN, input, do, into="clinical", first=electronic.judging)
    return await carried_out(doing, NotePayload)


def signature(by: Worker, row: NoteRecord, at: datetime) -> Signature:
    """The signature of a note as the cabinet makes it; an electronic one stands beside it."""
    digest = content_hash(row.patient_id, row.practitioner_id, row.kind, row.text)
    return Signature(by.practitioner_id, at, by.accreditation_id, by.post.id, digest)


def _signed(context: Context, by: Worker, held: Held, step: str, electronic: Electronic, **beside: int) -> Effect:
    """What signing leaves: the note stands, and takes the place of the one that it corrects."""
    row, at = held.row, moment(context, held.row)
    columns = {**asdict(signature(by, row, at)), **beside, "state": SIGNED}
    parts = [source.changed(held.patient, row, at, columns)]
    if row.corrects_id is not None:
        parts.append(source.corrected(row.corrects_id, at))
    parts += electronic.part(held)
    return effect(context, by, held, step, *parts)
