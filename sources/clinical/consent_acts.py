"""What the clinical store says of whoever consents: for whom an account stands, and what is consented to already."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sources.postgres.row import Row
from sources.postgres.writing import Unit

_STANDS_FOR = """
SELECT representative_id AS id FROM account
WHERE patient_id = $1 AND subject = $2 AND starts_at <= $3 AND (ends_at IS NULL OR ends_at > $3)
ORDER BY representative_id NULLS FIRST LIMIT 1
"""
_REPRESENTATIVE = """
SELECT id FROM representative
WHERE id = $1 AND patient_id = $2 AND starts_at <= $3 AND (ends_at IS NULL OR ends_at > $3)
"""
_COVERED = """
SELECT id FROM consent
WHERE patient_id = $1 AND organization_id = $2 AND kind = $3 AND at <= $4 AND (ends_at IS NULL OR ends_at > $4)
  AND organization_ids @> $5::bigint[] AND special_kinds @> $6::text[]
  AND (ends_at IS NULL OR ends_at >= $7::timestamptz)
LIMIT 1
"""


class _Key(Row):
    id: int | None


async def stands_for(unit: Unit, patient_id: int, subject: str, at: datetime) -> int | None:
    """The representative who an account is; None for the patient's own."""
    found: Any = await unit.row(_Key, _STANDS_FOR, patient_id, subject, at)
    return None if found is None else found.id


async def representative(unit: Unit, patient_id: int, key: int, at: datetime) -> int | None:
    """A representative of a patient at an instant; None where he is none."""
    found: Any = await unit.row(_Key, _REPRESENTATIVE, key, patient_id, at)
    return None if found is None else found.id


async def covered(unit: Unit, columns: Mapping[str, Any]) -> bool:
    """Whether a consent in force says all that a new one would, and as long."""
    names = ("patient_id", "organization_id", "kind", "at", "organization_ids", "special_kinds", "ends_at")
    return await unit.row(_Key, _COVERED, *(columns[name] for name in names)) is not None
