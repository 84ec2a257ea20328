"""Which part of a graph offers which coordinate, where several servers share it: it follows from the declarations.

A part is called by a store. What lies in the row of an entity, an object with a global id, is offered by the part of
its store, and so is a reference that the row holds; what another store has of it, by the part of that store. An act is
offered by the part in whose store it is done. What needs no store is offered by each part. Everything else, such as
pages, values and inputs, travels along with what leads to it. Each part can find all rows, wherever they lie: what it
offers says who is asked, not what can be known.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)

from engine.graph import BoundField, BoundType, Graph

# The field by which an entity is told from others.
KEY = "id"

# Type → its fields that are offered, in the order of the schema.
Offer = Mapping[str, tuple[str, ...]]


class PartsRefused(Exception):
    """The graph cannot be parted; every coordinate is listed of which nothing says who offers it."""


class Parts:
    """The parts of one graph; subscriptions are left out of all of them.

    Attributes:
        names: of all parts, in the order of the alphabet.
        shared: coordinates that several parts offer, the keys of entities aside.

    Raises:
        PartsRefused: nothing tells in which store an act is done.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        core = graph.core
        self._roots = {kind.name for kind in (core.query_type, core.mutation_type) if kind is not None}
        self.names = tuple(sorted(set(self._stores())))
        if unsaid := sorted(field.coordinate for field in self._acts() if _store_of_act(graph, field) is None):
            raise PartsRefused(f"in which store is it done: {', '.join(unsaid)}")
        counted: Counter[str] = Counter()
        for name in self.names:
            offer = self.offer([name])
            counted.update(f"{kind}.{field}" for kind, fields in offer.items() for field in fields)
        self.shared = frozenset(
            coordinate
            for coordinate, times in counted.items()
            if times > 1 and not (coordinate.endswith(f".{KEY}") and self.is_entity(coordinate.partition(".")[0]))
        )

    def is_entity(self, name: str) -> bool:
        """Whether objects of a type are found again by their id, so that parts can refer to them."""
        bound = self._graph.types.get(name)
        return bound is not None and bound.declaration.prefix is not None and bound.declaration.node is not None

    def of(self, coordinate: str) -> frozenset[str] | None:
        """The parts that a coordinate belongs to; None of what travels along, and of the keys of entities."""
        kind, _, name = coordinate.partition(".")
        bound = self._graph.types[kind]
        store = self._store(bound, bound.fields[name])
        if store is None or (self.is_entity(kind) and name == KEY):
            return None
        return frozenset(self.names) if store == _ANY else frozenset({store})

    def offer(self, names: Collection[str], besides: Iterable[str] = ()) -> Offer:
        """What some parts offer together, with types `besides`; an entity that they only refer to has its key alone."""
        return _Offering(self, self._graph, frozenset(names)).offer(besides)

    def owned(self, kind: str, names: Collection[str]) -> Iterator[str]:
        """The fields of a root or an entity that belong to one of these parts."""
        for name in self._graph.types[kind].fields:
            parts = self.of(f"{kind}.{name}")
            if parts is not None and not parts.isdisjoint(names):
                yield name

    def resolved(self, names: Collection[str]) -> tuple[str, ...]:
        """The entities that some parts find by their keys: those of which a field belongs to one of them."""
        return tuple(name for name in self.entities() if any(True for _ in self.owned(name, names)))

    @property
    def roots(self) -> frozenset[str]:
        """The names of the root types."""
        return frozenset(self._roots)

    def entities(self) -> Iterator[str]:
        """The names of the types of entities."""
        return (name for name in self._graph.types if self.is_entity(name))

    def _store(self, bound: BoundType, field: BoundField) -> str | None:
        """The store that a field of a root or an entity goes by; `_ANY` where it needs none."""
        if bound.name not in self._roots and not self.is_entity(bound.name):
            return None
        declared = field.declaration
        if declared.act is not None:
            return _store_of_act(self._graph, field)
        edge = declared.edge
        if bound.name in self._roots:
            return (None if edge is None else edge.batch.store) or _ANY
        node = bound.declaration.node
        home = (None if node is None else node.store) or _ANY
        if edge is None or len(edge.batches) > 1:
            return home
        target = self._graph.by_record[edge.batch.record].declaration
        return home if edge.batch is target.node else edge.batch.store or home

    def _stores(self) -> Iterator[str]:
        for bound in self._graph.types.values():
            for field in bound.fields.values():
                edge = field.declaration.edge
                for batch in () if edge is None else edge.batches:
                    if batch.store is not None:
                        yield batch.store

    def _acts(self) -> Iterator[BoundField]:
        for bound in self._graph.types.values():
            yield from (field for field in bound.fields.values() if field.declaration.act is not None)


_ANY = "*"


def _store_of_act(graph: Graph, field: BoundField) -> str | None:
    """The store in which an act is done: as it says, else that of what it is done to, else of what it answers with."""
    act = field.declaration.act
    if act is None:
        return None
    if act.store is not None:
        return act.store
    targets = [target.batch.store for target in act.on]
    payload = graph.types[get_named_type(field.core.type).name]
    edges = [one.declaration.edge for one in payload.fields.values()]
    told = [edge.batch.store for edge in edges if edge is not None]
    return next((store for store in (*targets, *told) if store is not None), None)


class _Offering:
    """Follows everything that some parts lead to."""

    def __init__(self, parts: Parts, graph: Graph, names: frozenset[str]) -> None:
        self._parts = parts
        self._graph = graph
        self._names = names
        self._found: dict[str, set[str]] = {}
        self._seen: set[str] = set()

    def offer(self, besides: Iterable[str]) -> Offer:
        for name in (*self._parts.roots, *self._parts.entities()):
            if owned := [*self._parts.owned(name, self._names)]:
                self._take(name, [*owned, KEY] if self._parts.is_entity(name) else owned)
        for name in besides:
            self._follow(self._graph.core.type_map[name])
        return {
            name: tuple(field for field in bound.fields if field in self._found[name])
            for name, bound in self._graph.types.items()
            if name in self._found
        }

    def _take(self, name: str, fields: Iterable[str]) -> None:
        """Offer fields of an object type, and whatever they lead to."""
        core = self._graph.core.type_map[name]
        known = self._found.setdefault(name, set())
        fields = [field for field in fields if field not in known]
        known.update(fields)
        for field in fields:
            found = core.fields[field]  # type: ignore[attr-defined]
            self._follow(get_named_type(found.type))
            for argument in found.args.values():
                self._follow(get_named_type(argument.type))

    def _follow(self, kind: GraphQLNamedType) -> None:
        if kind.name in self._seen:
            return
        self._seen.add(kind.name)
        if isinstance(kind, GraphQLInterfaceType):
            # Whatever implements it can come, with all that the interface promises.
            for one in self._graph.core.get_possible_types(kind):
                self._take(one.name, kind.fields)
        elif isinstance(kind, GraphQLUnionType):
            for one in kind.types:
                self._follow(one)
        elif isinstance(kind, GraphQLInputObjectType):
            for inside in kind.fields.values():
                self._follow(get_named_type(inside.type))
        elif isinstance(kind, GraphQLObjectType):
            fields = [KEY] if self._parts.is_entity(kind.name) else self._graph.types[kind.name].fields
            self._take(kind.name, fields)
