"""Who may lead an episode: a doctor at the organisation, whoever opens it."""

from collections.abc import Iterator
from dataclasses import dataclass

from auth.counting import admitted, counting, held_posts
from auth.facts import Facts, Lead, Post
from auth.role import RoleName
from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.acts.worker import Worker
from resolvers.context import Context
from resolvers.viewer import FactsLost
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit


@dataclass(frozen=True, slots=True)
class Leader:
    """A doctor at an organisation: `departments` are those of his posts there, the workplace's first, and led ones."""

    practitioner_id: int
    departments: tuple[int, ...]


async def leader(context: Context, unit: Unit, worker: Worker, id: str | None) -> Leader:
    """The doctor of a global id at the workplace of whoever acts; himself where none is given.

    Raises:
        Hindered: nobody is named where the registration desk acts, or he is no doctor there.
        FactsLost: a store did not say who he is.
    """
    if id is None and worker.accreditation_id is None:
        raise Hindered(Problem(ProblemCode.FIELD_REQUIRED, ("practitionerId",), {"field": "practitionerId"}))
    key = worker.practitioner_id if id is None else decode(prefixes.PRACTITIONER, id)
    found = None if key is None else await _facts(context, unit, worker, key)
    if key is None or found is None or not _is_doctor(context, found, worker.place):
        raise Hindered(Problem(ProblemCode.PRACTITIONER_NOT_QUALIFIED, ("practitionerId",)))
    here = worker.post.department_id if key == worker.practitioner_id else None
    departments = [*([] if here is None else [here]), *_departments(context, found, worker.place)]
    return Leader(key, tuple(dict.fromkeys(departments)))


async def _facts(context: Context, unit: Unit, worker: Worker, key: int) -> Facts | None:
    viewer, known = context.viewer, context.facts
    if key == worker.practitioner_id or known is None:
        return viewer.acting.principal or viewer.facts

    async def now() -> Facts:
        return await known.of_person(key, context.at)

    found = await now()
    for lost in found.lost:
        raise FactsLost(lost.store, lost.code, retryable=lost.retryable)
    unit.rests_on(found, now)
    return found


def _is_doctor(context: Context, facts: Facts, place: int) -> bool:
    posts = [post for post in held_posts(facts, context.at) if post.organization_id == place]
    held = counting(facts, posts, context.at)
    return admitted(facts, context.at) and any(one.role is RoleName.DOC for one in held)


def _departments(context: Context, facts: Facts, place: int) -> Iterator[int]:
    today = Ask(context.at).today
    in_force: list[Post | Lead] = [*held_posts(facts, context.at), *(one for one in facts.leads if one.in_force(today))]
    for one in in_force:
        if one.organization_id == place and one.department_id is not None:
            yield one.department_id
