"""External services of organisations (внешние сервисы): where each is asked, and what came of asking it last.

What is shown to a service to be let in is never here, only the name under which the operator keeps it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from sources.postgres.ask import Ask
from sources.postgres.reading import by_key, children
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit
from sources.registry import metadata

KINDS = "'TELEMEDICINE','PRESCRIPTIONS','REFERRALS'"
FAULTS = "'SECRET_UNKNOWN','ADDRESS_REFUSED','UNREACHABLE','TIMED_OUT','ACCESS_DENIED','ANSWER_REFUSED'"
# The first half of an advisory lock's number; the second is the organisation's.
LOCK = 7_220_156

external_service = Table(
    "external_service",
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("organization_id", BigInteger, ForeignKey("organization.id"), nullable=False),
    Column("kind", Text, CheckConstraint(f"kind IN ({KINDS})"), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("secret_name", Text, nullable=False),  # the operator knows what it names
    Column("enabled", Boolean, nullable=False),
    Column("configured_by", Text, nullable=False),  # whose account
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("checked_at", DateTime(timezone=True)),  # as it is configured now
    Column("fault", Text, CheckConstraint(f"fault IN ({FAULTS})")),
    Column("next_check_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("organization_id", "kind", name="one_service_of_a_kind"),
    CheckConstraint("fault IS NULL OR checked_at IS NOT NULL", name="fault_of_a_check"),
    Index("external_service_due", "next_check_at", postgresql_where=text("enabled")),
)


class ExternalServiceRecord(Row):
    """A service of an organisation; the fault is that of its last check, none where that went well."""

    id: int
    organization_id: int
    kind: str
    endpoint: str
    secret_name: str
    enabled: bool
    configured_by: str
    changed_at: datetime
    version: int
    checked_at: datetime | None
    fault: str | None
    next_check_at: datetime


class DueService(Row):
    """A service that is to be asked now; `version` says as what it is configured."""

    id: int
    version: int
    ogrn: str
    endpoint: str
    secret_name: str


EXTERNAL_SERVICE = Entity(ExternalServiceRecord, external_service)
BY_KIND: Order = (("kind", "asc"), ("id", "asc"))

_ALONE = f"SELECT pg_advisory_xact_lock({LOCK}, hashint8($1))"
_HELD = "SELECT * FROM external_service WHERE {seen} FOR UPDATE"
_OF_KIND = "SELECT * FROM external_service WHERE organization_id = $1 AND kind = $2 FOR UPDATE"
_MADE = """
INSERT INTO external_service (organization_id, kind, endpoint, secret_name, enabled, configured_by, changed_at,
                              next_check_at)
VALUES ($1, $2, $3, $4, true, $5, $6, $6) RETURNING *
"""
# What was found out of another address, or with another secret, says nothing.
_CHANGED = """
UPDATE external_service
SET endpoint = $2, secret_name = $3, enabled = true, configured_by = $4, changed_at = $5, version = version + 1,
    checked_at = NULL, fault = NULL, next_check_at = $5
WHERE id = $1 RETURNING *
"""
_DISABLED = """
UPDATE external_service SET enabled = false, configured_by = $2, changed_at = $3, version = version + 1
WHERE id = $1 RETURNING *
"""
# Whoever claims one and dies leaves it to the next turn.
_CLAIM = """
UPDATE external_service s SET next_check_at = $2
FROM organization o
WHERE o.id = s.organization_id AND s.id IN (
    SELECT id FROM external_service WHERE enabled AND next_check_at <= $1
    ORDER BY next_check_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
)
RETURNING s.id, s.version, o.ogrn, s.endpoint, s.secret_name
"""
_CHECKED = """
UPDATE external_service SET checked_at = $3, fault = $4 WHERE id = $1 AND version = $2 AND enabled
"""


async def external_services(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, ExternalServiceRecord]:
    """Services by id."""
    return await by_key(store, EXTERNAL_SERVICE, keys, ask)


async def services_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[ExternalServiceRecord]]:
    """The services of each organisation, by kind."""
    return await children(store, EXTERNAL_SERVICE, keys, ask, key="organization_id", order=BY_KIND)


async def held(unit: Unit, key: int, seen: Seen) -> ExternalServiceRecord | None:
    """A service that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(EXTERNAL_SERVICE, key, seen)
    return await unit.row(ExternalServiceRecord, _HELD.format(seen=where), *values)


async def of_kind(unit: Unit, organization_id: int, kind: str) -> ExternalServiceRecord | None:
    """The service of a kind of an organisation, of which nobody else configures one until the transaction ends."""
    await unit.run(_ALONE, organization_id)
    return await unit.row(ExternalServiceRecord, _OF_KIND, organization_id, kind)


async def made(
    unit: Unit, organization_id: int, kind: str, endpoint: str, secret_name: str, subject: str, at: datetime
) -> ExternalServiceRecord:
    """Insert a service, enabled and to be checked at once."""
    found: Any = await unit.row(ExternalServiceRecord, _MADE, organization_id, kind, endpoint, secret_name, subject, at)
    row: ExternalServiceRecord = found
    return row


async def changed(
    unit: Unit, key: int, endpoint: str, secret_name: str, subject: str, at: datetime
) -> ExternalServiceRecord:
    """Configure a held service anew: it is enabled, and to be checked at once."""
    found: Any = await unit.row(ExternalServiceRecord, _CHANGED, key, endpoint, secret_name, subject, at)
    row: ExternalServiceRecord = found
    return row


async def disabled(unit: Unit, key: int, subject: str, at: datetime) -> ExternalServiceRecord:
    """Let a held service be asked by nobody."""
    found: Any = await unit.row(ExternalServiceRecord, _DISABLED, key, subject, at)
    row: ExternalServiceRecord = found
    return row


async def claim(store: Store, at: datetime, next_at: datetime, limit: int) -> Sequence[DueService]:
    """Services that are due, each given to one who asks; they are due again at another instant."""
    found: list[Any] = await store.fetch(DueService, _CLAIM, at, next_at, limit)
    return found


async def checked(store: Store, service: DueService, at: datetime, fault: str | None) -> None:
    """Note what came of a check, unless the service was configured otherwise or disabled meanwhile."""
    await store.execute(_CHECKED, service.id, service.version, at, fault)
