"""Signatures of notes that nobody could judge are judged once more, as of their receipt."""

import base64
from datetime import datetime, timedelta
from typing import Final

from auth.accounts import SERVICE
from engine.global_id import encode
from resolvers.clinical.acts.electronic import content_of_note, verdict_on
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import NOTES
from sources.clinical import note_signature as source
from sources.clinical.note import NoteRecord
from sources.clinical.note_signature import NoteSignatureRecord
from sources.clinical.reading import records
from sources.postgres.ask import Ask
from sources.postgres.writing import Left, writing
from sources.signing.trust import Trust
from sources.signing.verifying import Outcome
from sources.stores import Stores

AGAIN: Final = timedelta(minutes=5)
AT_ONCE: Final = 20
_ACT: Final = "judgeSignature"


async def judge_notes_again(stores: Stores, trust: Trust, at: datetime) -> int:
    """Judge what nobody could judge before; how many are judged now. Several processes may do it at once."""
    store = stores.clinical
    async with writing(store) as unit:
        keys = await source.unknown(unit, at - AGAIN, at, AT_ONCE)
    if not keys:
        return 0
    signatures = await source.signatures_of(store, keys, Ask(at))
    notes = await records(store, RECORDS.note, keys, Ask(at))
    return sum([await _judged(stores, trust, notes[key], signatures[key], at) for key in keys if key in notes])


async def _judged(stores: Stores, trust: Trust, note: NoteRecord, row: NoteSignatureRecord, at: datetime) -> bool:
    said = await verdict_on(content_of_note(note), base64.b64decode(row.cms), row.received_at, trust)
    async with writing(stores.clinical) as unit:
        if not await source.keep_again(unit, note.id, said) or said.outcome is Outcome.UNKNOWN:
            return False
        grounds = {"verdict": said.outcome.value, "faults": [one.value for one in said.faults]}
        thing = encode(NOTES.prefix, note.id)
        await unit.leave(Left(at=at, events=(), subject=SERVICE, act=_ACT, thing=thing, grounds=grounds))
    return True
