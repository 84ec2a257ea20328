"""The encounter at which something is recorded: of the organisation of the workplace, and its episode is open."""

from auth.permissions import Permission
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.clinical.holding import Held, hold_record
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import ENCOUNTERS
from resolvers.clinical.worker import Worker
from resolvers.context import Context
from sources.clinical import holding as source
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

ENCOUNTER = (ENCOUNTERS.prefix, RECORDS.encounter)


async def hold_meeting(
    context: Context, unit: Unit, worker: Worker, id: str, *path: str, permission: Permission
) -> Held:
    """The encounter of a global id, held, at which a permission holds.

    Raises:
        Hindered: it is not there, is of another organisation, or its episode is closed.
        NotAllowed: the viewer may not do this at it.
    """
    met = await hold_record(context, unit, ENCOUNTER, id, *path, permission=permission)
    worker.own(met.row.organization_id, *path)
    if met.row.episode_id is not None:
        episode = await source.record(unit, met.patient, RECORDS.episode, met.row.episode_id, Ask(context.at))
        if episode is not None and episode.ends_at is not None:
            raise Hindered(Problem(ProblemCode.EPISODE_CLOSED, path))
    return met
