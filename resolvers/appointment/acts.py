"""Acts on appointments: proposed by one person, confirmed by another, ended by either.

Who does which stands in `resolvers/rules/appointing-<version>.json`. Neither the proposer nor who is appointed
confirms, by whichever of his accounts he comes.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from auth.accounts import NOBODY, OPERATOR, SERVICE
from auth.permissions import Permission as P
from auth.rights import OBJECT
from auth.role import RoleName
from engine.act import NotAllowed
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.appointment import KEYS, LONGEST_ACCOUNT, PREFIX, AppointmentState, state_at
from resolvers.context import Context
from resolvers.free_text import on_one_line, unfit
from resolvers.rules import appointing
from resolvers.rules.appointing import AppointedFunction, Appointing
from sources import employment
from sources.employment import PlaceRecord
from sources.journal import AppointmentRecord
from sources.journal import appointments as source
from sources.postgres.ask import Ask, midnight
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

DAY: Final = timedelta(days=1)
C = ProblemCode
S = AppointmentState


@dataclass(kw_only=True)
class Appointed:
    """Names who is appointed: exactly one of the fields."""

    account: str | None = None
    practitioner_id: str | None = None


@dataclass(kw_only=True)
class ProposeAppointmentInput(ActInput):
    """Who is to have which function, where and until when."""

    appointed: Appointed
    function: AppointedFunction
    organization_id: str | None = None
    last_on: date | None = None


@dataclass(kw_only=True)
class AppointmentInput(VersionInput):
    """The appointment that is confirmed, or ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentPayload:
    """The appointment after the act."""

    appointment_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def propose(context: Context, *, input: ProposeAppointmentInput) -> AppointmentPayload:
    """Propose somebody for a function; it gives nothing before a second person confirms it."""

    async def do(unit: Unit) -> Effect:
        rules = appointing(context.at).functions[input.function.value]
        place = _place(context, input, rules)
        account = await _account(context, unit, input.appointed)
        last_on = _last_day(context, input.last_on, rules)
        await source.turn(unit, input.function.value)
        tied = await _tied(context, unit, [account, _me(context)])
        if _same(tied, _me(context), account):
            raise Hindered(Problem(C.SECOND_PERSON_REQUIRED, ("appointed",)))
        await _check(context, unit, input.function.value, account, place, tied, proposal=None)
        row = await source.proposed(
            unit,
            {
                "subject": account,
                "function": input.function.value,
                "organization_id": place,
                "valid_to": None if last_on is None else midnight(last_on + DAY),
                "proposed_by": _me(context),
                "proposed_at": context.at,
                "lapses_at": context.at + appointing(context.at).proposal_days * DAY,
            },
        )
        return _effect(row, "PROPOSED", context)

    return await _carried_out(context, "proposeAppointment", input, do)


async def confirm(context: Context, *, input: AppointmentInput) -> AppointmentPayload:
    """Confirm a proposal; from this instant on the function is held."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input)
        rules = _rules(context, row)
        _require_role(context, rules.confirm, row.organization_id)
        if _state(context, row) is not S.PROPOSED or (row.valid_to is not None and row.valid_to <= context.at):
            raise _not_now(context, row)
        me = _me(context)
        tied = await _tied(context, unit, [row.subject, row.proposed_by or "", me])
        if any(_same(tied, me, other) for other in (row.subject, row.proposed_by or "")):
            raise Hindered(Problem(C.SECOND_PERSON_REQUIRED, ("id",)), appointment_id=row.id)
        await _check(context, unit, row.function, row.subject, row.organization_id, tied, proposal=row.id)
        made = await source.confirmed(unit, row.id, after(context.at, row.proposed_at), me)
        return _effect(made, "CONFIRMED", context)

    return await _carried_out(context, "confirmAppointment", input, do)


async def end(context: Context, *, input: AppointmentInput) -> AppointmentPayload:
    """End an appointment, or take a proposal back; the last officer who appoints stays."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input)
        _require_role(context, _rules(context, row).end, row.organization_id)
        if _state(context, row) in {S.LAPSED, S.ENDED}:
            raise _not_now(context, row)
        held = row.valid_from is not None
        if (
            held
            and row.function == RoleName.ADM
            and not await source.others(unit, row.function, row.subject, context.at)
        ):
            raise Hindered(Problem(C.LAST_OFFICER, ("id",)), appointment_id=row.id)
        at = after(context.at, row.valid_from or row.proposed_at)
        made = await source.ended(unit, row.id, at, _me(context))
        return _effect(made, "ENDED", context)

    return await _carried_out(context, "endAppointment", input, do)


async def _carried_out(context: Context, act: str, input: Any, do: Any) -> AppointmentPayload:
    doing = Doing(context, act, P.APPOINTMENT_RECORD_WRITE, input, do, into="journal")
    return await carried_out(doing, AppointmentPayload)


async def _held(context: Context, unit: Unit, input: AppointmentInput) -> AppointmentRecord:
    key, seen = decode(PREFIX, input.id), context.viewer[P.APPOINTMENT_RECORD_READ]
    narrowed = seen.narrow(KEYS)
    function = None if key is None else await source.function_of(unit, key)
    if function is not None:
        # In the same order as a proposal: first the function, then its rows.
        await source.turn(unit, function)
    found = None if key is None else await source.held(unit, key, narrowed)
    reach("locked")
    row = there(found, seen, "id")
    require(context, P.APPOINTMENT_RECORD_WRITE, row, KEYS)
    if row.version != input.expected_version:
        problem = Problem(C.CONFLICT, ("expectedVersion",), {"version": row.version, "object": "APPOINTMENT"})
        raise Hindered(problem, appointment_id=row.id)
    return row


def _rules(context: Context, row: AppointmentRecord) -> Appointing:
    """How a function is given; one that no act gives is ended by none.

    Raises:
        NotAllowed: it is such.
    """
    found = appointing(context.at).functions.get(row.function)
    if found is None:
        raise NotAllowed(OBJECT)
    return found


def _require_role(context: Context, roles: frozenset[str], place: int | None) -> None:
    """That the viewer has a role by which he does this there.

    Raises:
        NotAllowed: he has none.
    """
    for role in context.viewer.roles:
        here = role.name is RoleName.ADM or place in role.organizations
        if role.name is RoleName.ALL or (role.name in roles and here):
            return
    raise NotAllowed(OBJECT)


def _place(context: Context, input: ProposeAppointmentInput, rules: Appointing) -> int | None:
    """Where the function is to be held.

    Raises:
        NotAllowed: the viewer proposes nobody for it there.
        Hindered: an organisation is missing, or is none of its kind.
    """
    path = ("organizationId",)
    if input.organization_id is None:
        if rules.place:
            raise Hindered(Problem(C.FIELD_REQUIRED, path, {"field": "organizationId"}))
        place = None
    else:
        place = decode(prefixes.ORGANIZATION, input.organization_id)
        if not rules.place:
            raise Hindered(Problem(C.FIELD_FORMAT, path, {"field": "organizationId"}))
        if place is None:
            raise Hindered(Problem(C.NOT_FOUND, path))
    _require_role(context, rules.propose, place)
    return place


async def _account(context: Context, unit: Unit, appointed: Appointed) -> str:
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
    account = on_one_line(appointed.account or "")
    problem = unfit(account, LONGEST_ACCOUNT, "appointed", "account")
    if problem is None and account.partition(":")[0] in {SERVICE, OPERATOR, NOBODY}:
        problem = Problem(C.FIELD_FORMAT, ("appointed", "account"), {"field": "account"})
    if problem is not None:
        raise Hindered(problem)
    return account


def _last_day(context: Context, last_on: date | None, rules: Appointing) -> date | None:
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


async def _tied(context: Context, unit: Unit, accounts: list[str]) -> list[PlaceRecord]:
    """What ties the persons behind accounts to organisations, asked for again before the commit."""

    async def read() -> list[PlaceRecord]:
        return await employment.places_of(context.stores.registry, sorted(set(accounts)))

    found = await read()
    unit.rests_on(found, read)
    return found


def _same(tied: list[PlaceRecord], one: str, other: str) -> bool:
    """Whether two accounts are those of one person, as far as the register knows."""
    persons = {row.subject: row.practitioner_id for row in tied}
    return one == other or (one in persons and persons[one] == persons.get(other))


async def _check(
    context: Context,
    unit: Unit,
    function: str,
    account: str,
    place: int | None,
    tied: list[PlaceRecord],
    *,
    proposal: int | None,
) -> None:
    """That an account may hold a function there beside what it holds and is proposed for.

    Raises:
        Hindered: it may not.
    """
    rules, path = appointing(context.at).functions[function], ("id",) if proposal else ("function",)
    outcome = {} if proposal is None else {"appointment_id": proposal}
    day = Ask(context.at).today
    works = any(
        row.subject == account and row.tie == "POST" and row.organization_id == place
        for row in tied
        if row.starts_on is not None and row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)
    )
    if rules.employed and not works:
        raise Hindered(Problem(C.APPOINTED_NOT_EMPLOYED, path), **outcome)
    for row in await source.of_account(unit, account, context.at):
        if row.id == proposal:
            continue
        if (row.function, row.organization_id) == (function, place):
            raise Hindered(Problem(C.ALREADY_APPOINTED, path), **outcome)
        if row.function in rules.not_with:
            raise Hindered(Problem(C.FUNCTIONS_INCOMPATIBLE, path, {"function": row.function}), **outcome)


def _state(context: Context, row: AppointmentRecord) -> AppointmentState:
    return state_at(row.valid_from, row.valid_to, row.lapses_at, context.at)


def _not_now(context: Context, row: AppointmentRecord) -> Hindered:
    steps = {S.PROPOSED: "CONFIRM, END", S.COMING: "END", S.IN_FORCE: "END"}
    values: dict[str, str | int] = {"possible": steps.get(_state(context, row), "")}
    return Hindered(Problem(C.ILLEGAL_TRANSITION, ("id",), values), appointment_id=row.id)


def _me(context: Context) -> str:
    return context.viewer.subject or ""


def _effect(row: AppointmentRecord, step: str, context: Context) -> Effect:
    thing = encode(PREFIX, row.id)
    told = {"object": thing, "appointmentId": row.id, "step": step, "organizationId": row.organization_id}
    place = {} if row.organization_id is None else {"organization": encode(prefixes.ORGANIZATION, row.organization_id)}
    at = {"PROPOSED": row.proposed_at, "CONFIRMED": row.valid_from, "ENDED": row.ended_at}[step]
    return Effect(
        at=at or context.at,
        outcome={"appointment_id": row.id},
        thing=thing,
        events=(("APPOINTMENT_CHANGED", told),),
        grounds={"function": row.function, "account": row.subject, "versionAfter": row.version, **place},
        turns=True,
    )
