"""How appointments are read in lists, and how they are proposed, confirmed and ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Text, and_, any_, or_
from sqlalchemy.dialects.postgresql import ARRAY

from sources.delivery.arriving import note
from sources.journal import AppointmentRecord, appointment
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import AT, Entity, Order
from sources.postgres.store import Store
from sources.postgres.transaction import transaction
from sources.postgres.writing import Unit

_c = appointment.c
_open = and_(_c.valid_from.is_(None), _c.lapses_at > AT)
_held = and_(_c.valid_from <= AT, or_(_c.valid_to.is_(None), _c.valid_to > AT))
APPOINTMENT = Entity(
    AppointmentRecord,
    appointment,
    filters={
        "function": (ARRAY(Text), lambda value: _c.function == any_(value)),
        "subject": (Text(), lambda value: _c.subject == value),
        "organization": (BigInteger(), lambda value: _c.organization_id == value),
        "proposed": (Boolean(), lambda value: _open == value),
        "held": (Boolean(), lambda value: _held == value),
    },
)
NEWEST_FIRST: Order = (("id", "desc"),)

# Whoever appoints to one function waits for each other: who is the last of it, and whether somebody has it already.
_OF_EVENTS = "SELECT * FROM appointment WHERE id = ANY($1::bigint[])"
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('appointment ' || $1, 0))"
_HELD = "SELECT * FROM appointment WHERE {seen} FOR UPDATE"
_OF_ACCOUNT = """
SELECT * FROM appointment
WHERE subject = $1 AND (
    (valid_from IS NOT NULL AND (valid_to IS NULL OR valid_to > $2)) OR (valid_from IS NULL AND lapses_at > $2)
)
"""
_OTHERS = """
SELECT FROM appointment
WHERE function = $1 AND subject <> $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3) LIMIT 1
"""
_CONFIRMED = """
UPDATE appointment SET valid_from = $2, confirmed_by = $3, version = version + 1 WHERE id = $1 RETURNING *
"""
_ENDED = """
UPDATE appointment SET
    valid_to = CASE WHEN valid_from IS NULL THEN valid_to ELSE $2 END,
    lapses_at = CASE WHEN valid_from IS NULL THEN $2 ELSE lapses_at END,
    ended_by = $3, ended_at = $2, version = version + 1
WHERE id = $1 RETURNING *
"""
_IN_FORCE = """
SELECT * FROM appointment
WHERE ($2::text IS NULL OR function = $2) AND (valid_from IS NULL AND lapses_at > $1
   OR valid_from IS NOT NULL AND (valid_to IS NULL OR valid_to > $1))
ORDER BY function, subject, id
"""


async def held(unit: Unit, key: int, seen: Seen) -> AppointmentRecord | None:
    """An appointment that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(APPOINTMENT, key, seen)
    return await unit.row(AppointmentRecord, _HELD.format(seen=where), *values)


async def turn(unit: Unit, function: str) -> None:
    """Wait until nobody else appoints to a function, or ends one, until the transaction ends."""
    await unit.run(_TURN, function)


async def of_account(unit: Unit, account: str, at: datetime) -> list[AppointmentRecord]:
    """What an account holds, will hold, or is proposed for."""
    rows: list[Any] = await unit.rows(AppointmentRecord, _OF_ACCOUNT, account, at)
    return rows


async def others(unit: Unit, function: str, account: str, at: datetime) -> bool:
    """Whether anybody else holds a function at an instant."""
    return bool(await unit.rows(Row, _OTHERS, function, account, at))


async def proposed(unit: Unit, columns: Mapping[str, Any]) -> AppointmentRecord:
    """Insert a proposal."""
    row: Any = await unit.row(AppointmentRecord, _insert(columns), *columns.values())
    made: AppointmentRecord = row
    return made


async def confirmed(unit: Unit, key: int, at: datetime, by: str) -> AppointmentRecord:
    """Let a held proposal be in force from an instant on."""
    row: Any = await unit.row(AppointmentRecord, _CONFIRMED, key, at, by)
    made: AppointmentRecord = row
    return made


async def ended(unit: Unit, key: int, at: datetime, by: str) -> AppointmentRecord:
    """End a held appointment, or take a held proposal back."""
    row: Any = await unit.row(AppointmentRecord, _ENDED, key, at, by)
    made: AppointmentRecord = row
    return made


async def of_events(connection: Any, keys: Sequence[int]) -> dict[int, AppointmentRecord]:
    """Appointments that events speak of."""
    rows = await connection.fetch(_OF_EVENTS, list(keys), record_class=AppointmentRecord)
    return {row.id: row for row in rows}


async def not_over(store: Store, at: datetime, function: str | None = None) -> list[AppointmentRecord]:
    """All that are in force, to come, or proposed, for an operator."""
    rows: list[Any] = await store.fetch(AppointmentRecord, _IN_FORCE, at, function)
    return rows


async def given(store: Store, columns: Mapping[str, Any], at: datetime, by: str, grounds: str, act: str) -> int | None:
    """Appoint as an operator does, with an audit entry; none where the account holds the function there already."""
    async with transaction(store, store.deadline) as connection:
        await connection.execute(_TURN, columns["function"])
        rows = await connection.fetch(_OF_ACCOUNT, columns["subject"], at)
        same = (columns["function"], columns["organization_id"])
        if any(row["valid_from"] is not None and (row["function"], row["organization_id"]) == same for row in rows):
            return None
        row = await connection.fetchrow(_insert(columns), *columns.values())
        await note(connection, at, by, act, f"apt_{row['id']}", grounds)
        key: int = row["id"]
        return key


async def taken(
    store: Store, same: tuple[str, str, int | None], at: datetime, by: str, grounds: str, act: str
) -> list[int]:
    """End what an account holds of a function at an organisation as an operator does, each with an audit entry."""
    function, account, organization = same
    found = []
    async with transaction(store, store.deadline) as connection:
        for row in await connection.fetch(f"{_OF_ACCOUNT} ORDER BY id FOR UPDATE", account, at):
            if (row["function"], row["organization_id"]) == (function, organization):
                last = at if row["valid_from"] is None else max(at, row["valid_from"] + datetime.resolution)
                await connection.execute(_ENDED, row["id"], last, by)
                await note(connection, at, by, act, f"apt_{row['id']}", grounds)
                found.append(row["id"])
    return found


def _insert(columns: Mapping[str, Any]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO appointment ({', '.join(columns)}) VALUES ({places}) RETURNING *"  # noqa: S608 - our columns
