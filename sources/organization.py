"""Medical organisations (ФРМО), their departments and licences."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    and_,
    any_,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.reading import Filters, by_key, children, counts, slices
from sources.postgres.row import Row
from sources.postgres.statement import Entity, Order
from sources.postgres.store import Store
from sources.registry import metadata

organization = Table(
    "organization",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("oid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("short_name", Text),
    Column("sort_name", Text, nullable=False),
    # A branch has the numbers of the institution that it is part of; whoever has none is that institution.
    Column("ogrn", Text, CheckConstraint("is_ogrn(ogrn)"), nullable=False),
    Column("inn", Text, CheckConstraint("is_inn(inn)"), nullable=False),
    Column("region_code", Text, nullable=False),
    Column("head_id", BigInteger),
    Column("closed_on", Date),
    Column("address", Text),
    Column("branch_of_id", BigInteger, ForeignKey("organization.id")),
    Index("organization_by_name", "sort_name", "id"),
    Index("organization_of_ogrn", "ogrn", unique=True, postgresql_where=text("branch_of_id IS NULL")),
    Index("organization_of_inn", "inn", unique=True, postgresql_where=text("branch_of_id IS NULL")),
    Index("organization_by_ogrn", "ogrn"),
    Index("organization_by_inn", "inn"),
)
# As `sort_name` is made of the name.
_short_name = func.sort_key(organization.c.short_name)
Index("organization_by_short_name", _short_name)

department = Table(
    "department",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("organization_id", BigInteger, ForeignKey("organization.id"), nullable=False),
    Column("oid", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("head_id", BigInteger),
    Column("closed_on", Date),
    Index("department_by_organization", "organization_id", "id"),
    Index("department_by_head", "head_id"),
)

licence = Table(
    "licence",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("organization_id", BigInteger, ForeignKey("organization.id"), nullable=False),
    Column("number", Text, nullable=False, unique=True),
    Column("activity", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("status", Text, CheckConstraint("status IN ('ACTIVE','SUSPENDED','TERMINATED')"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("status_at", DateTime(timezone=True)),  # since when it has this status; null while it never had another
    CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="licence_term"),
    Index("licence_by_organization", "organization_id", "id"),
)


class OrganizationRecord(Row):
    """A medical organisation."""

    id: int
    oid: str
    name: str
    short_name: str | None
    sort_name: str
    ogrn: str
    inn: str
    region_code: str
    head_id: int | None
    closed_on: date | None
    address: str | None
    branch_of_id: int | None


class DepartmentRecord(Row):
    """A department (структурное подразделение) of an organisation.

    `last_on`: its last day, which is at the latest that of its organisation.
    """

    id: int
    organization_id: int
    oid: str
    name: str
    kind: str
    head_id: int | None
    closed_on: date | None
    last_on: date | None


class LicenceRecord(Row):
    """A licence for medical activity; it belongs to an organisation, never to a person."""

    id: int
    organization_id: int
    number: str
    activity: str
    authority: str
    status: str
    starts_on: date
    ends_on: date | None


# Numbers that branches have too.
_SHARED = frozenset({"ogrn", "inn"})
# What organisations are known by besides their names.
_NUMBERS = (organization.c.ogrn, organization.c.inn, organization.c.oid)


def _in(column: ColumnElement[str], bounds: Any, first: int) -> ColumnElement[bool]:
    """Whether a text lies between two of some bounds, the second excluded; they are counted from 1."""
    # A parameter is written with its type, which would take the place in brackets for its own.
    given = Grouping(bounds)
    return and_(column >= given[first], column < given[first + 1])


def _named(bounds: Any) -> ColumnElement[bool]:
    return or_(_in(organization.c.sort_name, bounds, 1), _in(_short_name, bounds, 1))


def _open(closed_on: ColumnElement[date], day: Any) -> ColumnElement[bool]:
    return or_(closed_on.is_(None), closed_on >= day)


_last_on = func.least(
    department.c.closed_on,
    select(organization.c.closed_on)
    .where(organization.c.id == department.c.organization_id)
    .correlate(department)
    .scalar_subquery(),
    type_=Date,
)

ORGANIZATION = Entity(
    OrganizationRecord,
    organization,
    filters={
        "name": (ARRAY(Text), _named),
        "number": (ARRAY(Text), lambda value: or_(_named(value), *(_in(c, value, 3) for c in _NUMBERS))),
        "open_on": (Date(), lambda day: _open(organization.c.closed_on, day)),
        "region": (ARRAY(Text), lambda value: organization.c.region_code == any_(value)),
        "branch": (Boolean(), lambda value: organization.c.branch_of_id.is_not(None) == value),
    },
)
DEPARTMENT = Entity(
    DepartmentRecord,
    department,
    computed={"last_on": _last_on},
    filters={"open_on": (Date(), lambda day: _open(_last_on, day))},
)
LICENCE = Entity(LicenceRecord, licence)

BY_NAME: Order = (("sort_name", "asc"), ("id", "asc"))
BY_ID: Order = (("id", "asc"),)


async def organizations(store: Store, key: str, keys: Sequence[Any], ask: Ask) -> dict[Any, OrganizationRecord]:
    """Organisations by id, ogrn, inn or oid; ogrn and inn mean the institution, not its branches."""
    if key not in _SHARED:
        return await by_key(store, ORGANIZATION, keys, ask, key=key)
    found = await children(store, ORGANIZATION, keys, ask, key=key, order=BY_ID, filters={"branch": False})
    return {value: rows[0] for value, rows in found.items() if rows}


async def organizations_of(
    store: Store, key: str, values: Sequence[str], ask: Ask
) -> dict[str, list[OrganizationRecord]]:
    """The institution of each ogrn, inn or oid, then its branches by id."""
    found: dict[str, list[OrganizationRecord]] = await children(store, ORGANIZATION, values, ask, key=key, order=BY_ID)
    return {value: sorted(rows, key=lambda row: row.branch_of_id is not None) for value, rows in found.items()}


async def departments(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, DepartmentRecord]:
    """Departments by id."""
    return await by_key(store, DEPARTMENT, keys, ask)


async def departments_of(
    store: Store, keys: Sequence[int], ask: Ask, filters: Filters
) -> dict[int, list[DepartmentRecord]]:
    """The departments of each organisation, in the order of the registry."""
    return await children(store, DEPARTMENT, keys, ask, key="organization_id", order=BY_ID, filters=filters)


async def licences(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, LicenceRecord]:
    """Licences by id."""
    return await by_key(store, LICENCE, keys, ask)


async def licences_of(store: Store, keys: Sequence[int], ask: Ask) -> dict[int, list[LicenceRecord]]:
    """All licences of each organisation, in the order of the registry."""
    return await children(store, LICENCE, keys, ask, key="organization_id", order=BY_ID)


async def organization_list(
    store: Store, keys: Sequence[None], ask: Ask, window: Window, filters: Filters
) -> dict[None, Slice[OrganizationRecord]]:
    """A slice of all organisations by name."""
    return await slices(store, ORGANIZATION, keys, ask, window, key=None, order=BY_NAME, filters=filters)


async def organization_count(store: Store, keys: Sequence[None], ask: Ask, filters: Filters) -> dict[None, int]:
    """How many organisations fit the filters."""
    return await counts(store, ORGANIZATION, keys, ask, key=None, filters=filters)


class ClosingRecord(Row):
    """An organisation that is closed, or that is to be; the day is its last."""

    id: int
    closed_on: date


_CLOSINGS = "SELECT id, closed_on FROM organization WHERE id = ANY($1::bigint[]) AND closed_on IS NOT NULL"


async def closings_of(store: Store, ids: Sequence[int]) -> list[ClosingRecord]:
    """The last day of those organisations that have one."""
    rows: list[Any] = await store.fetch(ClosingRecord, _CLOSINGS, list(ids))
    return rows
