"""How organisations are found, and what the registry tells of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.batch import many, one, page
from engine.global_id import decode
from resolvers import identifiers, prefixes, regions
from resolvers.context import Context
from resolvers.names import range_of, searched, sort_key
from sources import organization as source
from sources.organization import DepartmentRecord, LicenceRecord, OrganizationRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX = prefixes.ORGANIZATION
DEPARTMENT_PREFIX = prefixes.DEPARTMENT
LICENCE_PREFIX = "lic"


@dataclass(frozen=True)
class OrganizationBy:
    """Names one organisation: exactly one of the fields."""

    id: str | None = None
    ogrn: str | None = None
    inn: str | None = None
    oid: str | None = None


@dataclass(frozen=True)
class OrganizationFilter:
    """Which organisations are wanted: all conditions must hold."""

    search: str | None = None
    region: list[str] | None = None


def key_of(*, by: OrganizationBy) -> tuple[int, tuple[str, Any]] | None:
    """The key that a lookup means; an id that is none of ours means nothing."""
    if by.id is not None:
        key = decode(PREFIX, by.id)
        return None if key is None else (0, ("id", key))
    if by.ogrn is not None:
        return 0, ("ogrn", identifiers.ogrn(by.ogrn, "by.ogrn"))
    if by.inn is not None:
        return 0, ("inn", identifiers.inn(by.inn, "by.inn"))
    return 0, ("oid", identifiers.oid(by.oid or "", "by.oid"))


@one("registry", OrganizationRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, OrganizationRecord]:
    """Organisations by key."""
    return await source.organizations(context.stores.registry, "id", keys, ask)


@one("registry", OrganizationRecord)
async def lookup(
    context: Context, keys: Sequence[tuple[str, Any]], ask: Ask
) -> dict[tuple[str, Any], OrganizationRecord]:
    """Organisations by (column, value); one statement for each column that is looked at."""
    found: dict[tuple[str, Any], OrganizationRecord] = {}
    for column in sorted({column for column, _ in keys}):
        values = [value for name, value in keys if name == column]
        rows = await source.organizations(context.stores.registry, column, values, ask)
        found |= {(column, value): row for value, row in rows.items()}
    return found


def filters(given: OrganizationFilter | None, ask: Ask, *, include_closed: bool) -> dict[str, object]:
    """The filter in the words of the store.

    Raises:
        BadArgument: naming the field of the filter that cannot be taken.
    """
    found = _open_now(ask, include_closed=include_closed)
    if given is None:
        return found
    text = searched(given.search, "filter.search")
    names = range_of(sort_key(text))
    if names and identifiers.is_beginning(text):
        found["number"] = [*names, *range_of(identifiers.without_filling(text))]
    elif names:
        found["name"] = names
    if given.region is not None:
        found["region"] = regions.codes(given.region, "filter.region")
    return found


def _open_now(ask: Ask, *, include_closed: bool) -> dict[str, object]:
    return {} if include_closed else {"open_on": ask.today}


async def _count(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    *,
    filter: OrganizationFilter | None = None,
    include_closed: bool = False,
) -> dict[None, int]:
    wanted = filters(filter, ask, include_closed=include_closed)
    return await source.organization_count(context.stores.registry, keys, ask, wanted)


@page("registry", OrganizationRecord, _count)
async def listed(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    window: Window,
    *,
    filter: OrganizationFilter | None = None,
    include_closed: bool = False,
) -> dict[None, Slice[OrganizationRecord]]:
    """All organisations that fit the filter; the closed ones only if they are asked for."""
    wanted = filters(filter, ask, include_closed=include_closed)
    return await source.organization_list(context.stores.registry, keys, ask, window, wanted)


@one("registry", DepartmentRecord)
async def department(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, DepartmentRecord]:
    """Departments by key."""
    return await source.departments(context.stores.registry, keys, ask)


@many("registry", DepartmentRecord)
async def departments(
    context: Context, keys: Sequence[int], ask: Ask, *, include_closed: bool = False
) -> dict[int, list[DepartmentRecord]]:
    """The departments of each organisation; the closed ones only if they are asked for."""
    wanted = _open_now(ask, include_closed=include_closed)
    return await source.departments_of(context.stores.registry, keys, ask, wanted)


@one("registry", LicenceRecord)
async def licence(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, LicenceRecord]:
    """Licences by key."""
    return await source.licences(context.stores.registry, keys, ask)


@many("registry", LicenceRecord)
async def licences(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[LicenceRecord]]:
    """The licences of each organisation."""
    return await source.licences_of(context.stores.registry, keys, ask)
