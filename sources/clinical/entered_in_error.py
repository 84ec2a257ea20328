"""Records that were entered in error (внесено ошибочно): which, by whom that was said, and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, Table

from sources.clinical.changes import Part, inserted, updated
from sources.clinical.held import HeldPatient
from sources.clinical.opening import Opened, Sealed, sealed_key_of
from sources.clinical.patient import patient
from sources.clinical.reading import Kind
from sources.clinical.tables import metadata, of_patient, placed, record_id
from sources.postgres.row import Row
from sources.postgres.writing import Unit

# The record names it by its `error_id`.
record_error = Table(
    "record_error",
    metadata,
    record_id(),
    of_patient(),
    *placed(),  # by whoever said so
    Column("record_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Index("one_error_of_a_record", "record_id", unique=True),
)


class RecordErrorRecord(Opened):
    """That a record was entered in error, and why."""

    id: int
    patient_id: int
    organization_id: int
    practitioner_id: int
    record_id: int
    at: datetime
    reason: str


RECORD_ERROR: Final = Sealed(
    RecordErrorRecord, record_error, {"reason": str}, key_of_patient=sealed_key_of(record_error, patient)
)

# What was recorded at an encounter and counts: a note or prescription that is thrown away does not.
_REMAINS = """
SELECT 1 AS one WHERE EXISTS (SELECT FROM condition WHERE encounter_id = $1 AND error_id IS NULL)
    OR EXISTS (SELECT FROM observation WHERE encounter_id = $1 AND error_id IS NULL)
    OR EXISTS (SELECT FROM laboratory_result WHERE encounter_id = $1 AND error_id IS NULL)
    OR EXISTS (SELECT FROM imaging_study WHERE encounter_id = $1)
    OR EXISTS (SELECT FROM procedure WHERE encounter_id = $1 AND error_id IS NULL)
    OR EXISTS (SELECT FROM note WHERE encounter_id = $1 AND state <> 'DISCARDED')
    OR EXISTS (SELECT FROM service_order WHERE encounter_id = $1 AND error_id IS NULL)
    OR EXISTS (SELECT FROM prescription WHERE encounter_id = $1 AND state NOT IN ('CANCELLED', 'ANNULLED'))
"""


class _One(Row):
    one: int


def marked(
    kind: Kind, patient: HeldPatient, row: Any, error: Mapping[str, Any], said: Mapping[str, Any]
) -> Iterator[Part]:
    """A record that is held names an error more; `said` are other columns of it that say so."""
    table = kind.entity.table if isinstance(kind, Sealed) else kind.table
    assert isinstance(table, Table)  # noqa: S101 - of records that lie in a table of their own
    yield updated(table, row.id, error["at"], {"error_id": error["id"], **said})
    yield inserted(record_error, RECORD_ERROR.sealed(error, patient.key))


async def remains_of(unit: Unit, encounter_id: int) -> bool:
    """Whether something that counts was recorded at an encounter."""
    found: Any = await unit.row(_One, _REMAINS, encounter_id)
    return found is not None
