"""Planning: an operation under rights becomes a tree of steps.

Selections are merged for each concrete type by graphql-core's own collection; what the rights refuse outright has no
step, and a step asks for no column that nothing reads.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields

from engine.batch import Batch, Shape
from engine.declare import Root
from engine.graph import BoundField, BoundType, Graph
from engine.operation import Operation
from engine.plan import Access, Branch, Call, Constant, Inner, Leaf, Mode, Page, Place, Plan, Spot
from engine.records import columns_of, is_mapping
from engine.rights import Keys, Rights
from engine.variables import Variables

TYPENAME = "__typename"
Selection = Mapping[str, list[FieldDetails]]


class NotCompiled(Exception):
    """The operation has something that only the reference executor can do."""


def plan_of(graph: Graph, operation: Operation, variables: Variables, rights: Rights, *, folds: bool = True) -> Plan:
    """The plan of an operation; only the variables of @skip and @include matter, and the signature of the rights.

    Raises:
        NotCompiled: the operation has to be executed by the reference.
    """
    return _Planner(graph, operation, variables, rights, folds=folds).plan()


class _Planner:
    def __init__(
        self, graph: Graph, operation: Operation, variables: Variables, rights: Rights, *, folds: bool
    ) -> None:
        self._graph = graph
        self._operation = operation
        self._variables = variables.full
        self._rights = rights
        self._folds = folds
        self._fragments = {name: FragmentDetails(node) for name, node in operation.fragments.items()}
        self._made = Plan([], [], [], [])
        self._calls: dict[tuple[int, Batch, bool], Call] = {}

    def plan(self) -> Plan:
        core = self._graph.core.get_root_type(self._operation.kind)
        if core is None or core.name not in self._graph.types:
            raise NotCompiled("no such root")
        collected = collect_fields(
            self._graph.core, self._fragments, self._variables, core, self._operation.node
        ).grouped_field_set
        root = self._spot(self._graph.types[core.name], None, (), 0)
        self._fill(root, collected)
        for branch in self._made.branches:
            branch.columns = frozenset().union(*(spot.columns for spot in branch.spots if spot.folded_into is None))
        for place in self._made.places:
            place.straight = _straight(place)
        for spot in self._made.spots:
            spot.steps = [place for place in spot.places if place.joined is None]
            joined = [place.joined for place in spot.places if place.joined is not None]
            spot.width = len(spot.entries) + sum(len(other.entries) for other in joined)
        self._made.refusing = tuple(spot for spot in self._made.spots if spot.refusing)
        self._made.waits = tuple(len(call.branches) for call in self._made.calls)
        return self._made

    def _spot(self, bound: BoundType, place: Place | None, inner: Inner, depth: int) -> Spot:
        spot = Spot(len(self._made.spots), bound, place, inner, depth)
        spot.mapping = is_mapping(bound.declaration.record)
        spot.uniform = spot.mapping and place is not None and place.mode in {Mode.MANY, Mode.PAGE}
        self._made.spots.append(spot)
        return spot

    def _below(self, bound: BoundType, details: list[FieldDetails]) -> Selection:
        core: Any = self._graph.core.type_map[bound.name]
        return collect_subfields(
            self._graph.core, self._fragments, self._variables, self._operation.node, core, details
        ).grouped_field_set

    def _fill(self, spot: Spot, selection: Selection) -> None:
        for key, details in selection.items():
            name = details[0].node.name.value
            if name == TYPENAME:
                spot.entries.append(Constant(key, spot.bound.name))
                continue
            field = spot.bound.fields.get(name)
            if field is None:
                raise NotCompiled("introspection")
            if field.declaration.edge is None:
                entry: Leaf | Place = self._leaf(spot, key, field, details)
            else:
                entry = self._place(spot, key, field, details)
                spot.places.append(entry)
            spot.entries.append(entry)
            self._note(spot, entry)

    def _note(self, spot: Spot, entry: Leaf | Place) -> None:
        """What the rights make of an entry on each row: refusals, rules to settle, reads for the journal."""
        field = entry.field
        if entry.access is not Access.OPEN:
            spot.refusing.append(entry)
            self._need_rules(spot, field)
        permission = field.declaration.permission
        if entry.access is Access.ROWS and permission not in spot.permissions:
            spot.permissions.append(permission or "")
        followed_from_root = isinstance(entry, Place) and spot.bound.declaration.record is Root
        if entry.access is Access.NEVER or followed_from_root or not self._graph.permission_of(field.coordinate):
            return
        spot.reads[field.coordinate] = permission if entry.access is Access.ROWS else None
        if "id" in columns_of(spot.bound.declaration.record):
            self._need(spot, ["id"])
            spot.identity = f"{spot.prefix}id"

    def _need_rules(self, spot: Spot, field: BoundField) -> None:
        """Columns that tell whether a row may be read here, and if not, why."""
        declaration = spot.bound.declaration
        permissions = [field.declaration.permission]
        if field.declaration.masked_by is not None:
            permissions.append(declaration.fields[field.declaration.masked_by].permission)
        for permission in permissions:
            if permission is not None:
                self._need(spot, self._rule_columns(permission, declaration.keys))

    def _rule_columns(self, permission: str, keys: Keys) -> list[str]:
        verdict = self._rights[permission]
        if verdict.always is True:
            return []
        columns = (keys.get(name) for names in verdict.names for name in names)
        return [column for column in columns if column is not None]

    def _need(self, spot: Spot, columns: Any) -> None:
        spot.owner.columns.update(spot.prefix + column for column in columns)

    def _access(self, spot: Spot, field: BoundField, *, following: bool) -> Access:
        permission = field.declaration.permission
        if permission is None:
            return Access.OPEN
        verdict = self._rights[permission]
        if verdict.always is True:
            return Access.OPEN
        if verdict.never is not False:
            return Access.NEVER
        held, _ = verdict.names
        if following and verdict.lost is None and any(name not in spot.bound.declaration.keys for name in held):
            return Access.OPEN
        return Access.ROWS

    def _leaf(self, spot: Spot, key: str, field: BoundField, details: list[FieldDetails]) -> Leaf:
        leaf = Leaf(key, field, self._access(spot, field, following=False))
        if leaf.access is not Access.NEVER:
            self._need(spot, field.declaration.needs)
        leaf.inner = self._inner(field, details)
        return leaf

    def _inner(self, field: BoundField, details: list[FieldDetails]) -> list[Constant | Leaf] | None:
        """The selection on an object that is a value of the row; None for a scalar."""
        if inspect.iscoroutinefunction(field.declaration.value):
            raise NotCompiled(f"{field.coordinate} waits for its value")
        named = get_named_type(field.core.type)
        if is_leaf_type(named):
            return None
        bound = self._graph.types.get(named.name)
        if bound is None or bound.declaration.gate is not None:
            raise NotCompiled(f"{field.coordinate} is of an abstract or a guarded type")
        entries: list[Constant | Leaf] = []
        for key, below in self._below(bound, details).items():
            name = below[0].node.name.value
            if name == TYPENAME:
                entries.append(Constant(key, bound.name))
                continue
            inside = bound.fields[name]
            if inside.declaration.edge is not None or inside.declaration.permission is not None:
                raise NotCompiled(f"{inside.coordinate} is more than a value of its object")
            entries.append(Leaf(key, inside, inner=self._inner(inside, below)))
        return entries

    def _place(self, spot: Spot, key: str, field: BoundField, details: list[FieldDetails]) -> Place:
        edge: Any = field.declaration.edge
        kind = field.core.type
        nonnull = isinstance(kind, GraphQLNonNull)
        kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        listed = isinstance(kind, GraphQLList)
        item_nonnull = isinstance(kind, GraphQLList) and isinstance(kind.of_type, GraphQLNonNull)
        mode = {Shape.PAGE: Mode.PAGE, Shape.MANY: Mode.MANY}.get(edge.batch.shape, Mode.KEYS if listed else Mode.ONE)
        if (mode in {Mode.KEYS, Mode.MANY}) != listed or len({batch.shape for batch in edge.batches}) != 1:
            raise NotCompiled(f"{field.coordinate} is not what its batch gives")
        access = self._access(spot, field, following=True)
        arguments = self._operation.arguments(field, details[0].node)
        place = Place(len(self._made.places), key, spot, field, mode, access, nonnull, item_nonnull, arguments, [])
        self._made.places.append(place)
        if access is Access.NEVER:
            return place
        if mode is Mode.ONE and self._folded(spot, field):
            self._fold(place, details)
            return place
        place.plain = mode is not Mode.KEYS and len(edge.batches) == 1
        if edge.key is None:
            self._need(spot, edge.by)
            place.column = spot.prefix + edge.by[0]
        for index, batch in enumerate(edge.batches):
            self._branch(place, index, batch, details)
        return place

    def _folded(self, spot: Spot, field: BoundField) -> bool:
        """Whether the row of a to-one edge comes with its parent's: the rules must have nothing to say about it."""
        edge: Any = field.declaration.edge
        if not self._folds or edge.fold is None or spot.folded_into is not None or len(edge.batches) != 1:
            return False
        target = self._graph.by_record[edge.batch.record].declaration
        open_to_all = target.gate is None or self._rights[target.gate].always is True
        return open_to_all and spot.mapping and is_mapping(target.record)

    def _fold(self, place: Place, details: list[FieldDetails]) -> None:
        edge: Any = place.field.declaration.edge
        place.mode = Mode.FOLD
        place.plain = True
        bound = self._graph.by_record[edge.batch.record]
        branch = self._made_branch(place, 0, edge.batch)
        spot = self._spot(bound, place, (), place.spot.depth)
        spot.folded_into = place.spot
        spot.uniform = place.spot.uniform
        spot.prefix = f"{edge.fold}."
        branch.spots.append(spot)
        names = columns_of(bound.declaration.record)
        branch.present = spot.prefix + ("id" if "id" in names else next(iter(names)))
        place.spot.columns.add(branch.present)
        self._fill(spot, self._below(bound, details))
        # Nothing of it is refused, nobody is told of it, and nothing stands below.
        spot.joined = place.access is Access.OPEN and not (spot.places or spot.refusing or spot.reads)

    def _branch(self, place: Place, index: int, batch: Batch, details: list[FieldDetails]) -> None:
        bound = self._graph.by_record[batch.record]
        branch = self._made_branch(place, index, batch)
        gate = bound.declaration.gate
        if gate is not None and self._rights[gate].always is not True:
            branch.gate = gate
        depth = place.spot.depth + 1
        branch.call = self._call(branch, depth, batch, counting=False)
        if place.mode is Mode.PAGE:
            self._page(place, branch, bound, details)
        else:
            inner: Inner = () if place.mode is Mode.ONE else (None,)
            spot = self._spot(bound, place, inner, depth)
            branch.spots.append(spot)
            self._fill(spot, self._below(bound, details))
        if branch.gate is not None:
            for spot in branch.spots:
                self._need(spot, self._rule_columns(branch.gate, bound.declaration.keys))

    def _page(self, place: Place, branch: Branch, bound: BoundType, details: list[FieldDetails]) -> None:
        """The parts of a connection; rows stand below `nodes` and below `node` of `edges`."""
        connection = self._graph.types[get_named_type(place.field.core.type).name]
        page = place.page = Page()
        for key, below in self._below(connection, details).items():
            name = below[0].node.name.value
            inside: list[tuple[str, str]] = []
            if name == "nodes":
                self._rows(place, branch, bound, (key, None), below)
            elif name == "totalCount":
                page.counted = True
            elif name == TYPENAME:
                inside.append((connection.name, TYPENAME))
            elif name in {"edges", "pageInfo"}:
                part = self._graph.types[get_named_type(connection.fields[name].core.type).name]
                for inner_key, deeper in self._below(part, below).items():
                    kind = deeper[0].node.name.value
                    if kind == "node":
                        self._rows(place, branch, bound, (key, None, inner_key), deeper)
                    inside.append((inner_key, part.name if kind == TYPENAME else kind))
            else:
                raise NotCompiled(f"{connection.name}.{name} is no part of a connection")
            page.parts.append((key, name, inside))
        if not branch.spots:
            branch.spots.append(self._spot(bound, place, (), place.spot.depth + 1))
        if page.counted:
            branch.count = self._call(branch, place.spot.depth + 1, branch.batch, counting=True)

    def _rows(self, place: Place, branch: Branch, bound: BoundType, inner: Inner, details: list[FieldDetails]) -> None:
        spot = self._spot(bound, place, inner, place.spot.depth + 1)
        branch.spots.append(spot)
        self._fill(spot, self._below(bound, details))

    def _made_branch(self, place: Place, index: int, batch: Batch) -> Branch:
        branch = Branch(len(self._made.branches), index, batch, place)
        self._made.branches.append(branch)
        place.branches.append(branch)
        return branch

    def _call(self, branch: Branch, depth: int, batch: Batch, *, counting: bool) -> Call:
        found = self._calls.get((depth, batch, counting))
        if found is None:
            found = Call(len(self._made.calls), batch, counting, depth)
            self._calls[depth, batch, counting] = found
            self._made.calls.append(found)
        found.branches.append(branch)
        return found


def _straight(place: Place) -> bool:
    """Whether the rows of an edge decide nothing but the keys of one call, which is made for this edge alone."""
    if place.access is not Access.OPEN or not place.plain or place.column is None:
        return False
    (branch,) = place.branches
    return branch.call is not None and len(branch.call.branches) == 1 and not (branch.count or branch.gate)
