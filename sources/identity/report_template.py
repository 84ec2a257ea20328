"""Templates of reports that somebody keeps for himself: what is asked for, under a name of his own, which is sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, Integer, LargeBinary, Table, Text

from sources.identity.limits import LONGEST_ACCOUNT
from sources.identity.tables import metadata
from sources.postgres import reading
from sources.postgres.ask import Ask
from sources.postgres.row import Row
from sources.postgres.seen import Seen, where_seen
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.postgres.writing import Unit

TABLE: Final = "report_template"
METRICS: Final = "'VISITS','PRESCRIPTIONS','DOCUMENTATION_TIMELINESS','PROCEDURES'"

report_template = Table(
    TABLE,
    metadata,
    Column("id", BigInteger, Identity(start=10_000_000), primary_key=True),
    Column("account", Text, CheckConstraint(f"length(account) <= {LONGEST_ACCOUNT}"), nullable=False),  # whose it is
    Column("metric", Text, CheckConstraint(f"metric IN ({METRICS})"), nullable=False),
    Column("scope", Text, CheckConstraint("scope IN ('SELF','UNIT','ORGANIZATION')"), nullable=False),
    Column("object_id", BigInteger),  # the department, or the organisation
    Column("by", Text, CheckConstraint("by IN ('PERFORMER','UNIT','SERVICE')")),
    Column("span", Integer, CheckConstraint("span BETWEEN 1 AND 530"), nullable=False),  # weeks; months of procedures
    Column("key", LargeBinary, nullable=False),  # wrapped
    Column("name", LargeBinary, nullable=False),  # sealed under it
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("(scope = 'SELF') = (object_id IS NULL)", name="report_template_object"),
    CheckConstraint(
        "(metric = 'PROCEDURES') = (by IS NOT NULL) AND (by IS NULL OR scope = 'ORGANIZATION')",
        name="report_template_by",
    ),
    Index("report_template_by_account", "account", "id"),
)


class TemplateRecord(Row):
    """A template, as it is kept."""

    id: int
    account: str
    metric: str
    scope: str
    object_id: int | None
    by: str | None
    span: int
    key: bytes
    name: bytes
    made_at: datetime
    changed_at: datetime
    version: int


class _Number(Row):
    number: int


TEMPLATE: Final = Entity(TemplateRecord, report_template)
_OLDEST_FIRST: Final[Order] = (("id", "asc"),)
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('report_template ' || $1, 0))"
_COUNT = "SELECT count(*)::int AS number FROM report_template WHERE account = $1"
_NEXT = "SELECT nextval(pg_get_serial_sequence('report_template', 'id')) AS number"
_HELD = "SELECT * FROM report_template WHERE {seen} FOR UPDATE"
_DELETED = "DELETE FROM report_template WHERE id = $1"


async def templates(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, TemplateRecord]:
    """Templates by key."""
    return await reading.by_key(store, TEMPLATE, keys, ask)


async def templates_of(store: Store, account: str, ask: Ask) -> list[TemplateRecord]:
    """The templates of an account, the oldest first."""
    found = await reading.children(store, TEMPLATE, [account], ask, key="account", order=_OLDEST_FIRST)
    return found[account]


async def kept_by(unit: Unit, account: str) -> int:
    """How many templates an account has; until the transaction ends it makes no other."""
    await unit.run(_TURN, account)
    row: Any = await unit.row(_Number, _COUNT, account)
    number: int = row.number
    return number


async def next_key(unit: Unit) -> int:
    """The key of a template to be."""
    row: Any = await unit.row(_Number, _NEXT)
    key: int = row.number
    return key


async def held(unit: Unit, key: int, seen: Seen) -> TemplateRecord | None:
    """A template that nobody else changes until the transaction ends; none where it may not be seen."""
    where, values = where_seen(TEMPLATE, key, seen)
    return await unit.row(TemplateRecord, _HELD.format(seen=where), *values)


async def made(unit: Unit, columns: Mapping[str, Any]) -> None:
    """Insert a template."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    await unit.run(f"INSERT INTO report_template ({', '.join(columns)}) VALUES ({places})", *columns.values())  # noqa: S608 - ours


async def changed(unit: Unit, key: int, columns: Mapping[str, Any]) -> None:
    """Another version of a held template."""
    said = ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, 2))
    await unit.run(f"UPDATE report_template SET {said}, version = version + 1 WHERE id = $1", key, *columns.values())  # noqa: S608 - ours


async def deleted(unit: Unit, key: int) -> None:
    """Forget a held template."""
    await unit.run(_DELETED, key)
