"""Of which record of a patient a document is, and whether the viewer may read that, or do something about it.

The documents store knows the record alone; who may read it, the clinical store says, in one statement for each kind
of record, under the conditions by which it narrows its own lists. So a document is seen by exactly those who see its
record, in every way that leads to it.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from auth.permissions import Permission
from auth.permissions import Permission as P
from auth.rights import OBJECT, WORKPLACE
from engine.act import NotAllowed
from engine.global_id import decode
from resolvers.acts.acting import require, there
from resolvers.acts.keys import RECORD
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.context import Context
from resolvers.records import RECORDS
from sources.clinical import reading
from sources.clinical.known import KnownRecord
from sources.clinical.opening import annotations_of
from sources.clinical.reading import Kind
from sources.documents.charted import OF, ties_of_documents
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

# What a document is of: the column that names it, the prefix of its ids, the field of inputs, and its kind.
_KINDS: Final[Mapping[str, tuple[str, str, Kind]]] = {
    "encounter_id": ("enc", "encounterId", RECORDS.encounter),
    "episode_id": ("case", "episodeId", RECORDS.episode),
    "note_id": ("note", "noteId", RECORDS.note),
}
# What rules look at, of a record.
KNOWN: Final = frozenset(annotations_of(KnownRecord))
# And what a document shows of it besides.
LABEL: Final = frozenset({"confidentiality", "special_kind"})
_PLACED: Final = frozenset({"id", "patient_id", "organization_id", "practitioner_id", "at", *LABEL})
# What else acts look at, by the column that names the record. An episode is never in error: it is closed instead.
_LOOKED_AT: Final[Mapping[str, frozenset[str]]] = {
    "encounter_id": frozenset({"error_id"}),
    "episode_id": frozenset(),
    "note_id": frozenset({"error_id", "state"}),
}
SEEN: Final = P.CLINICAL_HISTORY_READ


class Tie(NamedTuple):
    """Of which record a document is: the column that names it, and its key."""

    column: str
    key: int


_NONE: Final = Tie("encounter_id", 0)
_SIGNED: Final = "SIGNED"


def tie_of(row: Any) -> Tie | None:
    """Of which record a document, or an upload, is; None where it is about no patient."""
    return next((Tie(name, key) for name in OF if (key := getattr(row, name)) is not None), None)


async def tie_of_document(context: Context, key: int) -> Tie:
    """Of which record a document about a patient is; of none, one that nobody has, so that both are asked alike."""
    ties = await ties_of_documents(context.stores.documents, [key])
    return (tie_of(ties[0]) if ties else None) or _NONE


def named(**ids: str | None) -> Tie | None:
    """The record that an input names by its global id; None where it names none.

    Raises:
        Hindered: it names several, or one that is none of ours.
    """
    given = [name for name in OF if ids.get(name) is not None]
    if not given:
        return None
    if len(given) > 1:
        fields = [_KINDS[one][1] for one in given[1:]]
        raise Hindered(*(Problem(ProblemCode.FIELD_FORMAT, (field,), {"field": field}) for field in fields))
    (name,) = given
    prefix, field, _ = _KINDS[name]
    key = decode(prefix, ids[name] or "")
    if key is None:
        raise Hindered(Problem(ProblemCode.NOT_FOUND, (field,)))
    return Tie(name, key)


def path_of(tie: Tie) -> str:
    """The field of inputs that names the record."""
    return _KINDS[tie.column][1]


async def readable(context: Context, ties: Collection[Tie], ask: Ask) -> dict[int, Any]:
    """The records among some that meet the conditions of a question, by key, with the columns that it asks for.

    Raises:
        SourceFailure: the clinical store did not say.
    """
    asked = [(name, sorted({tie.key for tie in ties if tie.column == name})) for name in OF]
    found = await asyncio.gather(
        *(reading.records(context.stores.clinical, _KINDS[name][2], keys, ask) for name, keys in asked if keys)
    )
    return {key: row for rows in found for key, row in rows.items()}


async def on_record(context: Context, unit: Unit, tie: Tie, permission: Permission, *path: str) -> Any:
    """The record on which a permission holds, with what rules look at; the unit asks for it anew before its commit.

    It has to be of the organisation of the workplace: what others made is theirs to go on with.

    Raises:
        Hindered: it is not there, as far as the viewer may know, is of another organisation, or was entered in error.
        NotAllowed: the viewer may not do this to it, at all or to this one, or facts are missing by which he might.
        SourceFailure: the clinical store did not say.
    """
    at_all(context, permission)
    row = there(await _on(context, tie, SEEN, permission), context.viewer[SEEN], *path)
    require(context, permission, row, RECORD)
    place = context.viewer.standing.workplace
    if place is None:
        raise NotAllowed(WORKPLACE)
    if row.organization_id != place.organization_id:
        raise Hindered(Problem(ProblemCode.WRONG_WORKPLACE, path))
    if "error_id" in _LOOKED_AT[tie.column] and row.error_id is not None:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, path))
    unit.rests_on(True, lambda: _still(context, tie, permission))
    return row


async def in_force(context: Context, unit: Unit, tie: Tie, permission: Permission, *path: str) -> Any:
    """The record as `on_record` has it, where a new document may stand with it: of notes, those that are signed.

    A draft may change or never be; what was corrected has its documents with the correction.

    Raises:
        Hindered: as `on_record`, or it is a note that is not signed, or was corrected.
        NotAllowed: as `on_record`.
        SourceFailure: the clinical store did not say.
    """
    row = await on_record(context, unit, tie, permission, *path)
    if tie.column == "note_id" and row.state != _SIGNED:
        raise Hindered(Problem(ProblemCode.ILLEGAL_TRANSITION, path))
    return row


def at_all(context: Context, permission: Permission) -> None:
    """That the viewer holds a permission on some record: asked before any is looked for, so that nothing is told.

    Raises:
        NotAllowed: he holds it on none.
    """
    verdict = context.viewer[permission]
    if verdict.never:
        raise NotAllowed(verdict.refusal_at_all())


async def seen(context: Context, tie: Tie) -> Any | None:
    """The record, where the viewer may read it now.

    Raises:
        SourceFailure: the clinical store did not say.
    """
    return await _on(context, tie, SEEN)


def who(context: Context) -> int:
    """Who writes: the viewer, or the practitioner on whose behalf he does.

    Raises:
        NotAllowed: he has no workplace, or is in no register.
    """
    carer = context.viewer.standing.carer
    if carer is None:
        raise NotAllowed(OBJECT)
    return carer[0]


async def _still(context: Context, tie: Tie, permission: Permission) -> bool:
    at = None if context.clock is None else context.clock()
    return await _on(context, tie, permission, at=at) is not None


async def _on(context: Context, tie: Tie, *permissions: Permission, at: Any = None) -> Any | None:
    """The record, where one of some permissions holds on it."""
    narrowed = [context.viewer[one].narrow(RECORD) for one in permissions]
    group = tuple(condition for one in narrowed for condition in one or ())
    if None not in narrowed and not group:
        return None
    narrow = () if None in narrowed else (group,)
    columns = KNOWN | _PLACED | _LOOKED_AT[tie.column]
    return (await readable(context, [tie], Ask(at or context.at, columns, narrow))).get(tie.key)
