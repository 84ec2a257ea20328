"""How a record is closed to all but those on its list, or opened again; what is specially protected stays so."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode, split
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.held import hold_record
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import worker
from resolvers.clinical.kinds import RECORDS
from resolvers.clinical.prescriptions.reading import PRESCRIPTIONS
from resolvers.clinical.record import (
    CONDITIONS,
    ENCOUNTERS,
    EPISODES,
    IMAGING,
    NOTES,
    OBSERVATIONS,
    ORDERS,
    PROCEDURES,
    RESULTS,
    WAYS,
)
from resolvers.context import Context
from sources.clinical import restriction_acts as source
from sources.clinical.reading import Kind
from sources.employment import employments_of
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

PERMISSION: Final = P.CLINICAL_LABEL_WRITE
RESTRICTED, NORMAL, SPECIAL = "RESTRICTED", "NORMAL", "SPECIAL"
MOST: Final = 50
HISTORY, RESULT = P.CLINICAL_HISTORY_MASKED, P.CLINICAL_RESULT_MASKED
# By the prefix of their ids: the rows, the permission by which they are seen, and the column of the payload.
KINDS: Final[dict[str, tuple[Kind, P, str]]] = {
    EPISODES.prefix: (RECORDS.episode, HISTORY, "episode_id"),
    ENCOUNTERS.prefix: (RECORDS.encounter, HISTORY, "encounter_id"),
    CONDITIONS.prefix: (RECORDS.condition, HISTORY, "condition_id"),
    OBSERVATIONS.prefix: (RECORDS.observation, RESULT, "observation_id"),
    RESULTS.prefix: (RECORDS.result, RESULT, "laboratory_result_id"),
    IMAGING.prefix: (RECORDS.imaging, HISTORY, "imaging_study_id"),
    NOTES.prefix: (RECORDS.note, HISTORY, "note_id"),
    ORDERS.prefix: (RECORDS.order, P.CLINICAL_ORDER_MASKED, "order_id"),
    PROCEDURES.prefix: (RECORDS.procedure, P.CLINICAL_PROCEDURE_READ, "procedure_id"),
    PRESCRIPTIONS.prefix: (RECORDS.prescription, P.CLINICAL_PRESCRIPTION_MASKED, "prescription_id"),
}


@dataclass(kw_only=True)
class RestrictRecordInput(VersionInput):
    """The record, its label, and who may read it."""

    confidentiality: str
    practitioner_ids: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictRecordPayload:
    """The record after the act, by the column of its kind, and who is on its list."""

    episode_id: int | None = None
    encounter_id: int | None = None
    condition_id: int | None = None
    observation_id: int | None = None
    laboratory_result_id: int | None = None
    imaging_study_id: int | None = None
    note_id: int | None = None
    order_id: int | None = None
    procedure_id: int | None = None
    prescription_id: int | None = None
    referral_id: int | None = None
    practitioner_ids: list[int] = field(default_factory=list)
    problems: list[ProblemView] = field(default_factory=list)


async def restrict(context: Context, *, input: RestrictRecordInput) -> RestrictRecordPayload:
    """Label a record; whoever restricts it and whoever made it are on its list, so that somebody can open it again."""

    async def do(unit: Unit) -> Effect:
        parts = split(input.id)
        kind = None if parts is None else KINDS.get(parts[0])
        if parts is None or kind is None:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("id",)))
        by = worker(context, PERMISSION)
        rows, gate, column = kind
        held = await hold_record(context, unit, (parts[0], rows), input.id, "id", permission=PERMISSION, gate=gate)
        row = held.row
        by.own(row.organization_id, "id")
        as_it_was_read(row, input.expected_version, "CLINICAL", **{column: row.id})
        _see_it_not_special(row.confidentiality, column, row)
        _see_it_not_special(str(input.confidentiality), column, row)
        readers = await _readers(context, unit, input, by.place)
        if readers is not None:
            readers = sorted({*readers, by.practitioner_id, row.practitioner_id})
        at = after(context.at, row.changed_at)
        made = source.labelled(rows, row, at, readers, by.practitioner_id)
        return recorded(
            context,
            "RECORD_RESTRICTED" if readers else "RECORD_OPENED",
            encode(parts[0], row.id),
            held.patient,
            by,
            *made,
            outcome={column: row.id, "practitioner_ids": readers or []},
            at=at,
            grounds={"versionBefore": row.version, "versionAfter": row.version + 1},
        )

    return await carried_out(
        Doing(context, "restrictRecord", PERMISSION, input, do, into="clinical"), RestrictRecordPayload
    )


def _see_it_not_special(label: str, column: str, row: Any) -> None:
    """See to it that a label is one that people give.

    Raises:
        Hindered: it is that of what is specially protected.
    """
    if label == SPECIAL:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, ("confidentiality",)), **{column: row.id})


def _restrictable(context: Context, row: Any) -> None:
    worker(context, PERMISSION).own(row.organization_id, "id")
    _see_it_not_special(row.confidentiality, "id", row)


ON_RECORDS: Final = tuple(
    Target(
        ways.prefix, ways.by_id, KINDS[ways.prefix][1], keys.RECORD, keys.RECORD,
        also=True,
        needs=frozenset({"organization_id", "confidentiality"}),
        begins=lambda context: worker(context, PERMISSION),
        then=_restrictable,
    )
    for ways in (*WAYS, PRESCRIPTIONS)
    if ways.prefix in KINDS
)  # fmt: skip


async def _readers(context: Context, unit: Unit, input: RestrictRecordInput, place: int) -> list[int] | None:
    """Who is on the list: people who work where the record was made; None where there is no list."""
    given = input.practitioner_ids or []
    if str(input.confidentiality) == NORMAL:
        if given:
            raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("practitionerIds",), {"field": "practitionerIds"}))
        return None
    if len(given) > MOST:
        raise Hindered(Problem(ProblemCode.FIELD_FORMAT, ("practitionerIds",), {"field": "practitionerIds"}))
    decoded = [decode(prefixes.PRACTITIONER, one) for one in given]
    there = await _employed(context, unit, [one for one in decoded if one is not None], place)
    for number, one in enumerate(decoded):
        if one not in there:
            raise Hindered(Problem(ProblemCode.NOT_FOUND, ("practitionerIds", str(number))))
    return sorted(there)


async def _employed(context: Context, unit: Unit, people: Sequence[int], place: int) -> set[int]:
    async def asked() -> set[int]:
        ask = Ask(context.at)
        found: dict[int, Any] = await employments_of(context.stores.registry, people, ask, ask.today)
        return {one for one, posts in found.items() if any(post.organization_id == place for post in posts)}

    if not people:
        return set()
    found = await asked()
    unit.rests_on(found, asked)
    return found
