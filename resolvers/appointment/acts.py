"""Acts on appointments: proposed by one person, confirmed by another, ended by either.

Who does which stands in `resolvers/rules/appointing-<version>.json`. Neither the proposer nor who is appointed
confirms; a person has one account, by whichever method he signs in.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

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
from resolvers.acts.versions import as_it_was_read
from resolvers.appointment import KEYS, PREFIX, AppointmentState, fitting, state_at
from resolvers.appointment.fitting import Appointed
from resolvers.context import Context
from resolvers.rules import appointing
from resolvers.rules.appointing import AppointedFunction, Appointing
from sources.journal import AppointmentRecord
from sources.journal import appointments as source
from sources.postgres.ask import midnight
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

DAY: Final = timedelta(days=1)
C = ProblemCode
S = AppointmentState


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
        place = await fitting.place(context, unit, input.organization_id, rules)
        account = await fitting.account(context, unit, input.appointed)
        last_on = fitting.last_day(context, input.last_on, rules)
        await source.turn(unit, input.function.value)
        if account == _me(context):
            raise Hindered(Problem(C.SECOND_PERSON_REQUIRED, ("appointed",)))
        await fitting.check(context, unit, input.function.value, account, place, proposal=None)
        row = await source.proposed(
            unit,
            {
                "subject": account,
                "function": input.function.value,
                "organization_id": place,
                "valid_to": midnight(last_on + DAY),
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
        fitting.require_role(context, rules.confirm, row.organization_id)
        if _state(context, row) is not S.PROPOSED or (row.valid_to is not None and row.valid_to <= context.at):
            raise _not_now(context, row)
        me = _me(context)
        if me in {row.subject, row.proposed_by}:
            raise Hindered(Problem(C.SECOND_PERSON_REQUIRED, ("id",)), appointment_id=row.id)
        await fitting.check(context, unit, row.function, row.subject, row.organization_id, proposal=row.id)
        made = await source.confirmed(unit, row.id, after(context.at, row.proposed_at), me)
        return _effect(made, "CONFIRMED", context)

    return await _carried_out(context, "confirmAppointment", input, do)


async def end(context: Context, *, input: AppointmentInput) -> AppointmentPayload:
    """End an appointment, or take a proposal back; the last officer who appoints stays."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input)
        fitting.require_role(context, _rules(context, row).end, row.organization_id)
        if _state(context, row) in {S.LAPSED, S.ENDED}:
            raise _not_now(context, row)
        held = row.valid_from is not None and row.function == RoleName.ADM
        if held and not await source.others(unit, row.function, row.subject, context.at):
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
    found = None if key is None else await source.held(unit, key, narrowed)
    reach("locked")
    row = there(found, seen, "id")
    require(context, P.APPOINTMENT_RECORD_WRITE, row, KEYS)
    as_it_was_read(row, input.expected_version, "APPOINTMENT", appointment_id=row.id)
    await source.turn(unit, row.function)
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
