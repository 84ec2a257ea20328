"""How sessions of telemedicine are written: under the lock of their patient, as whatever is done to him is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.held import HeldPatient, WhoseRecord
from sources.clinical.relation import care_relation
from sources.clinical.shown import SESSION
from sources.clinical.telemedicine.session import TELECONSULTATION, TeleconsultationRecord, teleconsultation
from sources.postgres.ask import Ask
from sources.postgres.reading import asked_of
from sources.postgres.row import Row
from sources.postgres.writing import Unit
from sources.sealed_store import SealedStore

BASIS = "TELECONSULTATION"
_NEXT = "SELECT nextval(pg_get_serial_sequence('teleconsultation', 'id')) AS id"
# Whoever is asked by a patient does not know him yet; what lets him act is the session that he sees.
_PATIENT = "SELECT id, sealed_key, birth_on FROM patient WHERE id = $1 FOR NO KEY UPDATE"
_CONSENTED = """
SELECT id FROM consent
WHERE patient_id = $1 AND organization_id = $2 AND kind = 'TELEMEDICINE' AND at <= $3
  AND (ends_at IS NULL OR ends_at > $3)
LIMIT 1
"""
_MET = """
SELECT id FROM encounter
WHERE patient_id = $1 AND practitioner_id = $2 AND kind <> 'TELEMEDICINE' AND at <= $3 AND error_id IS NULL
LIMIT 1
"""
_UNDER_WAY = """
SELECT id FROM teleconsultation
WHERE patient_id = $1 AND organization_id = $2 AND practitioner_id IS NOT DISTINCT FROM $3 AND outcome IS NULL
  AND ends_at > $4
LIMIT 1
"""
_KIND = "SELECT id, kind FROM teleconsultation WHERE encounter_id = $1"
_NOTE = "SELECT id, kind, state FROM note WHERE id = $1 AND encounter_id = $2 AND practitioner_id = $3"
_ENDED = (
    f"UPDATE care_relation SET ends_at = $2 WHERE basis = '{BASIS}' AND basis_id = $1 "  # noqa: S608 - ours
    "AND (ends_at IS NULL OR ends_at > $2)"
)


class _Key(Row):
    id: int


class _Kind(Row):
    id: int
    kind: str | None


class ConclusionRecord(Row):
    """An entry as far as it may be the conclusion of a session."""

    id: int
    kind: str
    state: str


@dataclass(frozen=True, slots=True)
class HeldSession:
    """A session that is held with its patient."""

    patient: HeldPatient
    row: TeleconsultationRecord


async def next_key(unit: Unit) -> int:
    """The key of a session to be: what is sealed is sealed for its row."""
    found: Any = await unit.row(_Key, _NEXT)
    key: int = found.id
    return key


async def held(unit: Unit, store: SealedStore, key: int, ask: Ask) -> HeldSession | None:
    """A session, held after its patient; None where there is none that the question is narrowed to.

    Raises:
        SourceUnavailable: the ring lacks a key.
        SourceContradicts: something was not sealed where it stands, or was changed.
    """
    text, values = asked_of(SESSION.entity, key, replace(ask, columns=frozenset({"patient_id"})))
    whose: Any = await unit.row(WhoseRecord, text, *values)
    patient = None if whose is None else await unit.row(Row, _PATIENT, whose.patient_id)
    if patient is None:
        return None
    found = HeldPatient(patient, store)
    # What was seen may have been another's meanwhile: it is looked for anew once the lock is there.
    text, values = asked_of(SESSION.entity, key, replace(ask, columns=None))
    row = await unit.row(SESSION.entity.record, f"{text} FOR NO KEY UPDATE OF teleconsultation", *values)
    if row is None:
        return None
    return HeldSession(found, SESSION.opened(store, [row], {found.id: found.key})[0])


async def consented(unit: Unit, patient_id: int, organization_id: int, at: datetime) -> bool:
    """Whether a patient consents at an instant to be consulted by an organisation from afar."""
    return await unit.row(_Key, _CONSENTED, patient_id, organization_id, at) is not None


async def met(unit: Unit, patient_id: int, practitioner_id: int, at: datetime) -> bool:
    """Whether somebody met a patient in person before an instant."""
    return await unit.row(_Key, _MET, patient_id, practitioner_id, at) is not None


async def under_way(
    unit: Unit, patient_id: int, organization_id: int, practitioner_id: int | None, at: datetime
) -> bool:
    """Whether a session of a patient with somebody, or with nobody named, waits or is held at an instant."""
    return await unit.row(_Key, _UNDER_WAY, patient_id, organization_id, practitioner_id, at) is not None


async def kind_at(unit: Unit, encounter_id: int) -> str | None:
    """Of which kind the session of an encounter is; None where it is of none."""
    found: Any = await unit.row(_Kind, _KIND, encounter_id)
    return None if found is None else found.kind


async def conclusion(unit: Unit, key: int, session: TeleconsultationRecord) -> ConclusionRecord | None:
    """An entry of the doctor who holds a session, written at its encounter; those of others are not looked at."""
    return await unit.row(ConclusionRecord, _NOTE, key, session.encounter_id, session.practitioner_id)


def made(patient: HeldPatient, columns: Mapping[str, Any]) -> Part:
    """A session more."""
    return inserted(teleconsultation, TELECONSULTATION.sealed(columns, patient.key))


def changed(held: HeldSession, at: datetime, columns: Mapping[str, Any]) -> Part:
    """Another version of a session that is held."""
    sealed = TELECONSULTATION.sealed({**columns, "id": held.row.id}, held.patient.key)
    return updated(teleconsultation, held.row.id, at, {name: sealed[name] for name in columns})


def related(
    key: int, patient_id: int, organization_id: int, practitioner_id: int, at: datetime, until: datetime
) -> Part:
    """The relation of care that a session is, for whoever holds it."""
    return inserted(
        care_relation,
        {
            "patient_id": patient_id,
            "organization_id": organization_id,
            "basis": BASIS,
            "basis_id": key,
            "practitioner_id": practitioner_id,
            "starts_at": at,
            "ends_at": until,
        },
    )


def unrelated(key: int, until: datetime) -> Part:
    """The relation of a session that ends earlier."""
    return Part(_ENDED, (key, until))
