"""Whether an appointment fits: who is meant, where and until when, and what it may not be held with."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from auth.accounts import NOBODY, OPERATOR, SERVICE
from auth.rights import OBJECT
from auth.role import RoleName
from engine.act import NotAllowed
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.appointment import LONGEST_ACCOUNT
from resolvers.context import Context
from resolvers.free_text import on_one_line, unfit
from resolvers.rules import appointing
from resolvers.rules.appointing import Appointing
from sources import employment
from sources.journal import appointments as source
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

DAY: Final = timedelta(days=1)
C = ProblemCode


@dataclass(kw_only=True)
class Appointed:
    """Names who is appointed: exactly one of the fields."""

    account: str | None = None
    practitioner_id: str | None = None


def require_role(context: Context, roles: frozenset[str], place: int | None) -> None:
    """That the viewer has a role by which he does this there.

    Raises:
        NotAllowed: he has none.
    """
    for role in context.viewer.roles:
        here = role.name is RoleName.ADM or place in role.organizations
        if role.name is RoleName.ALL or (role.name in roles and here):
            return
    raise NotAllowed(OBJECT)


async def place(context: Context, unit: Unit, organization_id: str | None, rules: Appointing) -> int | None:
    """Where the function is to be held.

    Raises:
        NotAllowed: the viewer proposes nobody for it there.
        Hindered: an organisation is missing, is not wanted, or is not in the register.
    """
    path = ("organizationId",)
    if organization_id is None and rules.place:
        raise Hindered(Problem(C.FIELD_REQUIRED, path, {"field": "organizationId"}))
    if organization_id is not None:
        found = decode(prefixes.ORGANIZATION, organization_id)
        if not rules.place:
            raise Hindered(Problem(C.FIELD_FORMAT, path, {"field": "organizationId"}))
        require_role(context, rules.propose, found)
        if found is None or not await _exists(context, unit, found):
            raise Hindered(Problem(C.NOT_FOUND, path))
        return found
    require_role(context, rules.propose, None)
    return None


async def account(context: Context, unit: Unit, appointed: Appointed) -> str:
    """The account that is meant.

    Raises:
        Hindered: it can be none, or the person has none.
    """
    if appointed.practitioner_id is not None:
        key, path = decode(prefixes.PRACTITIONER, appointed.practitioner_id), ("appointed", "practitionerId")

        async def read() -> str | None:
            ask = Ask(context.at, frozenset({"id", "subject"}))
            rows = await practitioners(context.stores.registry, "id", [key], ask)
            return None if key not in rows else str(rows[key].subject or "")

        found = None if key is None else await read()
        if found is None:
            raise Hindered(Problem(C.NOT_FOUND, path))
        if not found:
            raise Hindered(Problem(C.ACCOUNT_MISSING, path))
        unit.rests_on(found, read)
        return found
    text = on_one_line(appointed.account or "")
    problem = unfit(text, LONGEST_ACCOUNT, "appointed", "account")
    if problem is None and text.partition(":")[0] in {SERVICE, OPERATOR, NOBODY}:
        problem = Problem(C.FIELD_FORMAT, ("appointed", "account"), {"field": "account"})
    if problem is not None:
        raise Hindered(problem)
    return text


def last_day(context: Context, last_on: date | None, rules: Appointing) -> date:
    """The last day of the term; where none is given, as long as it may be.

    Raises:
        Hindered: it is over already, or too far away.
    """
    today = Ask(context.at).today
    latest = today + rules.longest * DAY
    if last_on is None:
        return latest
    if not today <= last_on <= latest:
        bounds = {"earliest": today.isoformat(), "latest": latest.isoformat()}
        raise Hindered(Problem(C.DATE_OUT_OF_RANGE, ("lastOn",), bounds))
    return last_on


async def _exists(context: Context, unit: Unit, place: int) -> bool:
    async def read() -> bool:
        return place in await organizations(context.stores.registry, "id", [place], Ask(context.at, frozenset({"id"})))

    found = await read()
    unit.rests_on(found, read)
    return found


async def _works(context: Context, unit: Unit, account: str, place: int | None) -> bool:
    """Whether whoever has an account works at an organisation; asked for again before the commit."""

    async def read() -> bool:
        day = Ask(context.at).today
        return any(
            row.tie == "POST" and row.organization_id == place
            for row in await employment.places_of(context.stores.registry, [account])
            if row.starts_on is not None and row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)
        )

    found = await read()
    unit.rests_on(found, read)
    return found


async def check(
    context: Context,
    unit: Unit,
    function: str,
    account: str,
    place: int | None,
    *,
    proposal: int | None,
) -> None:
    """That an account may hold a function there beside what it holds and is proposed for.

    Raises:
        Hindered: it may not.
    """
    rules, path = appointing(context.at).functions[function], ("id",) if proposal else ("function",)
    outcome = {} if proposal is None else {"appointment_id": proposal}
    if rules.employed and not await _works(context, unit, account, place):
        raise Hindered(Problem(C.APPOINTED_NOT_EMPLOYED, path), **outcome)
    for row in await source.of_account(unit, account, context.at):
        if row.id == proposal:
            continue
        if (row.function, row.organization_id) == (function, place):
            raise Hindered(Problem(C.ALREADY_APPOINTED, path), **outcome)
        if row.function in rules.not_with:
            raise Hindered(Problem(C.FUNCTIONS_INCOMPATIBLE, path, {"function": row.function}), **outcome)
