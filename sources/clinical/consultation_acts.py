"""Consultations as the clinical store has them: relations of care with a number of their own and a term."""

from datetime import datetime
from typing import Any

from sources.clinical.changes import Part
from sources.clinical.relation import CareRelationRecord
from sources.postgres.row import Row
from sources.postgres.writing import Unit

_OF = "basis = 'CONSULTATION' AND basis_id = $1"
# One row, whether there is one or not: whoever counts them learns nothing.
_WHOSE = f"SELECT (SELECT patient_id FROM care_relation WHERE {_OF} ORDER BY id LIMIT 1) AS patient_id"  # noqa: S608
_ONE = f"SELECT * FROM care_relation WHERE {_OF} ORDER BY id LIMIT 1"  # noqa: S608 - ours
_ASKED = """
SELECT * FROM care_relation
WHERE basis = 'CONSULTATION' AND patient_id = $1 AND practitioner_id = $2 AND organization_id = $3
  AND starts_at <= $4 AND (ends_at IS NULL OR ends_at > $4) LIMIT 1
"""
_ENDED = f"UPDATE care_relation SET ends_at = $2 WHERE {_OF} AND (ends_at IS NULL OR ends_at > $2)"  # noqa: S608 - ours


class WhoseConsultation(Row):
    """Of which patient a consultation is, if there is one."""

    patient_id: int | None


async def whose(unit: Unit, key: int) -> int | None:
    """Of which patient a consultation is; None where there is none."""
    found: Any = await unit.row(WhoseConsultation, _WHOSE, key)
    whose: int | None = found.patient_id
    return whose


async def consultation(unit: Unit, key: int) -> CareRelationRecord | None:
    """The relation of a consultation, over or not."""
    return await unit.row(CareRelationRecord, _ONE, key)


async def asked(unit: Unit, patient_id: int, practitioner_id: int, organization_id: int, at: datetime) -> bool:
    """Whether somebody is asked already, at that organisation, at an instant."""
    return await unit.row(CareRelationRecord, _ASKED, patient_id, practitioner_id, organization_id, at) is not None


def ended(key: int, at: datetime) -> Part:
    """A consultation that is over from an instant on."""
    return Part(_ENDED, (key, at))
