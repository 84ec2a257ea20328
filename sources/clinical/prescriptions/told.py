"""What events of prescriptions speak of: who wrote one, who signs it, whose accounts are those of the patient."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sources.postgres.row import Row

_OF_EVENTS: Final = """
SELECT p.id, p.practitioner_id, p.organization_id, p.cosigner_id, p.signer_id,
    p.state = 'AWAITING_SIGNATURE' AS waits, p.leader_id IS NOT NULL OR p.signer_id <> p.practitioner_id AS by_others,
    ARRAY(
        SELECT DISTINCT a.subject FROM account a
        WHERE a.patient_id = p.patient_id AND a.starts_at <= $2 AND (a.ends_at IS NULL OR a.ends_at > $2)
    ) AS accounts,
    ARRAY(
        SELECT DISTINCT r.department_id FROM care_relation r
        WHERE r.patient_id = p.patient_id AND r.organization_id = p.organization_id AND r.department_id IS NOT NULL
            AND r.starts_at <= $2 AND (r.ends_at IS NULL OR r.ends_at > $2) AND p.confidentiality = 'NORMAL'
    ) AS wards
FROM prescription p WHERE p.id = ANY($1::bigint[])
"""


class ToldPrescription(Row):
    """A prescription as a message may tell of it.

    Attributes:
        waits: whether a signature is missing.
        by_others: whether somebody beside its author signed it; none while nobody has.
        accounts: those that are the patient's own, or of who stands for him by law.
        wards: the departments of its organisation where he is; none of what is not for all who lead them.
    """

    id: int
    practitioner_id: int
    organization_id: int
    cosigner_id: int | None
    signer_id: int | None
    waits: bool
    by_others: bool | None
    accounts: list[str]
    wards: list[int]


async def told_prescriptions(connection: Any, ids: Sequence[int], at: datetime) -> dict[int, ToldPrescription]:
    """Prescriptions that events speak of, as they are now."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), at, record_class=ToldPrescription)
    return {row.id: row for row in rows}
