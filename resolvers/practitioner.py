"""How practitioners are found, and what the registry tells of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.batch import many, one, page
from engine.errors import BadArgument, Finding
from engine.global_id import decode
from resolvers import identifiers, prefixes
from resolvers.context import Context
from resolvers.people import OrderDirection, PractitionerFilter, filters
from sources import practitioner as source
from sources.postgres.ask import Ask, Slice, Window
from sources.postgres.statement import Order
from sources.practitioner import CertificateRecord, EducationRecord, PractitionerRecord, QualificationRecord

PREFIX = prefixes.PRACTITIONER
AWARD_PREFIX, EDUCATION_PREFIX, CERTIFICATE_PREFIX = "award", "edu", "cert"


class PractitionerOrderField(StrEnum):
    """What practitioners can be ordered by."""

    NAME = "NAME"
    REGISTRY_NUMBER = "REGISTRY_NUMBER"
    BIRTH_ON = "BIRTH_ON"


@dataclass(frozen=True)
class PractitionerBy:
    """Names one practitioner: exactly one of the fields."""

    id: str | None = None
    snils: str | None = None
    registry_number: str | None = None


@dataclass(frozen=True)
class PractitionerOrder:
    """One term of an order."""

    field: PractitionerOrderField
    direction: OrderDirection = OrderDirection.ASC


def key_of(*, by: PractitionerBy) -> tuple[int, tuple[str, Any]] | None:
    """The key that a lookup means; an id that is none of ours means nothing."""
    if by.id is not None:
        key = decode(PREFIX, by.id)
        return None if key is None else (0, ("id", key))
    if by.snils is not None:
        return 0, ("snils", identifiers.snils(by.snils, "by.snils"))
    number = identifiers.number(by.registry_number or "")
    return (0, ("registry_number", number)) if identifiers.is_number(number) else None


@one("registry", PractitionerRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, PractitionerRecord]:
    """Practitioners by key."""
    return await source.practitioners(context.stores.registry, "id", keys, ask)


@one("registry", PractitionerRecord)
async def by_subject(context: Context, keys: Sequence[str], ask: Ask) -> dict[str, PractitionerRecord]:
    """Practitioners by the account with which they sign in."""
    return await source.practitioners(context.stores.registry, "subject", keys, ask)


@one("registry", PractitionerRecord)
async def lookup(
    context: Context, keys: Sequence[tuple[str, Any]], ask: Ask
) -> dict[tuple[str, Any], PractitionerRecord]:
    """Practitioners by (column, value); one statement for each column that is looked at."""
    values: dict[str, list[Any]] = {}
    for column, value in keys:
        values.setdefault(column, []).append(value)
    found: dict[tuple[str, Any], PractitionerRecord] = {}
    for column in sorted(values):
        rows = await source.practitioners(context.stores.registry, column, values[column], ask)
        found |= {(column, value): row for value, row in rows.items()}
    return found


def order(terms: list[PractitionerOrder] | None) -> Order:
    """The order in the words of the store; the key always decides last."""
    terms = terms or [PractitionerOrder(PractitionerOrderField.NAME)]
    if len({term.field for term in terms}) < len(terms):
        raise BadArgument("orderBy", "expected each field once", Finding.REPEATED)
    named = [(source.ORDERS[term.field], term.direction) for term in terms]
    named.append(("id", named[-1][1]))
    return tuple((name, "asc" if direction is OrderDirection.ASC else "desc") for name, direction in named)


async def _count(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    *,
    filter: PractitionerFilter | None = None,
    order_by: list[PractitionerOrder] | None = None,
) -> dict[None, int]:
    return await source.practitioner_count(context.stores.registry, keys, ask, filters(filter))


@page("registry", PractitionerRecord, _count)
async def listed(
    context: Context,
    keys: Sequence[None],
    ask: Ask,
    window: Window,
    *,
    filter: PractitionerFilter | None = None,
    order_by: list[PractitionerOrder] | None = None,
) -> dict[None, Slice[PractitionerRecord]]:
    """All practitioners that fit the filter."""
    store = context.stores.registry
    return await source.practitioner_list(store, keys, ask, window, filters(filter), order(order_by))


@one("registry", QualificationRecord)
async def award(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, QualificationRecord]:
    """Awards of qualification categories by key."""
    return await source.awards(context.stores.registry, keys, ask)


@one("registry", QualificationRecord)
async def category(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, QualificationRecord]:
    """The highest qualification category in force of each practitioner."""
    return await source.categories_of(context.stores.registry, keys, ask)


@many("registry", EducationRecord)
async def education(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[EducationRecord]]:
    """The education of each practitioner."""
    return await source.education_of(context.stores.registry, keys, ask)


@many("registry", CertificateRecord)
async def certificates(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[CertificateRecord]]:
    """The certificates of each practitioner."""
    return await source.certificates_of(context.stores.registry, keys, ask)
