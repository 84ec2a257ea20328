"""Requests for information: how they are read, made and answered."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Text, any_
from sqlalchemy.dialects.postgresql import ARRAY

from sources.exchange.tables import information_request
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit


class InformationRequestRecord(Row):
    """One request of the regulator, or of an insurer, to an organisation."""

    id: int
    subject: str
    office: str
    organization_id: int
    recipient: str
    what: str
    basis: str
    basis_number: str
    basis_on: date
    due_on: date
    state: str
    made_at: datetime
    changed_at: datetime
    version: int


CHANGED: Final = "INFORMATION_REQUEST_CHANGED"
_PREFIX: Final = "inforeq"

_c = information_request.c
REQUEST = Entity(
    InformationRequestRecord,
    information_request,
    filters={
        "state": (ARRAY(Text), lambda value: _c.state == any_(value)),
        "organization": (BigInteger(), lambda value: _c.organization_id == value),
    },
)
NEWEST_FIRST: Order = (("made_at", "desc"), ("id", "desc"))

_HELD = "SELECT * FROM information_request WHERE {seen} FOR UPDATE"
_CHANGED = """
UPDATE information_request SET state = $2, changed_at = $3, version = version + 1 WHERE id = $1 RETURNING *
"""
_OVERDUE = """
SELECT * FROM information_request WHERE state = 'OPEN' AND due_on < $1 AND id > $2 ORDER BY id LIMIT $3
"""
_TOLD = "SELECT * FROM information_request WHERE id = ANY($1::bigint[])"


async def requests(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, InformationRequestRecord]:
    """Requests by key."""
    return await by_key(store, REQUEST, keys, ask)


async def request_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[InformationRequestRecord]]:
    """A slice of all requests, the newest first."""
    return await slices(store, REQUEST, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def request_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many requests fit the filters."""
    return await counts(store, REQUEST, keys, ask, key=None, filters=filters)


async def made(unit: Unit, columns: Mapping[str, Any]) -> InformationRequestRecord:
    """Keep a request."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    text = f"INSERT INTO information_request ({', '.join(columns)}) VALUES ({places}) RETURNING *"  # noqa: S608 - our columns
    row: Any = await unit.row(InformationRequestRecord, text, *columns.values())
    found: InformationRequestRecord = row
    return found


async def held(unit: Unit, key: int, seen: Seen) -> InformationRequestRecord | None:
    """A request that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(REQUEST, key, seen)
    return await unit.row(InformationRequestRecord, _HELD.format(seen=where), *values)


async def changed(unit: Unit, key: int, state: str, at: datetime) -> InformationRequestRecord:
    """Bring a held request to a state."""
    row: Any = await unit.row(InformationRequestRecord, _CHANGED, key, state, at)
    found: InformationRequestRecord = row
    return found


async def overdue(store: Store, today: date, after: int, most: int) -> list[InformationRequestRecord]:
    """Open requests whose last day is over, by their keys."""
    rows: list[InformationRequestRecord] = await store.fetch(InformationRequestRecord, _OVERDUE, today, after, most)
    return rows


async def told_requests(connection: Any, keys: Sequence[int]) -> dict[int, Any]:
    """Requests that events speak of."""
    return {row["id"]: row for row in await connection.fetch(_TOLD, list(keys), record_class=InformationRequestRecord)}


def payload(key: int, state: str, organization_id: int | None) -> dict[str, Any]:
    """What the event of a step says: ids without values."""
    return {"object": f"{_PREFIX}_{key}", "requestId": key, "step": state, "organizationId": organization_id}
