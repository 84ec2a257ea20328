"""Whom a referral is sent to: an organisation under a licence, and of it a department or somebody who works there."""

from dataclasses import dataclass

from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.rules.licensing import licence_stands
from sources.employment import employments_of
from sources.organization import departments, licences_of, organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom it is sent to."""

    organization_id: int
    department_id: int | None = None
    practitioner_id: int | None = None


async def named(
    context: Context, unit: Unit, organization_id: str, department_id: str | None, practitioner_id: str | None
) -> Receiver:
    """The receiver of global ids, as the register has them now.

    Raises:
        Hindered: the register does not know one of them, or not in that organisation; or it has no licence in force.
    """
    place = decode(prefixes.ORGANIZATION, organization_id)
    if place is None:
        raise _unknown("organizationId")
    unit_key = None if department_id is None else decode(prefixes.DEPARTMENT, department_id)
    if department_id is not None and unit_key is None:
        raise _unknown("departmentId")
    who = None if practitioner_id is None else decode(prefixes.PRACTITIONER, practitioner_id)
    if practitioner_id is not None and who is None:
        raise _unknown("practitionerId")
    found = Receiver(place, unit_key, who)
    await fit(context, unit, found)
    return found


async def fit(context: Context, unit: Unit, receiver: Receiver, **outcome: int) -> None:
    """See to it that a receiver takes patients in; the register is asked again before the commit.

    `outcome` is what the payload shows of a referral that is there already.

    Raises:
        Hindered: as `named` says.
    """

    async def asked() -> Problem | None:
        return await _unfit(context, receiver)

    problem = await asked()
    if problem is not None:
        raise Hindered(problem, **outcome)
    unit.rests_on(problem, asked)


async def _unfit(context: Context, receiver: Receiver) -> Problem | None:
    registry, ask, place = context.stores.registry, Ask(context.at), receiver.organization_id
    known = (await organizations(registry, "id", [place], ask)).get(place)
    if known is None or (known.closed_on is not None and known.closed_on < ask.today):
        return Problem(ProblemCode.NOT_FOUND, ("organizationId",))
    held = (await licences_of(registry, [place], ask))[place]
    if not any(licence_stands(one.status, one.starts_on, one.ends_on, ask.today) for one in held):
        return Problem(ProblemCode.LICENSE_NOT_ACTIVE, ("organizationId",))
    if receiver.department_id is not None:
        unit = (await departments(registry, [receiver.department_id], ask)).get(receiver.department_id)
        closed = unit is not None and unit.last_on is not None and unit.last_on < ask.today
        if unit is None or closed or unit.organization_id != place:
            return Problem(ProblemCode.NOT_FOUND, ("departmentId",))
    if receiver.practitioner_id is not None:
        posts = (await employments_of(registry, [receiver.practitioner_id], ask, ask.today))[receiver.practitioner_id]
        if all(one.organization_id != place for one in posts):
            return Problem(ProblemCode.NOT_FOUND, ("practitionerId",))
    return None


def _unknown(name: str) -> Hindered:
    return Hindered(Problem(ProblemCode.NOT_FOUND, (name,)))
