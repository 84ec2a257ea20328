"""How an act holds a patient and his records: his row is locked, and what is his is read after that.

All that acts do to a patient, they do under the lock of his row, one after the other. He, or a record of his, is looked
for among those that the viewer sees, under the conditions by which lists are narrowed; what may not be seen is neither
locked nor waited for. Relations stand in rows of their own: whoever was waited for may have ended one, so that what
rights look at is read by a statement of its own once the lock is there.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sources.clinical.opening import KEY, Sealed, named, unsealing
from sources.clinical.reading import Kind
from sources.clinical.shown import PATIENT
from sources.postgres.ask import Ask
from sources.postgres.reading import asked_of, by_key
from sources.postgres.row import Row
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore
from sources.sealing import PersonalKey

_NEXT = "SELECT nextval('record_id') AS id"


class NextRecord(Row):
    """The key of a record to be."""

    id: int


class WhoseRecord(Row):
    """Whose record it is."""

    patient_id: int


@dataclass(frozen=True)
class HeldPatient:
    """A patient to whom nobody else does anything until the transaction ends.

    Attributes:
        row: as it lies in the store, with the keys that rules look at; what is sealed in it is opened by name.
    """

    row: Any
    store: SealedStore

    @property
    def id(self) -> int:
        """His key in the store."""
        found: int = self.row.id
        return found

    @cached_property
    def key(self) -> PersonalKey:
        """What opens what is his, and seals what is written of him.

        Raises:
            SourceUnavailable: the ring lacks the key that it is wrapped by.
            SourceContradicts: it is not his, or was changed.
        """
        with unsealing(self.store, lambda: self.row[KEY]):
            return PersonalKey(self.store.keyring.unwrap(self.row[KEY], PATIENT.table, KEY, self.id))

    def opened(self, name: str) -> Any:
        """One of his sealed values; None where there is none.

        Raises:
            SourceUnavailable: the ring lacks a key.
            SourceContradicts: it was not sealed where it stands, or was changed.
        """
        value = self.row[name]
        if value is None:
            return None
        with unsealing(self.store, lambda: self.row[KEY]):
            return PATIENT.columns[name](self.key.open(value, PATIENT.table, name, named(self.id)))


async def whose(unit: Unit, kind: Kind, key: int, ask: Ask) -> int | None:
    """Whose record it is; None where there is none that the question is narrowed to."""
    text, values = asked_of(_rows_of(kind), key, replace(ask, columns=frozenset({"patient_id"})))
    found: Any = await unit.row(WhoseRecord, text, *values)
    return None if found is None else int(found.patient_id)


async def held(unit: Unit, store: SealedStore, key: int, ask: Ask) -> HeldPatient | None:
    """A patient, held until the transaction ends; None where there is none that the question is narrowed to."""
    text, values = asked_of(PATIENT.entity, key, replace(ask, columns=frozenset({"id"})))
    if await unit.row(Row, f"{text} FOR NO KEY UPDATE OF patient", *values) is None:
        return None
    text, values = asked_of(PATIENT.entity, key, replace(ask, columns=None))
    found = await unit.row(PATIENT.entity.record, text, *values)
    return None if found is None else HeldPatient(found, store)


async def record(unit: Unit, patient: HeldPatient, kind: Kind, key: int, ask: Ask) -> Any | None:
    """A record of a patient who is held, opened; None where he has none that the question is narrowed to.

    Raises:
        SourceUnavailable: the ring lacks a key.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    entity = _rows_of(kind)
    text, values = asked_of(entity, key, replace(ask, columns=None))
    found: Any = await unit.row(entity.record, f"{text} FOR NO KEY UPDATE OF {entity.table.name}", *values)
    if found is None or found.patient_id != patient.id:
        return None
    return kind.opened(patient.store, [found], {patient.id: patient.key})[0] if isinstance(kind, Sealed) else found


async def still_seen(store: SealedStore, kind: Kind, key: int, ask: Ask) -> bool:
    """Whether a row is still among those that a question is narrowed to: asked beside the transaction."""
    return bool(await by_key(store, _rows_of(kind), [key], replace(ask, columns=frozenset({"id"}))))


async def next_record(unit: Unit) -> int:
    """The key of a record to be, drawn before the row is made: what is sealed is sealed for its row."""
    found: Any = await unit.row(NextRecord, _NEXT)
    key: int = found.id
    return key


def _rows_of(kind: Kind) -> Any:
    return kind.entity if isinstance(kind, Sealed) else kind
