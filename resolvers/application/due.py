"""When the decision on an application is due (срок решения), and anew once a year's calendar is official."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from auth.accounts import SERVICE
from engine.global_id import encode
from resolvers.acts.acting import after
from resolvers.application import PREFIX
from resolvers.application.filing import Changed, application_changed, rules_of
from resolvers.rules import Procedure
from resolvers.working_days import CALENDAR, first_day, term
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.postgres.writing import Left, Unit, writing
from sources.stores import Stores

# When a clarification was asked for, and when it was given, if it was.
Asked = tuple[datetime, datetime | None]


def due(submitted_at: datetime, rules: Procedure, clarifications: Sequence[Asked] = ()) -> dict[str, Any]:
    """The columns that say when the decision is due, after these clarifications.

    Each makes it later by the working days that it took: by all that it may take, as long as it is not given.
    """
    first = first_day(submitted_at, rules)
    earliest_on, latest_on = (CALENDAR.add(first, days) for days in (rules.earliest_days, rules.latest_days))
    latest = CALENDAR.add(latest_on, sum(taken(asked_at, given_at, rules) for asked_at, given_at in clarifications))
    years = range(submitted_at.astimezone(rules.zone).year, latest.year + 1)
    return {"earliest_on": earliest_on, "latest_on": latest, "provisional": not all(map(CALENDAR.is_official, years))}


def taken(asked_at: datetime, given_at: datetime | None, rules: Procedure) -> int:
    """How many working days a clarification took, that of the request not counted; no more than it may take."""
    day, count = first_day(asked_at, rules), 0
    last = date.max if given_at is None else given_at.astimezone(rules.zone).date()
    while count < rules.clarification_days and (day := CALENDAR.add(day, 1)) <= last:
        count += 1
    return count


async def due_after(unit: Unit, row: ApplicationRecord, rules: Procedure, last: Asked) -> dict[str, Any]:
    """The columns that say when the decision is due, once a clarification is asked for, or given.

    `last` is that one as it is from now on; those that were given before the history tells.
    """
    if row.submitted_at is None:
        return {}
    before = [one for one in await source.clarifications(unit, row.id) if one[1] is not None]
    return due(row.submitted_at, rules, [*before, last])


async def recompute_deadlines(stores: Stores, at: datetime) -> int:
    """Compute provisional deadlines anew, and say how many changed; an answered or decided application keeps its own.

    Several processes may do it at once: each application is changed once, in a transaction of its own.
    """
    changed = 0
    for key in await source.provisional(stores.accreditation):
        async with writing(stores.accreditation) as unit:
            changed += await _recomputed(unit, key, at)
    return changed


async def _recomputed(unit: Unit, key: int, at: datetime) -> bool:
    row = await source.held(unit, key)
    if row is None or row.submitted_at is None or not row.provisional:
        return False
    rules = rules_of(row, at)
    columns = due(row.submitted_at, rules, await source.clarifications(unit, key))
    if row.clarification_requested_at is not None:
        columns["clarification_deadline"] = term(row.clarification_requested_at, rules.clarification_days, rules).at
    if columns == {name: getattr(row, name) for name in columns}:
        return False
    at = after(at, row.changed_at)
    made = Changed(row, {**columns, "changed_at": at}, {"kind": "DEADLINE_CHANGED"})
    events = (application_changed(made, "UPDATED", await source.officer_of(unit, row)),)
    grounds = {"versionBefore": row.version, "versionAfter": made.version, "rules": rules.version}
    thing, act = encode(PREFIX, key), "recomputeDeadline"
    left = Left(at=at, events=events, subject=SERVICE, act=act, thing=thing, grounds=grounds)
    await unit.leave(left, made.change)
    return True
