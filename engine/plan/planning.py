"""Planning: an operation under rights becomes a tree of steps.

Selections are merged for each concrete type by graphql-core's own collection; what the rights refuse outright has no
step, and a step asks for no column that nothing reads.
"""

import inspect
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails

from engine.batch import Batch, Shape
from engine.graph import BoundField, BoundType, Graph
from engine.plan.derived import finish
from engine.plan.plan import Access, Branch, Call, Constant, Deed, Inner, Leaf, Mode, Page, Place, Plan, Series, Spot
from engine.plan.rights import Settling, need
from engine.records import columns_of, is_mapping, taker
from engine.request.collecting import TYPENAME, Selecting, Selection
from engine.request.operation import Operation
from engine.request.variables import Variables
from engine.rights import EVERYTHING, Rights


class NotCompiled(Exception):
    """The operation has something that only the reference executor can do."""


def plan_of(graph: Graph, operation: Operation, variables: Variables, rights: Rights, *, thrifty: bool = True) -> Plan:
    """The plan of an operation; only the variables of @skip and @include matter, and the signature of the rights.

    Raises:
        NotCompiled: the operation has to be executed by the reference.
    """
    planner = _Planner(graph, operation, variables, rights, thrifty=thrifty)
    try:
        return planner.plan(_root(graph, operation), planner.selecting.at_root())
    except GraphQLError:
        # Which objects are lost by it depends on their types and on the rows.
        raise NotCompiled("a null stands in a directive") from None


def series_of(graph: Graph, operation: Operation, variables: Variables, *, thrifty: bool = True) -> Series:
    """The acts of a mutation in their order; whatever the rights will be, their payloads can be completed by a plan.

    Raises:
        NotCompiled: the operation has to be executed by the reference.
    """
    root = _root(graph, operation)
    steps: list[Constant | Deed] = []
    for key, details in Selecting(graph, operation, variables).at_root().items():
        node = details[0].node
        field = root.fields.get(node.name.value)
        if field is None:
            steps.append(Constant(key, root.name))
            continue
        payload = graph.types.get(str(field.core.type))
        if payload is None:
            raise NotCompiled(f"{field.coordinate} is not answered with an object")
        deed = Deed(key, field, payload, operation.arguments(field, node), details)
        payload_plan_of(graph, operation, variables, EVERYTHING, deed, thrifty=thrifty)
        steps.append(deed)
    return Series(steps)


def payload_plan_of(
    graph: Graph, operation: Operation, variables: Variables, rights: Rights, deed: Deed, *, thrifty: bool = True
) -> Plan:
    """The plan of what is selected of the payload of an act, whose row is the root of it."""
    planner = _Planner(graph, operation, variables, rights, thrifty=thrifty)
    return planner.plan(deed.payload, planner.selecting.below(deed.payload.name, deed.details))


def _root(graph: Graph, operation: Operation) -> BoundType:
    core = graph.core.get_root_type(operation.kind)
    if core is None or core.name not in graph.types:
        raise NotCompiled("no such root")
    return graph.types[core.name]


class _Planner:
    def __init__(
        self, graph: Graph, operation: Operation, variables: Variables, rights: Rights, *, thrifty: bool
    ) -> None:
        self.selecting = Selecting(graph, operation, variables)
        self._graph = graph
        self._operation = operation
        self._rights = rights
        self._settling = Settling(graph, rights)
        self._thrifty = thrifty
        self._made = Plan([], [], [], [])
        self._calls: dict[tuple[int, Batch, bool], Call] = {}

    def plan(self, bound: BoundType, selection: Selection) -> Plan:
        """The plan of a selection on one object of a type."""
        self._fill(self._spot(bound, None, (), 0), selection)
        return finish(self._made)

    def _spot(self, bound: BoundType, place: Place | None, inner: Inner, depth: int) -> Spot:
        spot = Spot(len(self._made.spots), bound, place, inner, depth)
        listed = place is not None and place.mode in {Mode.MANY, Mode.PAGE}
        spot.uniform = listed and is_mapping(bound.declaration.record)
        self._made.spots.append(spot)
        return spot

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
            self._settling.note(spot, entry)

    def _leaf(self, spot: Spot, key: str, field: BoundField, details: list[FieldDetails]) -> Leaf:
        leaf = Leaf(key, field, self._settling.access(spot, field, following=False))
        if leaf.access is not Access.NEVER:
            need(spot, field.declaration.needs)
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
        for key, below in self.selecting.below(bound.name, details).items():
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
        access = self._settling.access(spot, field, following=True)
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
            need(spot, edge.by)
            place.key_of = taker(spot.owner.bound.declaration.record, spot.prefix + edge.by[0])
        for index, batch in enumerate(edge.batches):
            self._branch(place, index, batch, details)
        return place

    def _folded(self, spot: Spot, field: BoundField) -> bool:
        """Whether the row of a to-one edge comes with its parent's: the rules must have nothing to say about it."""
        edge: Any = field.declaration.edge
        if not self._thrifty or edge.fold is None or spot.folded_into is not None or len(edge.batches) != 1:
            return False
        target = self._graph.by_record[edge.batch.record].declaration
        open_to_all = target.gate is None or self._rights[target.gate].always is True
        return open_to_all and is_mapping(spot.bound.declaration.record) and is_mapping(target.record)

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
        self._fill(spot, self.selecting.below(bound.name, details))
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
            self._fill(spot, self.selecting.below(bound.name, details))
        if branch.gate is not None:
            for spot in branch.spots:
                need(spot, self._settling.columns_of_gate(branch.gate, bound.declaration.keys))

    def _page(self, place: Place, branch: Branch, bound: BoundType, details: list[FieldDetails]) -> None:
        """The parts of a connection; rows stand below `nodes` and below `node` of `edges`."""
        connection = self._graph.types[get_named_type(place.field.core.type).name]
        page = place.page = Page(ends=not self._thrifty)
        for key, below in self.selecting.below(connection.name, details).items():
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
                for inner_key, deeper in self.selecting.below(part.name, below).items():
                    kind = deeper[0].node.name.value
                    if kind == "node":
                        self._rows(place, branch, bound, (key, None, inner_key), deeper)
                    inside.append((inner_key, part.name if kind == TYPENAME else kind))
                    page.ends = page.ends or kind not in {"node", TYPENAME}
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
        self._fill(spot, self.selecting.below(bound.name, details))

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
