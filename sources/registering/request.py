"""What people ask of the register: to be entered, and to have corrected what it says of them (заявки в реестр)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    any_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, counts, slices
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit
from sources.registry import metadata

FIELDS = "'PERSON','FAMILY_NAME','GIVEN_NAME','PATRONYMIC','EDUCATION','EMPLOYER'"
STATES = "'PENDING','APPROVED','REJECTED','LAPSED'"
# Nobody decides after so many days, and so long after the end nobody needs what was asked for.
WAITS_DAYS, KEPT_DAYS = 90, 90
# Any number that nobody else has, the same in every process.
LOCK = 7_220_141

registry_request = Table(
    "registry_request",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('REGISTRATION','CORRECTION')"), nullable=False),
    Column("field", Text, CheckConstraint(f"field IN ({FIELDS})"), nullable=False),
    Column("subject", Text, nullable=False),  # whose account asks
    Column("practitioner_id", BigInteger, ForeignKey("practitioner.id")),  # of an entry, once it is made
    Column("organization_id", BigInteger, ForeignKey("organization.id"), nullable=False),  # whose officer decides
    Column("employment_id", BigInteger, ForeignKey("employment.id")),  # that shall be corrected
    Column("said", JSONB),  # by field, what shall be there; dropped some time after the end
    Column("found", JSONB),  # by field, what was there
    Column("document_id", BigInteger),  # the paper that shows it, in the store of documents
    Column("state", Text, CheckConstraint(f"state IN ({STATES})"), nullable=False),
    Column("reason", Text),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("kind = 'REGISTRATION' OR practitioner_id IS NOT NULL", name="request_of_somebody"),
    CheckConstraint("(kind = 'REGISTRATION') = (field = 'PERSON')", name="request_of_field"),
    CheckConstraint("said IS NOT NULL OR state <> 'PENDING'", name="request_says"),
    CheckConstraint("(state IN ('APPROVED','REJECTED')) = (decided_by IS NOT NULL)", name="request_decided"),
    Index(
        "one_open_registration",
        "subject",
        unique=True,
        postgresql_where=text("kind = 'REGISTRATION' AND state = 'PENDING'"),
    ),
    Index(
        "one_open_correction",
        "practitioner_id",
        "field",
        unique=True,
        postgresql_where=text("kind = 'CORRECTION' AND state = 'PENDING'"),
    ),
    Index("registry_request_by_subject", "subject", "made_at", "id"),
    Index("registry_request_by_organization", "organization_id", "made_at", "id"),
    Index("registry_request_waiting", "made_at", postgresql_where=text("state = 'PENDING'")),
    Index("registry_request_over", "changed_at", postgresql_where=text("said IS NOT NULL AND state <> 'PENDING'")),
)


class RequestRecord(Row):
    """One thing that somebody asked of the register; `said` and `found` are JSON, by field."""

    id: int
    kind: str
    field: str
    subject: str
    practitioner_id: int | None
    organization_id: int
    employment_id: int | None
    said: str | None
    found: str | None
    document_id: int | None
    state: str
    reason: str | None
    made_at: datetime
    changed_at: datetime
    decided_by: str | None
    version: int


REQUEST = Entity(
    RequestRecord,
    registry_request,
    filters={
        "state": (ARRAY(Text), lambda value: registry_request.c.state == any_(value)),
        "kind": (ARRAY(Text), lambda value: registry_request.c.kind == any_(value)),
        "mine": (Text(), lambda value: registry_request.c.subject == value),
        "others": (Text(), lambda value: registry_request.c.subject != value),
    },
)
NEWEST_FIRST: Order = (("made_at", "desc"), ("id", "desc"))

_ALONE = f"SELECT pg_advisory_xact_lock({LOCK}, hashtext($1))"
_OPEN = """
SELECT id FROM registry_request
WHERE state = 'PENDING' AND CASE WHEN $2 = 'PERSON' THEN subject = $1 ELSE practitioner_id = $3 END AND field = $2
"""
_HELD = "SELECT * FROM registry_request WHERE {seen} FOR UPDATE"
_MAKE = """
INSERT INTO registry_request (kind, field, subject, practitioner_id, organization_id, employment_id, said, found,
                              document_id, state, made_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, 'PENDING', $10, $10) RETURNING *
"""
_DECIDE = """
UPDATE registry_request SET state = $2, reason = $3, changed_at = $4, decided_by = $5, version = version + 1,
    practitioner_id = coalesce($6, practitioner_id)
WHERE id = $1 RETURNING *
"""
_LAPSE = f"""
UPDATE registry_request SET state = 'LAPSED', changed_at = now(), version = version + 1
WHERE state = 'PENDING' AND made_at < now() - interval '{WAITS_DAYS} days'
"""  # noqa: S608 - a number
_FORGET = f"""
UPDATE registry_request SET said = NULL, found = NULL
WHERE said IS NOT NULL AND state <> 'PENDING' AND changed_at < now() - interval '{KEPT_DAYS} days'
"""  # noqa: S608 - a number


async def requests(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, RequestRecord]:
    """Requests by key."""
    return await by_key(store, REQUEST, keys, ask)


async def request_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[RequestRecord]]:
    """A slice of all requests, the newest first."""
    return await slices(store, REQUEST, keys, ask, window, key=None, order=NEWEST_FIRST, filters=filters)


async def request_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many requests fit the filters."""
    return await counts(store, REQUEST, keys, ask, key=None, filters=filters)


async def is_open(unit: Unit, subject: str, field: str, practitioner_id: int | None) -> bool:
    """Whether such a request waits; until the transaction ends, nobody makes another of the account's."""
    await unit.run(_ALONE, subject)
    return await unit.row(Row, _OPEN, subject, field, practitioner_id) is not None


async def make(
    unit: Unit,
    kind: str,
    field: str,
    subject: str,
    practitioner_id: int | None,
    organization_id: int,
    said: Mapping[str, str | None],
    found: Mapping[str, str | None],
    at: datetime,
    *,
    employment_id: int | None = None,
    document_id: int | None = None,
) -> RequestRecord:
    """Keep a request."""
    told, known = orjson.dumps(said).decode(), orjson.dumps(found).decode()
    made: Any = await unit.row(
        RequestRecord, _MAKE, kind, field, subject, practitioner_id, organization_id, employment_id, told, known,
        document_id, at,
    )  # fmt: skip
    row: RequestRecord = made
    return row


async def held(unit: Unit, key: int, seen: Seen) -> RequestRecord | None:
    """A request that nobody else decides until the transaction ends; none where it may not be seen."""
    where, values = where_seen(REQUEST, key, seen)
    return await unit.row(RequestRecord, _HELD.format(seen=where), *values)


async def decided(
    unit: Unit,
    key: int,
    state: str,
    reason: str | None,
    at: datetime,
    officer: str | None,
    practitioner_id: int | None = None,
) -> RequestRecord:
    """End a held request."""
    made: Any = await unit.row(RequestRecord, _DECIDE, key, state, reason, at, officer, practitioner_id)
    row: RequestRecord = made
    return row


async def forget_requests(store: Store) -> None:
    """End what waited too long, and drop what was asked for long ago."""
    await store.fetch(Row, _LAPSE)
    await store.fetch(Row, _FORGET)
