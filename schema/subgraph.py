"""The graph as a subgraph of a federation: the whole of it, or the parts that a server offers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from graphql import GraphQLField, GraphQLOutputType

from engine.declare import DECLARATION, Root, shows
from engine.graph import BoundField, Graph, GraphRefused
from engine.subgraph.entities import (
    ANY,
    ENTITIES,
    SERVICE,
    UNPRINTED,
    Entity,
    Representation,
    ServiceDefinition,
    union_of,
)
from engine.subgraph.entities import entities as entities_by
from engine.subgraph.entities import service as service_of
from engine.subgraph.narrowing import narrow
from engine.subgraph.parts import Offer, Parts
from engine.subgraph.printing import printed
from engine.subgraph.streams import events, hide
from resolvers import viewer as viewers
from schema.built import bound, graph
from schema.query import Query
from schema.viewer import Viewer

# Who asks, the token alone tells.
_VIEWER = Entity(Viewer, viewers.current, None)


@dataclass(frozen=True, slots=True)
class Extra:
    """A field that a subgraph has beside those of the graph.

    Attributes:
        type: the name of the object type that gets it, such as `Practitioner`.
        name: of the field; no other field of the type has it.
        declared: what `derived`, `guarded` or `public` of `engine.declare` give; it takes no arguments. The permission,
            if there is one, has a row in the policy; the field is nullable then.
        kind: its type, as graphql-core has it.
        directives: what follows it in the SDL, such as `@inaccessible`.
    """

    type: str
    name: str
    declared: Any
    kind: GraphQLOutputType
    directives: str = ""

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return f"{self.type}.{self.name}"


@dataclass(frozen=True, eq=False)
class Subgraph:
    """What a server of a federation offers.

    Attributes:
        names: of its parts.
        graph: what is executed: it has what is offered, `_service` and `_entities`, and nothing else.
        extra: fields that it has beside those of the whole graph.
        hidden: coordinates that streams stand as, which nobody can ask for.
    """

    names: tuple[str, ...]
    graph: Graph
    extra: tuple[Extra, ...] = ()
    hidden: frozenset[str] = frozenset()

    @cached_property
    def sdl(self) -> str:
        """The SDL that compositions and routers read, without `_service` and `_entities`."""
        whole, resolved = parts(), frozenset(parts().resolved(self.names))
        more = {one.coordinate: one.directives for one in self.extra}
        more |= dict.fromkeys(self.hidden, "@inaccessible")

        def marks(place: str) -> str:
            kind, _, field = place.partition(".")
            if field:
                known = whole.is_entity(kind) or kind in whole.roots
                return more.get(place, "@shareable" if known and place in whole.shared else "")
            if whole.is_entity(kind):
                return '@key(fields: "id")' if kind in resolved else '@key(fields: "id", resolvable: false)'
            return "" if kind in whole.roots else "@shareable"

        return printed(self.graph.core, marks, UNPRINTED)


@cache
def parts() -> Parts:
    """The parts of the graph, one for each store.

    Raises:
        PartsRefused: nothing tells in which store an act is done.
    """
    return Parts(graph())


def subgraph(names: Collection[str] | None = None, extra: Sequence[Extra] = (), *, streams: bool = False) -> Subgraph:
    """The subgraph of some parts, of all of them unless said; a graph of its own, made anew by each call (a second).

    Its `sdl` is that of the whole graph as one subgraph where all parts are in it: with `@key`, `@shareable`, and
    `extra` fields with their directives. Its `graph` is what answers in this process: an `Executor` over it executes
    queries and mutations like any other, with the same batches, rights, measures and errors, and besides

        query ($these: [_Any!]!) { _entities(representations: $these) { ... on Practitioner { fullName } } }

    where a representation is `{"__typename": "Practitioner", "id": "prac_42"}`. The answer has them in the order of the
    representations, null for one that means nothing, or what the viewer may not see; the row of each type is asked for
    by one statement. A representation counts as much in the cost as an id of `nodes`. That of `Viewer` is not looked
    at: it is whoever asks. Subscriptions are in no subgraph; with `streams` each stands in it as a field of `Query`
    that is @inaccessible and gives the event that its context tells. The graph of `schema.built` knows nothing of all
    this.

    Raises:
        ValueError: there is no such part.
        GraphRefused: an extra field has the name of another one, stands on no object type, needs a permission that has
            no row in the policy, or is guarded and not nullable.
        PartsRefused: nothing tells in which store an act is done.
    """
    known = parts()
    wanted = known.names if names is None else tuple(name for name in known.names if name in names)
    if strange := sorted(set(names or ()) - set(known.names)):
        raise ValueError(f"no such parts: {', '.join(strange)}")
    found = {name: _entity(name) for name in known.resolved(wanted)}
    offered: Subgraph
    made = bound(_root(found, lambda: offered.sdl), {Representation: ANY})
    told = events(made.core) if streams else {}
    offer = _with(extra, known.offer(wanted, told.values()))
    faults = [fault for one in extra if (fault := _add(made, one)) is not None]
    if faults:
        raise GraphRefused(faults)
    kept = hide(made, "Query") if streams else None
    narrow(made, {**offer, "Query": (*offer["Query"], *told, SERVICE, ENTITIES), "_Service": ("sdl",)})
    if kept is not None:
        # Nobody can ask for them; what they are read under, is asked by their coordinates.
        made.types[kept.name] = kept
    offered = Subgraph(wanted, made, tuple(extra), frozenset(f"Query.{name}" for name in told))
    return offered


def _root(found: Mapping[str, Entity], sdl: Any) -> type[Any]:
    """The root of reading with what routers ask."""
    kind: Any = union_of(found)

    @shows(Root, name="Query")
    class RoutedQuery(Query):
        """Everything that can be asked."""

        service_: ServiceDefinition = service_of(sdl)
        entities_: list[kind | None] = entities_by(found)

    return RoutedQuery


def _entity(name: str) -> Entity:
    if name == Viewer.__name__:
        return _VIEWER
    core: Any = graph().core.type_map[name]
    declared = graph().types[name].declaration
    assert declared.node is not None  # noqa: S101 - of an entity, as `Parts` says
    return Entity(core.extensions["strawberry-definition"].origin, declared.node, declared.prefix)


def _with(extra: Sequence[Extra], offer: Offer) -> Offer:
    more = dict(offer)
    for one in extra:
        more[one.type] = (*more.get(one.type, ()), one.name)
    return more


def _add(made: Graph, extra: Extra) -> str | None:
    """Put a field into a graph; what is wrong with it, if anything is."""
    owner, core = made.types.get(extra.type), made.core.type_map.get(extra.type)
    if owner is None or extra.name in owner.fields:
        return f"{extra.coordinate}: {'no such type' if owner is None else 'the graph has this field'}"
    declared = extra.declared.metadata[DECLARATION]
    if declared.permission is not None and declared.permission not in made.permissions:
        return f"{extra.coordinate}: unknown permission {declared.permission}"
    if declared.permission is not None and str(extra.kind).endswith("!"):
        return f"{extra.coordinate}: a guarded field must be nullable"
    field = GraphQLField(extra.kind, description=extra.declared.description)
    core.fields[extra.name] = field  # type: ignore[union-attr]
    owner.fields[extra.name] = BoundField(extra.name, extra.coordinate, declared, field, extra.declared, made)
    return None
