"""What events of inquiries speak of: whose office, where the patient is registered, and who he is to the cabinet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sources.postgres.row import Row

_OF_EVENTS: Final = """
SELECT i.id, i.office, i.officer, i.opened_at, i.ends_at, coalesce(i.organization_id, p.organization_id) AS place_id,
    ARRAY(
        SELECT DISTINCT a.subject FROM account a
        WHERE a.patient_id = i.patient_id AND a.starts_at <= $2 AND (a.ends_at IS NULL OR a.ends_at > $2)
    ) AS accounts
FROM inquiry i LEFT JOIN patient p ON p.id = i.patient_id WHERE i.id = ANY($1::bigint[])
"""


class ToldInquiry(Row):
    """An inquiry as a message may tell of it, and whom it concerns.

    Attributes:
        place_id: the organisation that the head heads who inquires, else the one that registered the patient; none
            where the inquiry names nobody.
        accounts: those that are the patient's own, or of who stands for him by law.
    """

    id: int
    office: str
    officer: str
    opened_at: datetime
    ends_at: datetime
    place_id: int | None
    accounts: list[str]


async def told_inquiries(connection: Any, ids: Sequence[int], at: datetime) -> dict[int, ToldInquiry]:
    """Inquiries that events speak of."""
    rows = await connection.fetch(_OF_EVENTS, list(ids), at, record_class=ToldInquiry)
    return {row.id: row for row in rows}
