"""What changes of patients: which record, told to whoever may read it at that instant; and who may know them still."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from engine.batch import one
from engine.global_id import encode
from resolvers.clinical import history, patient, record
from resolvers.clinical.kinds import RECORDS
from resolvers.context import Context
from resolvers.feed import News, Sighted
from resolvers.live.sections import MOST_AT_ONCE
from sources.clinical import reading
from sources.clinical.changed import PatientNoteRecord, notes_since
from sources.clinical.history import EntryRecord
from sources.clinical.known import KnownPatient, KnownRecord
from sources.clinical.shown import CONSENT_GIVEN
from sources.clinical.watching import WatchedRecord, still_known, watched
from sources.delivery.events import Since
from sources.postgres.ask import Ask
from sources.stores import Stores

# So long what was found of who may know a patient is taken for what is so.
FRESH: Final = timedelta(seconds=0.25)
CARE: Final = "CARE"
_PATIENT_KEYS = frozenset({"id", "patient_id", "organization_id", *KnownPatient.__annotations__})
_RECORD_KEYS = _PATIENT_KEYS | {"kind", *KnownRecord.__annotations__}


class ChangedKind(StrEnum):
    """What changed of a patient."""

    PATIENT = "PATIENT"
    CONSENT = "CONSENT"
    EPISODE = "EPISODE"
    ENCOUNTER = "ENCOUNTER"
    CONDITION = "CONDITION"
    OBSERVATION = "OBSERVATION"
    LABORATORY_RESULT = "LABORATORY_RESULT"
    IMAGING_STUDY = "IMAGING_STUDY"
    NOTE = "NOTE"
    ORDER = "ORDER"
    PROCEDURE = "PROCEDURE"
    PRESCRIPTION = "PRESCRIPTION"
    REFERRAL = "REFERRAL"


# What changed may be a record of these kinds, by the column of a change that has its key.
WAYS: Mapping[str, record.Ways] = {
    **{kind.value: ways for kind, ways in history.WAYS.items()},
    ChangedKind.CONSENT.value: record.CONSENTS,
}
CHANGED = tuple(ways.by_id for ways in WAYS.values())
CHANGED_COLUMNS = tuple(f"{kind.lower()}_id" for kind in WAYS)


@dataclass(frozen=True, eq=False)
class PatientChange(KnownPatient):
    """Something of a patient became otherwise.

    Attributes:
        id: the patient, whom the journal names.
        known: a row with the keys of whoever may know him, which are the change's own.
        as_of: since when they are.
    """

    id: int
    patient_id: int
    kind: str
    record_id: int | None
    at: datetime
    known: Any
    as_of: datetime

    def __getattr__(self, name: str) -> Any:
        return getattr(self.known, name)

    @property
    def organization_id(self) -> int:
        """The organisation that registered him."""
        found: int = self.known.organization_id
        return found

    def holds(self, at: datetime) -> bool:
        """Whether the keys can be relied on at an instant."""
        until = self.known.until
        return at - self.as_of <= FRESH and (until is None or at < until)


class _Doubted:
    """The keys of a patient as they would be if all held that only a copy says which cannot be trusted now."""

    def __init__(self, row: WatchedRecord) -> None:
        self._row = row
        self.carers = row.carers + row.carers_in_doubt
        self.wards = row.wards + row.wards_in_doubt
        self.granted = row.granted + row.granted_in_doubt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)


def _key_of(kind: str) -> property:
    return property(lambda change: change.record_id if change.kind == kind else None)


for _kind, _column in zip(WAYS, CHANGED_COLUMNS, strict=True):
    setattr(PatientChange, _column, _key_of(_kind))


def record_of(kind: str, record_id: int | None) -> str | None:
    """The global id of the record that changed."""
    return None if record_id is None else encode(WAYS[kind].prefix, record_id)


@one("clinical", PatientChange)
async def patient_change(context: Context, keys: Sequence[Any], ask: Ask) -> dict[Any, Any]:
    """The change that is told, to whoever may know of it at this very instant."""
    row = None if context.told is None else context.told.row
    if row is None:
        return {}
    if not row.holds(ask.at) and not await still_known(context.stores.clinical, row.patient_id, ask):
        return {}
    return dict.fromkeys(keys, row)


def doubted(change: PatientChange) -> PatientChange:
    """The same change as it would be seen if all held that only a copy says which cannot be trusted now."""
    return replace(change, known=_Doubted(change.known))


class PatientSight:
    """Who may know patients at an instant."""

    def __init__(self, stores: Stores) -> None:
        self._store = stores.clinical

    async def look(self, keys: Sequence[int], at: datetime) -> Mapping[int, Sighted]:
        """The patients that there are, all in one statement."""
        found = await watched(self._store, keys, at)
        made = {key: PatientChange(key, key, ChangedKind.PATIENT, None, at, row, at) for key, row in found.items()}
        return {key: Sighted(one, doubted(one), one.known.until) for key, one in made.items()}


class PatientNews:
    """Changes of patients and their records, from the notes of the store.

    Who may know the patient and read the record is told; whoever may not is told nothing, as if there were none. Of
    much at once nobody is told what it was.
    """

    def __init__(self, stores: Stores, clock: Callable[[], datetime]) -> None:
        self.store = stores.clinical.name
        self._store = stores.clinical
        self._clock = clock
        self._since: Since | None = None

    async def begin(self) -> None:
        """Tell what is committed from now on."""
        self._since, _ = await notes_since(self._store, None)

    async def news(self) -> list[News]:
        """The records that changed since the last question, each once."""
        since, notes = await notes_since(self._store, self._since)
        changed: dict[tuple[int | None, int | None], PatientNoteRecord] = {}
        for note in notes:
            if note.kind != CARE:
                changed[note.object_id, note.record_id] = note
        found = [News(None)] if _much(changed) else await self._told([*changed.values()], self._clock())
        self._since = since
        return found

    async def _told(self, notes: Sequence[Any], at: datetime) -> list[News]:
        if not notes:
            return []
        patients = await watched(self._store, _all(note.object_id for note in notes), at)
        records = await self._records(notes, at)
        found = []
        for note in notes:
            seen = records.get(note.record_id)
            if note.object_id not in patients or (note.record_id is not None and seen is None):
                continue
            # Of a consent `kind` is to what it was given; of an entry of a history, what it is.
            kind = ChangedKind.PATIENT if seen is None else seen.kind if isinstance(seen, EntryRecord) else note.kind
            key = note.object_id
            row = PatientChange(key, key, kind, note.record_id, note.at, patients[key], at)
            rows = (row,) if seen is None else (row, seen)
            found.append(News(row, frozenset({(patient.PREFIX, row.patient_id)}), rows, doubted(row)))
        return found

    async def _records(self, notes: Sequence[Any], at: datetime) -> dict[int, Any]:
        """Who may read the records that changed: those of a history in one statement, consents in another."""
        consents = _all(note.record_id for note in notes if note.kind == ChangedKind.CONSENT)
        others = _all(note.record_id for note in notes if note.kind != ChangedKind.CONSENT)
        found: dict[int, Any] = {}
        if others:
            found |= await reading.records(self._store, RECORDS.history, others, Ask(at, _RECORD_KEYS))
        if consents:
            found |= await reading.records(self._store, CONSENT_GIVEN, consents, Ask(at, _PATIENT_KEYS))
        return found


def _much(changed: Mapping[tuple[int | None, int | None], Any]) -> bool:
    return len(changed) > MOST_AT_ONCE or any(key is None for key, _ in changed)


def _all(keys: Any) -> list[int]:
    return list(dict.fromkeys(key for key in keys if key is not None))
