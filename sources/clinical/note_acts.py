"""How notes are written: begun, changed, signed, corrected; sealed for the version that they come with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.held import HeldPatient
from sources.clinical.note import NOTE, NoteRecord, note
from sources.postgres.row import Row
from sources.postgres.writing import Unit

_CORRECTION = "SELECT id FROM note WHERE corrects_id = $1 AND state <> 'DISCARDED'"
_OPEN_EPISODE = """
SELECT id FROM episode
WHERE patient_id = $1 AND organization_id = $2 AND confidentiality = 'NORMAL' AND at <= $3 AND ends_at IS NULL
ORDER BY at DESC, id DESC LIMIT 1
"""
_CONSENTED = """
SELECT id FROM consent
WHERE patient_id = $1 AND organization_id = $2 AND kind = $3 AND $4 = ANY (special_kinds)
    AND at <= $5 AND (ends_at IS NULL OR ends_at > $5)
LIMIT 1
"""
_LISTED = """
INSERT INTO allowed_reader (record_id, patient_id, organization_id, practitioner_id, allowed_by, starts_at)
SELECT $1::bigint, $2::bigint, $3::bigint, reader, $4::bigint, $5::timestamptz FROM (
    SELECT unnest($6::bigint[]) AS reader
    UNION
    SELECT practitioner_id FROM allowed_reader
    WHERE record_id = $7 AND starts_at <= $5 AND (ends_at IS NULL OR ends_at > $5)
) AS readers
"""


class KeyRecord(Row):
    """A key of a row."""

    id: int


def begun(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """A note more, in its first version."""
    return inserted(note, NOTE.sealed({**columns, "patient_id": patient.id, "text_version": 1}, patient.key))


def changed(patient: HeldPatient, row: NoteRecord, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of a note that is held: what it was is kept beside it by the database."""
    said = {**columns, **({"text_version": row.version + 1} if "text" in columns else {})}
    sealed = NOTE.sealed({"id": row.id, "text_version": row.text_version, **said}, patient.key)
    return updated(note, row.id, at, {name: sealed[name] for name in said})


def corrected(key: int, at: datetime) -> Part:
    """A signed note whose place another one has taken."""
    return updated(note, key, at, {"state": "CORRECTED"})


def listed(
    patient: HeldPatient, key: int, place: int, by: int, readers: Sequence[int], at: datetime, like: int | None = None
) -> Part:
    """Those who may read a note that is restricted from now on; whoever may read the other one, may read it too."""
    return Part(_LISTED, (key, patient.id, place, by, at, readers, like))


async def correction_of(unit: Unit, key: int) -> int | None:
    """The correction of a note, begun or signed."""
    return _key(await unit.row(KeyRecord, _CORRECTION, key))


async def open_episode(unit: Unit, patient: HeldPatient, organization_id: int, at: datetime) -> int | None:
    """The episode in which a patient is at an organisation, where it is one that nothing special tells of."""
    return _key(await unit.row(KeyRecord, _OPEN_EPISODE, patient.id, organization_id, at))


async def consented(
    unit: Unit, patient: HeldPatient, organization_id: int, consent: str, special_kind: str, at: datetime
) -> bool:
    """Whether a patient consents that an organisation reads what is special of a kind."""
    found = await unit.row(KeyRecord, _CONSENTED, patient.id, organization_id, consent, special_kind, at)
    return found is not None


def _key(found: Any | None) -> int | None:
    return None if found is None else int(found.id)
