"""A graph made narrower: what is not offered is not there, for validation, introspection and execution alike."""

from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, GraphQLUnionType, is_introspection_type

from engine.graph import BoundType, Graph
from engine.subgraph.parts import Offer


def narrow(graph: Graph, offer: Offer) -> None:
    """Take everything out of a graph that is not offered; the graph must not be shared, and is of no other use after.

    Every interface that a type implements has to be offered in full by it, or it no longer implements it.
    """
    kept: list[GraphQLObjectType] = []
    for kind in graph.core.type_map.values():
        if isinstance(kind, GraphQLUnionType):
            kind.types = tuple(one for one in kind.types if one.name in offer)
        if not isinstance(kind, GraphQLObjectType) or is_introspection_type(kind):
            continue
        names = offer.get(kind.name, ())
        kind.interfaces = tuple(one for one in kind.interfaces if set(one.fields) <= set(names))
        kind.fields = {name: field for name, field in kind.fields.items() if name in names}
        if names:
            kept.append(kind)
    core = graph.core
    roots: dict[str, Any] = {
        place: root if root is not None and root.name in offer else None
        for place, root in (("query", core.query_type), ("mutation", core.mutation_type))
    }
    graph.core = GraphQLSchema(
        **roots, types=kept, directives=core.directives, description=core.description, extensions=core.extensions
    )
    graph.types = {
        name: BoundType(name, bound.declaration, {one: bound.fields[one] for one in offer[name]})
        for name, bound in graph.types.items()
        if name in offer
    }
    graph.by_record = {bound.declaration.record: bound for bound in graph.types.values()}
    graph.members = {
        kind.name: frozenset(one.name for one in graph.core.get_possible_types(kind))
        for kind in graph.core.type_map.values()
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)
    }
