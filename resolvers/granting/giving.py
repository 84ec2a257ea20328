"""Acts by which access is handed on: one's own, a colleague's by a request, and in an emergency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from auth.granting import HANDED, Module, held
from auth.permissions import Permission as P
from auth.role import RoleName
from engine.global_id import encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out, require
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.context import Context
from resolvers.granting import GIVERS, PREFIX, URGENT, DrugClass, GrantKind, LookedAt
from resolvers.granting.subject import (
    GrantedInput,
    Source,
    colleague,
    myself,
    patients_of,
    place_of,
    see_that_he_has,
    source_of,
    term_of,
    unit_of,
)
from resolvers.granting.told import event
from resolvers.rules import grant_rules
from sources import schedule
from sources.identity import grant_acts as source
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

IDENTITY: Final = "identity"
C = ProblemCode


@dataclass(kw_only=True)
class GrantAccessInput(GrantedInput):
    """One's own access that is handed on, and from when until when; of the head, which medicines are prescribed."""

    drug_classes: list[DrugClass] | None = None

    starts_at: datetime | None = None
    ends_at: datetime


@dataclass(kw_only=True)
class RequestAccessConfirmationInput(GrantedInput):
    """A colleague's access that is asked for."""

    grantor_id: str
    starts_at: datetime | None = None
    ends_at: datetime


@dataclass(kw_only=True)
class EmergencyGrantInput(GrantedInput):
    """Access that is handed on at once; whose it is, if not one's own."""

    grantor_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGrantPayload:
    """The grant after the act."""

    grant_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def grant(context: Context, *, input: GrantAccessInput) -> AccessGrantPayload:
    """Hand one's own access on."""

    async def do(unit: Unit) -> Effect:
        mine, place = myself(context), place_of(context, input)
        if HANDED[input.module].patients:
            require(context, P.ACCESS_PATIENTS_GRANT, LookedAt(place, None, [mine.practitioner_id]), GIVERS)
        term = term_of(input.module, input.starts_at, input.ends_at, context.at, grant_rules(context.at))
        department = await unit_of(context, unit, input, place)
        columns = await _columns(context, unit, input, mine, place, department, GrantKind.ORDINARY, term)
        columns["drug_classes"] = _classes_of(input, columns, mine, place, context.at)
        return await _given(context, unit, columns, "GIVEN")

    return await carried_out(
        Doing(context, "grantAccess", P.ACCESS_GRANT_WRITE, input, do, into=IDENTITY), AccessGrantPayload
    )


async def ask(context: Context, *, input: RequestAccessConfirmationInput) -> AccessGrantPayload:
    """Ask that a colleague's access be handed on; whoever heads the organisation, or its personnel officer, decides."""

    async def do(unit: Unit) -> Effect:
        me, place = myself(context), place_of(context, input)
        await colleague(context, unit, encode(prefixes.PRACTITIONER, me.practitioner_id), place, "organizationId")
        theirs = await source_of(context, unit, input.grantor_id, place)
        term = term_of(input.module, input.starts_at, input.ends_at, context.at, grant_rules(context.at))
        department = await unit_of(context, unit, input, place)
        columns = await _columns(context, unit, input, theirs, place, department, GrantKind.REQUESTED, term)
        return await _given(context, unit, columns, "REQUESTED")

    return await carried_out(
        Doing(context, "requestAccessConfirmation", P.ACCESS_REQUEST_WRITE, input, do, into=IDENTITY),
        AccessGrantPayload,
    )


async def urge(context: Context, *, input: EmergencyGrantInput) -> AccessGrantPayload:
    """Hand access on in an emergency, for as long as the rules say; somebody else judges that afterwards."""

    async def do(unit: Unit) -> Effect:
        rules, me = grant_rules(context.at), myself(context)
        term = context.at, context.at + rules.emergency
        place = place_of(context, input)
        if input.reason not in URGENT:
            raise Hindered(Problem(C.BASIS_NOT_SUITABLE, ("reason",)))
        department = await unit_of(context, unit, input, place)
        require(context, P.ACCESS_EMERGENCY_GRANT, LookedAt(place, department, []), GIVERS)
        await _see_him_on_duty(context, unit, me, place)
        theirs = me if input.grantor_id is None else await source_of(context, unit, input.grantor_id, place)
        columns = await _columns(context, unit, input, theirs, place, department, GrantKind.EMERGENCY, term)
        return await _given(context, unit, columns, "EMERGENCY_GIVEN")

    return await carried_out(
        Doing(context, "emergencyGrant", P.ACCESS_EMERGENCY_GRANT, input, do, into=IDENTITY), AccessGrantPayload
    )


async def _columns(
    context: Context,
    unit: Unit,
    input: GrantedInput,
    whose: Source,
    place: int,
    department: int | None,
    kind: GrantKind,
    term: tuple[datetime, datetime],
) -> dict[str, Any]:
    """The columns of a grant.

    Raises:
        Hindered: somebody or a patient is not there; or more would be handed on than somebody has.
    """
    if kind is not GrantKind.EMERGENCY and input.reason in URGENT:
        raise Hindered(Problem(C.BASIS_NOT_SUITABLE, ("reason",)))
    grantee = await colleague(context, unit, input.grantee_id, place, "granteeId")
    if grantee == whose.practitioner_id:
        raise Hindered(Problem(C.SELF_GRANT, ("granteeId",)))
    see_that_he_has(whose, input.module, place, context.at)
    patients = await patients_of(context, unit, input, whose, place)
    me = context.viewer.facts
    return {
        "kind": kind.value,
        "module": input.module.value,
        "organization_id": place,
        "department_id": department,
        "patient_ids": patients,
        "grantor_id": whose.practitioner_id,
        "grantor_subject": whose.subject,
        "grantee_id": grantee,
        "reason": input.reason.value,
        "given_by": context.viewer.subject or "",
        "giver_id": None if me is None else me.practitioner_id,
        "given_at": context.at,
        "starts_at": term[0],
        "ends_at": term[1],
        "changed_at": context.at,
        "drug_classes": [],
    }


def _classes_of(
    input: GrantAccessInput, columns: Mapping[str, Any], mine: Source, place: int, at: datetime
) -> list[str]:
    """The controlled medicines that a grant names: of prescriptions, by the head, whoever the patients are.

    Raises:
        Hindered: they are named for something else, or by somebody else; or a head, who has nothing else, names none.
    """
    named = sorted({one.value for one in input.drug_classes or ()})
    if input.module is not Module.PRESCRIPTIONS:
        by = frozenset[RoleName]()
    else:
        by = frozenset(held(mine.facts, Module.PRESCRIPTIONS, place, at))
    field = {"field": "drugClasses"}
    if named and (columns["department_id"] is not None or columns["patient_ids"]):
        raise Hindered(Problem(C.FIELD_FORMAT, ("drugClasses",), field))
    if named and RoleName.HED not in by:
        raise Hindered(Problem(C.GRANT_TOO_WIDE, ("drugClasses",), {"module": input.module.value}))
    if not named and by == {RoleName.HED}:
        raise Hindered(Problem(C.FIELD_REQUIRED, ("drugClasses",), field))
    return named


async def _given(context: Context, unit: Unit, columns: Mapping[str, Any], step: str) -> Effect:
    """Insert a grant, unless the same stands, or too many do."""
    most = grant_rules(context.at).most
    standing = await source.stands(unit, columns, context.at)
    if standing.same is not None:
        raise Hindered(Problem(C.ALREADY_IN_FORCE, ()), grant_id=standing.same)
    for number, path in ((standing.given, "module"), (standing.received, "granteeId")):
        if number >= most:
            raise Hindered(Problem(C.TOO_MANY_GRANTS, (path,), {"most": most}))
    key = await source.given(unit, columns)
    return Effect(
        at=context.at,
        outcome={"grant_id": key},
        thing=encode(PREFIX, key),
        events=(event(step, key, columns),),
        grounds=said_of(columns),
    )


def said_of(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says of a grant: which module, where, whose, to whom, for whom."""
    found = {
        "module": columns["module"],
        "kind": columns["kind"],
        "organization": encode(prefixes.ORGANIZATION, columns["organization_id"]),
        "grantor": encode(prefixes.PRACTITIONER, columns["grantor_id"]),
        "grantee": encode(prefixes.PRACTITIONER, columns["grantee_id"]),
        "reason": columns["reason"],
    }
    if columns["drug_classes"]:
        found["drugClasses"] = columns["drug_classes"]
    if columns["department_id"] is not None:
        found["department"] = encode(prefixes.DEPARTMENT, columns["department_id"])
    if columns["patient_ids"]:
        found["patients"] = [encode(prefixes.PATIENT, key) for key in columns["patient_ids"]]
    return found


async def _see_him_on_duty(context: Context, unit: Unit, me: Source, place: int) -> None:
    """See to it that whoever leads a department is on shift at the organisation; its head need not be.

    Raises:
        Hindered: he is not.
    """
    if any(role.name is RoleName.HED and place in role.organizations for role in context.viewer.roles):
        return

    async def working() -> bool:
        return await schedule.working_at(context.stores.schedule, me.practitioner_id, place, Ask(context.at))

    on_shift = await working()
    unit.rests_on(on_shift, working)
    if not on_shift:
        raise Hindered(Problem(C.NOT_ON_DUTY))
