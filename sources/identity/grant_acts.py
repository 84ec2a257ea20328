"""How grants are written: given, asked for, decided on, taken back, judged."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sources.identity.grant import GRANT, GrantRecord
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.writing import Unit

# Any number that nobody else has: those who give and have grants at one organisation come one after the other.
_LOCK: Final = 7_220_141
_TURN = f"SELECT pg_advisory_xact_lock({_LOCK}, hashint8($1::bigint))"
_STANDS = """
SELECT count(*) FILTER (WHERE grantor_id = $2) AS given, count(*) FILTER (WHERE grantee_id = $3) AS received,
       max(id) FILTER (WHERE grantor_id = $2 AND grantee_id = $3 AND module = $5
           AND department_id IS NOT DISTINCT FROM $6 AND patient_ids @> $7::bigint[]
           AND (patient_ids <> '{}' OR $7::bigint[] = '{}') AND ends_at >= $8 AND starts_at <= $9
           AND drug_classes @> $10::text[]) AS same
FROM access_grant
WHERE organization_id = $1 AND (grantor_id = $2 OR grantee_id = $3) AND ends_at > $4 AND revoked_at IS NULL
    AND decision IS DISTINCT FROM 'REFUSED'
"""
_HELD = "SELECT * FROM access_grant WHERE {seen} FOR UPDATE"


class StandsRecord(Row):
    """What stands already: how many grants of whose access, how many of who has it, and one that says the same."""

    given: int
    received: int
    same: int | None


async def stands(unit: Unit, columns: Mapping[str, Any], at: datetime) -> StandsRecord:
    """What stands already of the people of a grant to be; nobody gives one more there until the transaction ends."""
    await unit.run(_TURN, columns["organization_id"])
    names = ("organization_id", "grantor_id", "grantee_id")
    what = ("module", "department_id", "patient_ids", "ends_at", "starts_at", "drug_classes")
    found: Any = await unit.row(
        StandsRecord, _STANDS, *(columns[name] for name in names), at, *(columns[name] for name in what)
    )
    record: StandsRecord = found
    return record


async def given(unit: Unit, columns: Mapping[str, Any]) -> int:
    """Insert a grant; its key."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    text = f"INSERT INTO access_grant ({', '.join(columns)}) VALUES ({places}) RETURNING id"  # noqa: S608 - our columns
    made: Any = await unit.row(Row, text, *columns.values())
    key: int = made["id"]
    return key


async def held(unit: Unit, key: int, seen: Seen) -> GrantRecord | None:
    """A grant that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(GRANT, key, seen)
    return await unit.row(GrantRecord, _HELD.format(seen=where), *values)


async def changed(unit: Unit, key: int, at: datetime, columns: Mapping[str, Any]) -> None:
    """Another version of a grant that is held."""
    named = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 3))
    text = f"UPDATE access_grant SET {named}, changed_at = $2, version = version + 1 WHERE id = $1"  # noqa: S608 - ours
    await unit.run(text, key, at, *columns.values())
