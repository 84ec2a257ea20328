"""On which relation of care an episode is opened, and which booking an encounter came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sources.clinical.changes import Part, inserted
from sources.clinical.held import HeldPatient
from sources.clinical.in_force import TRUSTED_FOR
from sources.clinical.relation import care_relation
from sources.postgres.failure import SourceUnavailable
from sources.postgres.row import Row
from sources.postgres.writing import Unit

_COPIED_LATELY = """
EXISTS (SELECT FROM copy_horizon h WHERE h.store = r.copied_from AND h.trusted_until >= $2::timestamptz - $3::interval)
"""
_IN_FORCE = f"""
SELECT r.basis_id, r.department_id, r.copied_from IS NULL OR {_COPIED_LATELY} AS certain
FROM care_relation r
WHERE r.patient_id = $1 AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2) AND r.organization_id = $4
    AND r.basis = $5 AND (r.practitioner_id = $6 OR r.department_id = ANY($7::bigint[]))
ORDER BY certain DESC, r.starts_at DESC, r.id DESC LIMIT 1
"""  # noqa: S608 - our own texts
_BOOKED = """
SELECT EXISTS (
        SELECT FROM care_relation r WHERE r.patient_id = $1 AND r.basis = 'BOOKING' AND r.basis_id = $4
            AND r.organization_id = $5 AND r.practitioner_id = $6
    ) AS known,
    EXISTS (
        SELECT FROM copy_horizon h WHERE h.store = 'schedule' AND h.trusted_until >= $2::timestamptz - $3::interval
    ) AS current,
    EXISTS (SELECT FROM encounter e WHERE e.booking_id = $4 AND e.error_id IS NULL) AS used
"""
_OPEN = """
SELECT id FROM episode
WHERE patient_id = $1 AND practitioner_id = $2 AND basis = $3 AND basis_id = $4 AND ends_at IS NULL
"""
# What rests on an episode ends with it: those who care by it, and who is on the ward where the patient lay.
_ENDED = """
UPDATE care_relation SET ends_at = $3
WHERE patient_id = $1 AND basis_id = $2 AND basis IN ('EPISODE', 'TRAINEE', 'CONSULTATION', 'DUTY')
    AND copied_from IS NULL AND starts_at < $3 AND (ends_at IS NULL OR ends_at > $3)
"""


class BasisRecord(Row):
    """The relation on which an episode is opened; `certain` is whether its copy can be trusted, if it is one."""

    basis_id: int
    department_id: int | None
    certain: bool


class BookedRecord(Row):
    """What is known here of a booking: whether it is the patient's with somebody, and an encounter came from it."""

    known: bool
    current: bool
    used: bool


async def relation_of(
    unit: Unit,
    patient: HeldPatient,
    basis: str,
    place: int,
    practitioner_id: int,
    departments: Sequence[int],
    at: datetime,
) -> BasisRecord | None:
    """A relation in force of somebody, or of one of the departments, to a patient on a basis; the latest one.

    Raises:
        SourceUnavailable: there is one that rests on a copy which cannot be trusted, and no other.
    """
    found: Any = await unit.row(
        BasisRecord, _IN_FORCE, patient.id, at, TRUSTED_FOR, place, basis, practitioner_id, [*departments]
    )
    if found is not None and not found.certain:
        raise SourceUnavailable(patient.store.name)
    row: BasisRecord | None = found
    return row


async def booked(
    unit: Unit, patient: HeldPatient, booking_id: int, place: int, practitioner_id: int, at: datetime
) -> BookedRecord:
    """Whether a booking is the patient's with somebody at an organisation, as far as it was copied.

    Raises:
        SourceUnavailable: it is not known, and nobody can say that there is none.
    """
    found: Any = await unit.row(BookedRecord, _BOOKED, patient.id, at, TRUSTED_FOR, booking_id, place, practitioner_id)
    if not (found.known or found.current):
        raise SourceUnavailable(patient.store.name)
    row: BookedRecord = found
    return row


async def is_open(unit: Unit, patient: HeldPatient, practitioner_id: int, basis: str, basis_id: int) -> bool:
    """Whether somebody leads an open episode on the same basis already."""
    return await unit.row(Row, _OPEN, patient.id, practitioner_id, basis, basis_id) is not None


def caring(patient: HeldPatient, episode_id: int, place: int, practitioner_id: int, at: datetime) -> Part:
    """Whoever leads an episode cares for its patient while it is open."""
    columns = {
        "patient_id": patient.id,
        "organization_id": place,
        "basis": "EPISODE",
        "basis_id": episode_id,
        "practitioner_id": practitioner_id,
        "starts_at": at,
    }
    return inserted(care_relation, columns)


def lying(patient: HeldPatient, episode_id: int, place: int, department_id: int, at: datetime) -> Part:
    """Whoever lies in a unit is cared for by who leads it and who is on duty there, while the episode is open."""
    columns = {
        "patient_id": patient.id,
        "organization_id": place,
        "basis": "DUTY",
        "basis_id": episode_id,
        "department_id": department_id,
        "starts_at": at,
    }
    return inserted(care_relation, columns)


def cared(patient: HeldPatient, episode_id: int, at: datetime) -> Part:
    """With an episode ends what rests on it."""
    return Part(_ENDED, (patient.id, episode_id, at))
