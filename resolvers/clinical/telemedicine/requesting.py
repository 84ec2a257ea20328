"""What a patient does: he asks a doctor, or an organisation, to consult him from afar, and takes that back."""

from dataclasses import dataclass
from typing import Any, Final

from auth.counting import admitted, counting, held_posts
from auth.facts import Facts
from auth.permissions import Permission as P
from auth.role import RoleName
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.held import hold_patient
from resolvers.clinical.telemedicine.holding import (
    TeleconsultationPayload,
    hold_session,
    left,
    moment,
    on_session,
    said_why,
)
from resolvers.context import Context
from resolvers.rules import telemedicine_rules
from resolvers.viewer import FactsLost
from sources.clinical.telemedicine import acts as source
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

PERMISSION = P.CLINICAL_TELECONSULTATION_REQUEST
# Whoever holds sessions is a doctor, and accredited for them.
CONDUCTING = frozenset({RoleName.DOC, RoleName.REM})


@dataclass(kw_only=True)
class RequestTeleconsultationInput(ActInput):
    """Who asks for himself or his child, whom, and why."""

    patient_id: str
    organization_id: str
    practitioner_id: str | None = None
    reason: str


@dataclass(kw_only=True)
class WithdrawTeleconsultationInput(VersionInput):
    """The request that is taken back."""


async def request(context: Context, *, input: RequestTeleconsultationInput) -> TeleconsultationPayload:
    """Ask to be consulted; whoever is asked sees that, and nothing of the patient until he begins."""

    async def do(unit: Unit) -> Effect:
        patient = await hold_patient(context, unit, input.patient_id, "patientId", permission=PERMISSION)
        reason = said_why(input.reason)
        place = await _place(context, unit, input.organization_id)
        who = None
        if input.practitioner_id is not None:
            who = await _doctor(context, unit, place, input.practitioner_id)
        if await source.under_way(unit, patient.id, place, who, context.at):
            raise Hindered(Problem(ProblemCode.ALREADY_IN_FORCE))
        key, at = await source.next_key(unit), context.at
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "organization_id": place,
            "practitioner_id": who,
            "asked_by": context.viewer.subject or "",
            "reason": reason,
            "at": at,
            "ends_at": at + telemedicine_rules(at).waits,
            "changed_at": at,
        }
        return left(context, key, "REQUESTED", patient, None, source.made(patient, columns), at=at)

    doing = Doing(context, "requestTeleconsultation", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, TeleconsultationPayload)


async def withdraw(context: Context, *, input: WithdrawTeleconsultationInput) -> TeleconsultationPayload:
    """Take a request back, as long as nobody began."""

    async def do(unit: Unit) -> Effect:
        held = await hold_session(context, unit, input, "WITHDRAW")
        at = moment(context, held.row)
        part = source.changed(held, at, {"outcome": "CANCELLED", "outcome_at": at})
        return left(context, held.row.id, "WITHDRAWN", held.patient, None, part, at=at, before=held.row)

    doing = Doing(context, "withdrawTeleconsultation", PERMISSION, input, do, into="clinical")
    return await carried_out(doing, TeleconsultationPayload)


ON_WITHDRAWING: Final = on_session("WITHDRAW")


async def _place(context: Context, unit: Unit, id: str) -> int:
    """The organisation of a global id, which has not closed.

    Raises:
        Hindered: there is none.
    """
    key = decode(prefixes.ORGANIZATION, id)

    async def asked() -> bool:
        ask = Ask(context.at, frozenset({"id", "closed_on"}))
        found = await organizations(context.stores.registry, "id", [] if key is None else [key], ask)
        return any(one.closed_on is None or ask.today <= one.closed_on for one in found.values())

    open_ = key is not None and await asked()
    if key is None or not open_:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, ("organizationId",)))
    unit.rests_on(open_, asked)
    return key


async def _doctor(context: Context, unit: Unit, place: int, id: str) -> int:
    """The doctor of a global id, who is accredited for telemedicine at an organisation now.

    Raises:
        Hindered: he is not.
        FactsLost: a store did not say who he is.
    """
    key, known = decode(prefixes.PRACTITIONER, id), context.facts

    async def now() -> Facts | None:
        return None if key is None or known is None else await known.of_person(key, context.at)

    facts = await now()
    for lost in () if facts is None else facts.lost:
        raise FactsLost(lost.store, lost.code, retryable=lost.retryable)
    if key is None or facts is None or not conducts(facts, place, context):
        raise Hindered(Problem(ProblemCode.TELEMEDICINE_NOT_OFFERED, ("practitionerId",)))
    unit.rests_on(facts, now)
    return key


def conducts(facts: Facts, place: int, context: Context) -> bool:
    """Whether somebody may hold sessions at an organisation, as far as his accreditation goes."""
    posts = [post for post in held_posts(facts, context.at) if post.organization_id == place]
    # Both in one post: what a doctor's record adds at another counts there.
    held = [{one.role for one in counting(facts, [post], context.at)} for post in posts]
    return admitted(facts, context.at) and any(roles >= CONDUCTING for roles in held)
