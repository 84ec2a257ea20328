"""How employments are found."""

from collections.abc import Sequence
from datetime import date

from engine.batch import many, one, page
from resolvers import prefixes
from resolvers.context import Context
from resolvers.people import PractitionerFilter, filters
from sources import employment as source
from sources.employment import EmploymentRecord
from sources.postgres.ask import Ask, Slice, Window

PREFIX = prefixes.EMPLOYMENT


@one("registry", EmploymentRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, EmploymentRecord]:
    """Employments by key."""
    return await source.employments(context.stores.registry, keys, ask)


@many("registry", EmploymentRecord)
async def of_practitioner(
    context: Context, keys: Sequence[int], ask: Ask, *, active_on: date | None = None
) -> dict[int, list[EmploymentRecord]]:
    """The employments of each practitioner, newest first."""
    return await source.employments_of(context.stores.registry, keys, ask, active_on)


async def _count(
    context: Context, keys: Sequence[int], ask: Ask, *, filter: PractitionerFilter | None = None
) -> dict[int, int]:
    return await source.staff_count(context.stores.registry, keys, ask, filters(filter))


@page("registry", EmploymentRecord, _count)
async def of_organization(
    context: Context, keys: Sequence[int], ask: Ask, window: Window, *, filter: PractitionerFilter | None = None
) -> dict[int, Slice[EmploymentRecord]]:
    """The employments in force of each organisation."""
    return await source.staff_of(context.stores.registry, keys, ask, window, filters(filter))
