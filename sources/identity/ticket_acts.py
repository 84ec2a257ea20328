"""How tickets of support are read, opened, answered and closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text, any_
from sqlalchemy.dialects.postgresql import ARRAY

from sources.identity.support import TicketRecord, support_ticket
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit

TICKET = Entity(
    TicketRecord,
    support_ticket,
    filters={
        "state": (ARRAY(Text), lambda value: support_ticket.c.state == any_(value)),
        "request": (Text(), lambda value: value == any_(support_ticket.c.request_ids)),
    },
)
NEWEST_FIRST: Order = (("id", "desc"),)

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('support_ticket ' || $1, 0))"
_LATELY = "SELECT count(*) AS opened FROM support_ticket WHERE account = $1 AND opened_at > $2"
_NEXT = "SELECT nextval(pg_get_serial_sequence('support_ticket', 'id')) AS id"
_HELD = "SELECT * FROM support_ticket WHERE {seen} FOR UPDATE"
_ANSWERED = """
UPDATE support_ticket
SET state = 'ANSWERED', answer = $2, operator = $3, changed_at = $4, version = version + 1 WHERE id = $1 RETURNING *
"""
_CLOSED = """
UPDATE support_ticket SET state = 'CLOSED', changed_at = $2, version = version + 1 WHERE id = $1 RETURNING *
"""
_FORGET = "DELETE FROM support_ticket WHERE state <> 'OPEN' AND changed_at < now() - interval '1095 days'"
_WORDS = "SELECT * FROM support_ticket WHERE id = ANY($1::bigint[])"


async def opened_lately(unit: Unit, account: str, since: datetime) -> int:
    """How many an account has opened since an instant; until the transaction ends it opens no other."""
    await unit.run(_TURN, account)
    row: Any = await unit.row(TicketRecord, _LATELY, account, since)
    count: int = row["opened"]
    return count


async def next_key(unit: Unit) -> int:
    """The key of a ticket to be."""
    row: Any = await unit.row(TicketRecord, _NEXT)
    key: int = row["id"]
    return key


async def opened(unit: Unit, columns: Mapping[str, Any]) -> TicketRecord:
    """Insert a ticket."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    text = f"INSERT INTO support_ticket ({', '.join(columns)}) VALUES ({places}) RETURNING *"  # noqa: S608 - ours
    row: Any = await unit.row(TicketRecord, text, *columns.values())
    made: TicketRecord = row
    return made


async def held(unit: Unit, key: int, seen: Seen) -> TicketRecord | None:
    """A ticket that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(TICKET, key, seen)
    return await unit.row(TicketRecord, _HELD.format(seen=where), *values)


async def answered(unit: Unit, key: int, answer: bytes, by: str, at: datetime) -> TicketRecord:
    """Keep the answer to a held ticket."""
    row: Any = await unit.row(TicketRecord, _ANSWERED, key, answer, by, at)
    made: TicketRecord = row
    return made


async def closed(unit: Unit, key: int, at: datetime) -> TicketRecord:
    """Close a held ticket."""
    row: Any = await unit.row(TicketRecord, _CLOSED, key, at)
    made: TicketRecord = row
    return made


async def words(store: Store, keys: Sequence[int]) -> list[TicketRecord]:
    """Tickets with their texts, as they are sealed."""
    rows: list[Any] = await store.fetch(TicketRecord, _WORDS, list(keys))
    return rows


async def forget_tickets(store: Store) -> None:
    """Drop tickets that were done with three years ago."""
    await store.fetch(TicketRecord, _FORGET)
