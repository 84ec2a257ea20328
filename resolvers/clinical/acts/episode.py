"""Acts on episodes of care: opened on a relation that is there already, and closed."""

from dataclasses import dataclass, field
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import encode
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.episode_leader import leader
from resolvers.clinical.acts.held import hold_patient, hold_record
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.record import EPISODES
from resolvers.context import Context
from sources.clinical import episode_basis
from sources.clinical.changes import inserted, updated
from sources.clinical.episode import EpisodeRecord, episode
from sources.clinical.held import next_record
from sources.postgres.writing import Unit

# Kinds of care for which a patient lies in a department.
IN_A_UNIT: Final = frozenset({"INPATIENT", "DAY_HOSPITAL"})
EPISODE = (EPISODES.prefix, RECORDS.episode)


@dataclass(kw_only=True)
class OpenEpisodeInput(ActInput):
    """An episode that begins: whose, on which basis, and who leads it."""

    patient_id: str
    basis: str
    kind: str
    practitioner_id: str | None = None


@dataclass(kw_only=True)
class CloseEpisodeInput(VersionInput):
    """An episode that is over, and how it ended."""

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePayload:
    """The episode after the act."""

    episode_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def open_one(context: Context, *, input: OpenEpisodeInput) -> EpisodePayload:
    """Open an episode; who leads it cares for the patient from now on until it is closed."""
    permission = P.CLINICAL_EPISODE_WRITE

    async def do(unit: Unit) -> Effect:
        by, at, basis = worker(context, permission), context.at, str(input.basis)
        patient = await hold_patient(context, unit, input.patient_id, "patientId", permission=permission)
        leads = await leader(context, unit, by, input.practitioner_id)
        who = leads.practitioner_id
        found = await episode_basis.relation_of(unit, patient, basis, by.place, who, leads.departments, at)
        if found is None:
            raise Hindered(Problem(ProblemCode.RELATION_MISSING, ("basis",), {"basis": basis}))
        if await episode_basis.is_open(unit, patient, who, basis, found.basis_id):
            raise Hindered(Problem(ProblemCode.ALREADY_RECORDED, ("basis",)))
        key = await next_record(unit)
        department = found.department_id or next(iter(leads.departments), None)
        columns: dict[str, Any] = {
            "id": key,
            "patient_id": patient.id,
            "organization_id": by.place,
            "practitioner_id": who,
            "department_id": department,
            "kind": str(input.kind),
            "basis": basis,
            "basis_id": found.basis_id,
            "at": at,
            "changed_at": at,
        }
        parts = [inserted(episode, columns), episode_basis.caring(patient, key, by.place, who, at)]
        if department is not None and columns["kind"] in IN_A_UNIT:
            parts.append(episode_basis.lying(patient, key, by.place, department, at))
        thing = encode(EPISODES.prefix, key)
        return recorded(context, "EPISODE_OPENED", thing, patient, by, *parts, outcome={"episode_id": key})

    doing = Doing(context, "openEpisode", permission, input, do, into="clinical")
    return await carried_out(doing, EpisodePayload)


async def close(context: Context, *, input: CloseEpisodeInput) -> EpisodePayload:
    """Close an episode; what rests on it ends at the same instant."""
    permission = P.CLINICAL_EPISODE_WRITE

    async def do(unit: Unit) -> Effect:
        by = worker(context, permission)
        held = await hold_record(context, unit, EPISODE, input.id, "id", permission=permission)
        row, outcome = held.row, {"episode_id": held.row.id}
        _see_it_open(by, row)
        as_it_was_read(row, input.expected_version, "CLINICAL", **outcome)
        at = after(after(context.at, row.changed_at), row.at)
        parts = (
            updated(episode, row.id, at, {"ends_at": at, "outcome": str(input.outcome)}),
            episode_basis.cared(held.patient, row.id, at),
        )
        said = {"versionBefore": row.version, "versionAfter": row.version + 1}
        thing = encode(EPISODES.prefix, row.id)
        return recorded(
            context, "EPISODE_CLOSED", thing, held.patient, by, *parts, outcome=outcome, at=at, grounds=said
        )

    doing = Doing(context, "closeEpisode", permission, input, do, into="clinical")
    return await carried_out(doing, EpisodePayload)


def _see_it_open(by: Worker, row: EpisodeRecord) -> None:
    """See to it that an episode is of the organisation of the workplace, and not closed.

    Raises:
        Hindered: it is of another one, or is.
    """
    by.own(row.organization_id, "id")
    if row.ends_at is not None:
        raise Hindered(Problem(ProblemCode.EPISODE_CLOSED, ("id",)), episode_id=row.id)


def _closed(context: Context, row: EpisodeRecord) -> None:
    _see_it_open(worker(context, P.CLINICAL_EPISODE_WRITE), row)


ON_CLOSING: Final = Target(
    EPISODES.prefix, EPISODES.by_id, P.CLINICAL_HISTORY_MASKED, keys.RECORD, keys.RECORD,
    also=True,
    needs=frozenset({"organization_id", "ends_at"}),
    begins=lambda context: worker(context, P.CLINICAL_EPISODE_WRITE),
    then=_closed,
)  # fmt: skip
