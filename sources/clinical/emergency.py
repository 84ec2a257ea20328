"""How emergency openings are written: asked for, opened, closed, confirmed, reviewed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.opening import KEY, unsealing
from sources.clinical.patient import PATIENT
from sources.clinical.relation import EMERGENCY_OPENING, EmergencyOpeningRecord, emergency_opening
from sources.clinical.shown import OPENING
from sources.postgres.ask import Ask
from sources.postgres.reading import asked_of
from sources.postgres.row import Row
from sources.postgres.writing import FIRST_OF_CHANGE, Change, Unit
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey

# Any number that nobody else has: attempts of one account come one after the other.
_LOCK = 7_220_131
_TURN = f"SELECT pg_advisory_xact_lock(hashtextextended($1, {_LOCK}))"
_ATTEMPTS = "SELECT id, at FROM emergency_attempt WHERE subject = $1 AND at > $2 ORDER BY at DESC, id DESC LIMIT $3"
_FORGET = "DELETE FROM emergency_attempt WHERE subject = $1 AND at <= $2"
_ATTEMPTED = f"""attempted AS (
    INSERT INTO emergency_attempt (subject, at) VALUES (${FIRST_OF_CHANGE}, ${FIRST_OF_CHANGE + 1})
)"""  # noqa: S608 - numbers of places
_FOUND = "SELECT id, sealed_key FROM patient WHERE {column} = ANY($1::bytea[]) ORDER BY id LIMIT 2"
_NEXT = "SELECT nextval(pg_get_serial_sequence('emergency_opening', 'id')) AS id"


class AttemptRecord(Row):
    """That an account asked for an emergency access."""

    id: int
    at: datetime


class FoundPatient(Row):
    """A patient who was found, with his wrapped key."""

    id: int
    sealed_key: bytes


class HeldOpening(NamedTuple):
    """An opening under its lock, with what seals what is written of its patient."""

    row: EmergencyOpeningRecord
    key: PersonalKey


class _Next(Row):
    id: int


async def attempts(unit: Unit, subject: str, since: datetime, most: int) -> list[AttemptRecord]:
    """The last attempts of an account since an instant, so many at most; nobody else adds one until this ends."""
    await unit.run(_TURN, subject)
    await unit.run(_FORGET, subject, since)
    return await unit.rows(AttemptRecord, _ATTEMPTS, subject, since, most)


def attempted(subject: str, at: datetime) -> Change:
    """An attempt more."""
    return Change(_ATTEMPTED, (subject, at))


async def found(unit: Unit, column: str, hashes: Sequence[bytes]) -> list[FoundPatient]:
    """The patients whom some hashes mean, two at most, whoever asks."""
    return await unit.rows(FoundPatient, _FOUND.format(column=column), list(hashes))


async def next_key(unit: Unit) -> int:
    """The key of an opening to be."""
    row: Any = await unit.row(_Next, _NEXT)
    key: int = row.id
    return key


def opened(store: SealedStore, columns: Mapping[str, Any], patient: FoundPatient) -> Part:
    """A new opening of a patient's history.

    Raises:
        SourceUnavailable: the ring lacks the key of the patient.
        SourceContradicts: it is not his, or was changed.
    """
    key = _key(store, patient.sealed_key, patient.id)
    return inserted(emergency_opening, EMERGENCY_OPENING.sealed(columns, key))


async def held(unit: Unit, store: SealedStore, key: int, ask: Ask) -> HeldOpening | None:
    """An opening that nobody else changes until the transaction ends; None where it may not be seen.

    Raises:
        SourceUnavailable: the ring lacks the key of its patient.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    text, values = asked_of(OPENING.entity, key, ask)
    row = await unit.row(OPENING.entity.record, f"{text} FOR NO KEY UPDATE OF emergency_opening", *values)
    if row is None:
        return None
    personal = _key(store, row[KEY], row.patient_id)
    return HeldOpening(OPENING.opened(store, [row], {row.patient_id: personal})[0], personal)


def changed(held: HeldOpening, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of an opening that is held."""
    sealed = EMERGENCY_OPENING.sealed({**columns, "id": held.row.id}, held.key)
    return updated(emergency_opening, held.row.id, at, {name: sealed[name] for name in columns})


def _key(store: SealedStore, wrapped: bytes, patient_id: int) -> PersonalKey:
    with unsealing(store, lambda: wrapped):
        return PersonalKey(store.keyring.unwrap(wrapped, PATIENT.table, KEY, patient_id))
