"""What the rights settle of a plan before any row is known: what is open, what waits for rows, what these must have."""

from collections.abc import Callable, Iterable

from engine.declare import Root, Type
from engine.graph import BoundField, BoundType, Graph
from engine.plan.plan import Access, Leaf, Place, Spot
from engine.records import columns_of, taker
from engine.rights import MASKED, Keys, Reason, Rights, Verdict


class Settling:
    """The rights of one plan."""

    def __init__(self, graph: Graph, rights: Rights) -> None:
        self._graph = graph
        self._rights = rights

    def access(self, spot: Spot, field: BoundField, *, following: bool) -> Access:
        """How far a field of a spot is settled; an edge may leave it to the rows below."""
        permission = field.declaration.permission
        if permission is None:
            return Access.OPEN
        verdict = self._rights[permission]
        if verdict.always is True:
            return Access.OPEN
        if verdict.never is not False:
            return Access.NEVER
        if self._let_in(spot, verdict):
            return Access.OPEN
        held, _ = verdict.names
        if following and verdict.lost is None and any(name not in spot.bound.declaration.keys for name in held):
            return Access.OPEN
        return Access.ROWS

    def _let_in(self, spot: Spot, verdict: Verdict) -> bool:
        """Whether the gate has let no row in but those on which a verdict allows."""
        gate = spot.bound.declaration.gate
        return gate is not None and spot.place is not None and verdict.covers(self._rights[gate]) is True

    def note(self, spot: Spot, entry: Leaf | Place) -> None:
        """What the rights make of an entry on each row: refusals, rules to settle, reads for the journal."""
        field = entry.field
        if entry.access is not Access.OPEN:
            spot.refusing.append(entry)
            self._need_rules(spot, field)
        permission = field.declaration.permission
        if entry.access is Access.ROWS and permission not in spot.permissions:
            spot.permissions.append(permission or "")
        followed_from_root = isinstance(entry, Place) and spot.bound.declaration.record is Root
        if followed_from_root or not self._graph.journals(self._graph.permission_of(field.coordinate)):
            return
        if entry.access is not Access.NEVER:
            spot.reads[field.coordinate] = permission if entry.access is Access.ROWS else None
        declaration = spot.bound.declaration
        if spot.identity is None and "id" in columns_of(declaration.record):
            columns = ["id", *self._traces(declaration)]
            need(spot, columns)
            names = [spot.prefix + column for column in columns]
            spot.identity = taker(spot.owner.bound.declaration.record, *names)

    def _traces(self, declaration: Type) -> list[str]:
        """The columns that the journal wants to know of an object; of those of rules the ones that rows have anyway."""
        about, rest = declaration.traces[:1], declaration.traces[1:]
        rules = frozenset(declaration.keys.values()) - {*about}
        if rest and declaration.gate:
            rules -= {*self.columns_of_gate(declaration.gate, declaration.keys)}
        return [*about, *(column for column in rest if column not in rules)]

    def columns_of_gate(self, gate: str, keys: Keys) -> list[str]:
        """Columns that tell whether a row may be seen; of one that may not, nobody is told why."""
        held, _ = self._rights[gate].names
        return _columns(held, keys)

    def _columns(self, permission: str, keys: Keys) -> list[str]:
        """Columns that the rules of a permission look at."""
        verdict = self._rights[permission]
        held, locked = verdict.names
        return [] if verdict.always is True else _columns((*held, *locked), keys)

    def _need_rules(self, spot: Spot, field: BoundField) -> None:
        """Columns that tell whether a row may be read here, and if not, why."""
        declaration = spot.bound.declaration
        permissions = [field.declaration.permission]
        if field.declaration.masked_by is not None:
            permissions.append(declaration.fields[field.declaration.masked_by].permission)
        for permission in permissions:
            if permission is not None:
                need(spot, self._columns(permission, declaration.keys))


def _columns(rules: Iterable[str], keys: Keys) -> list[str]:
    return [column for column in map(keys.get, rules) if column is not None]


def masked_or(
    reason: Reason, bound: BoundType, field: BoundField, rights: Rights, readable: Callable[[Verdict], bool]
) -> Reason:
    """The reason for which a field is refused, or that a masked form of its value is readable instead."""
    masked_by = field.declaration.masked_by
    # What the viewer can put right himself, or a store will, is told rather than the mask.
    if masked_by is None or reason.step_up is not None or reason.store is not None:
        return reason
    permission = bound.declaration.fields[masked_by].permission
    return MASKED if permission and readable(rights[permission]) else reason


def need(spot: Spot, columns: Iterable[str]) -> None:
    """Have a spot's rows bring some columns of its record."""
    spot.owner.columns.update(spot.prefix + column for column in columns)
