"""Records that somebody drafts and signs, and others co-sign: how one is held for a step, and what the step leaves."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.permissions import Permission
from auth.rights import OBJECT
from engine.act import NotAllowed, Target
from engine.global_id import encode
from resolvers.acts.acting import Effect, after
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.versions import as_it_was_read
from resolvers.clinical import keys
from resolvers.clinical.acts.held import Held, hold_record
from resolvers.clinical.acts.left import recorded
from resolvers.clinical.acts.worker import Worker, worker
from resolvers.clinical.record import Ways
from resolvers.context import Context
from sources.clinical.changes import Part
from sources.clinical.held import HeldPatient
from sources.clinical.reading import Kind
from sources.postgres.writing import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """A kind of such records.

    Attributes:
        gate: the permission under which one is there.
        column: of the payload and of the outcome of its acts, which names the record.
        changed: the kind of its events; under `event_key` they have the key of the record too, if one is named.
        rights: by what right each step is taken.
        follows: `(row, at)`: which steps follow from where a record stands.
        authors: who has written or signed it, and so does not co-sign it.
        may: `(context, by, step, row)`: whether somebody may take a step by right, wherever the record stands.
        needs: columns that these look at.
    """

    ways: Ways
    rows: Kind
    gate: Permission
    column: str
    changed: str
    event_key: str | None = None
    rights: Mapping[str, Permission]
    follows: Callable[[Any, datetime], Collection[str]]
    authors: Callable[[Any], Collection[int | None]]
    may: Callable[[Context, Worker, str, Any], bool]
    needs: Collection[str]

    async def hold(self, context: Context, unit: Unit, input: VersionInput, step: str) -> tuple[Worker, Held]:
        """Who acts, and the record, held as it was read, on which he may take the step, and from which it follows.

        Raises:
            Hindered: it is not there, is of another organisation or version, stands elsewhere, or is his to co-sign.
            NotAllowed: the viewer may not do this to it.
        """
        permission = self.rights[step]
        by = worker(context, permission)
        held = await hold_record(
            context, unit, (self.ways.prefix, self.rows), input.id, "id",
            permission=permission, gate=self.gate, looked_at=keys.NOTE,
        )  # fmt: skip
        row = held.row
        self._see_it_his(context, by, step, row)
        as_it_was_read(row, input.expected_version, "CLINICAL", **{self.column: row.id})
        self._see_it_follow(context, by, step, row)
        return by, held

    def on(self, step: str) -> Target:
        """Records of the kind, as a step may be taken of them."""

        def then(context: Context, row: Any) -> None:
            by = worker(context, self.rights[step])
            self._see_it_his(context, by, step, row)
            self._see_it_follow(context, by, step, row)

        columns = filter(None, keys.NOTE.values())
        return Target(
            self.ways.prefix, self.ways.by_id, self.gate, keys.NOTE, keys.NOTE,
            also=True,
            needs=frozenset({"practitioner_id", "organization_id", "state", *self.needs, *columns}),
            begins=lambda context: worker(context, self.rights[step]),
            then=then,
        )  # fmt: skip

    def effect(self, context: Context, by: Worker, held: Held, step: str, *parts: Part, **grounds: Any) -> Effect:
        """What a step of a record that is held leaves; `grounds` is what the entry says besides."""
        row = held.row
        said = {"versionBefore": row.version, "versionAfter": row.version + 1, "stateBefore": row.state, **grounds}
        return self.left(context, by, held.patient, row.id, step, *parts, at=moment(context, row), grounds=said)

    def left(
        self,
        context: Context,
        by: Worker | None,
        patient: HeldPatient,
        key: int,
        step: str,
        *parts: Part,
        at: datetime,
        grounds: Mapping[str, Any],
        outcome: Mapping[str, Any] | None = None,
    ) -> Effect:
        """What a step of a record leaves: its event says which step it was; no value of it is told."""
        thing, said = encode(self.ways.prefix, key), {self.column: key} if outcome is None else outcome
        made = recorded(context, self.changed, thing, patient, by, *parts, outcome=said, at=at, grounds=grounds)
        named = {} if self.event_key is None else {self.event_key: key}
        made.events = tuple((kind, {**ids, **named, "step": step}) for kind, ids in made.events)
        return made

    def _see_it_his(self, context: Context, by: Worker, step: str, row: Any) -> None:
        """See to it that the step is his to take.

        Raises:
            Hindered: the record is of another organisation, or is his own to co-sign.
            NotAllowed: he may not take it.
        """
        if by.practitioner_id == row.practitioner_id:
            by.own(row.organization_id, "id")
        if step == "COSIGN" and by.practitioner_id in self.authors(row):
            raise Hindered(Problem(ProblemCode.OWN_NOTE, ("id",)), **{self.column: row.id})
        if not self.may(context, by, step, row):
            raise NotAllowed(OBJECT)

    def _see_it_follow(self, context: Context, by: Worker, step: str, row: Any) -> None:
        """See to it that the step follows from where the record stands.

        Raises:
            Hindered: it does not; says which steps do that he may take.
        """
        following = self.follows(row, context.at)
        if step not in following:
            possible = ", ".join(one for one in following if self.may(context, by, one, row))
            problem = Problem(ProblemCode.ILLEGAL_TRANSITION, ("id",), {"possible": possible})
            raise Hindered(problem, **{self.column: row.id})


def moment(context: Context, row: Any) -> datetime:
    """The instant of a change of a record."""
    return after(context.at, row.changed_at)
