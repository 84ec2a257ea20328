"""How records of accreditation are written: granted, decided on, ended, held up and let go on."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sources.accreditation import ACCREDITATION, AccreditationRecord
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.writing import Unit

_HELD = "SELECT * FROM accreditation WHERE {seen} FOR UPDATE"
_NEXT = "SELECT nextval(pg_get_serial_sequence('accreditation', 'id')) AS id"
_DECIDED = """
INSERT INTO decision (accreditation_id, protocol_number, decided_on, authority, summary) VALUES ($1, $2, $3, $4, $5)
"""
_CHANGED = """
UPDATE accreditation SET state = $2, state_reason = $3, changed_at = $4, version = version + 1
WHERE id = $1 RETURNING *
"""
_MOVED = """
UPDATE accreditation
SET base_id = $2, place_id = (SELECT b.place_id FROM accreditation b WHERE b.id = $2), changed_at = $3,
    version = version + 1
WHERE base_id = $1 AND state IN ('ACTIVE', 'UNDER_REVIEW', 'SUSPENDED')
"""


class NextRecord(Row):
    """The key of a record to be."""

    id: int


async def held(unit: Unit, key: int, seen: Seen = None) -> AccreditationRecord | None:
    """A record that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(ACCREDITATION, key, seen)
    return await unit.row(AccreditationRecord, _HELD.format(seen=where), *values)


async def next_key(unit: Unit) -> int:
    """The key of a record to be."""
    found: Any = await unit.row(NextRecord, _NEXT)
    key: int = found.id
    return key


async def granted(unit: Unit, columns: Mapping[str, Any]) -> AccreditationRecord:
    """Insert a record."""
    names = list(columns)
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    text = f"INSERT INTO accreditation ({', '.join(names)}) VALUES ({places}) RETURNING *"  # noqa: S608 - our columns
    found: Any = await unit.row(AccreditationRecord, text, *columns.values())
    row: AccreditationRecord = found
    return row


async def decided(unit: Unit, key: int, protocol_number: str, day: date, authority: str, summary: str) -> None:
    """Insert the decision behind a record."""
    await unit.run(_DECIDED, key, protocol_number, day, authority, summary)


async def changed(unit: Unit, key: int, state: str, reason: str | None, at: datetime) -> AccreditationRecord:
    """Change the state of a held record; its version goes up by one."""
    found: Any = await unit.row(AccreditationRecord, _CHANGED, key, state, reason, at)
    row: AccreditationRecord = found
    return row


async def move(unit: Unit, key: int, to: int, at: datetime) -> None:
    """Let the records that stand on one stand on its successor."""
    await unit.run(_MOVED, key, to, at)
