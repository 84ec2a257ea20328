"""How inquiries are opened and closed; whom one names is looked for in one way, whether there is anybody or not."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sources.clinical.inquiry import INQUIRY, InquiryRecord
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.writing import Unit

# A head inquires about whoever was treated where he heads; somebody else's patient is nobody to him.
_FOUND = """
SELECT p.id FROM patient p
WHERE {known} AND ($2::bigint IS NULL OR p.organization_id = $2
    OR EXISTS (SELECT FROM encounter e WHERE e.patient_id = p.id AND e.organization_id = $2 AND e.error_id IS NULL)
    OR EXISTS (SELECT FROM episode e WHERE e.patient_id = p.id AND e.organization_id = $2))
LIMIT 2
"""
KNOWN: Mapping[str, str] = {
    "id": "p.id = ANY($1::bigint[])",
    "insurance_number": "p.insurance_hash = ANY($1::bytea[])",
    "name": "p.name_hash = ANY($1::bytea[])",
}
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('inquiry ' || $1, 0))"
_OPENED = "SELECT count(*) AS opened FROM inquiry WHERE inquirer = $1 AND opened_at > $2"
_HELD = "SELECT * FROM inquiry WHERE {seen} FOR UPDATE"
_CLOSED = "UPDATE inquiry SET closed_at = $2, ends_at = $2 WHERE id = $1 RETURNING *"
DAY = timedelta(days=1)


async def found(unit: Unit, known: str, values: list[Any], organization_id: int | None) -> int | None:
    """The one patient of whom something is known; none where there is nobody, or several."""
    rows = await unit.rows(Row, _FOUND.format(known=KNOWN[known]), values, organization_id)
    return rows[0]["id"] if len(rows) == 1 else None


async def opened_lately(unit: Unit, inquirer: str, at: datetime) -> int:
    """How many somebody opened in the last 24 hours; until the transaction ends, nobody opens one more for him."""
    await unit.run(_TURN, inquirer)
    counted: Any = await unit.row(Row, _OPENED, inquirer, at - DAY)
    number: int = counted["opened"]
    return number


async def opened(unit: Unit, columns: Mapping[str, Any]) -> InquiryRecord:
    """Insert an inquiry."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    text = f"INSERT INTO inquiry ({', '.join(columns)}) VALUES ({places}) RETURNING *"  # noqa: S608 - our columns
    made: Any = await unit.row(InquiryRecord, text, *columns.values())
    row: InquiryRecord = made
    return row


async def held(unit: Unit, key: int, seen: Seen) -> InquiryRecord | None:
    """An inquiry that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(INQUIRY, key, seen)
    return await unit.row(InquiryRecord, _HELD.format(seen=where), *values)


async def closed(unit: Unit, key: int, at: datetime) -> InquiryRecord:
    """End a held inquiry."""
    made: Any = await unit.row(InquiryRecord, _CLOSED, key, at)
    row: InquiryRecord = made
    return row
