"""Streams where there are queries alone: each stands as a field of the root of reading that nobody can ask for.

Services are joined by queries. So what a subscription asks of its event is asked as a query of such a field: its row is
what the context tells, under the permission and the coordinate of the stream.
"""

from dataclasses import replace
from typing import Final

from graphql import GraphQLField, GraphQLSchema, get_named_type

from engine.graph import BoundType, Graph

PREFIX: Final = "_kabinet_told_"


def hidden(stream: str) -> str:
    """The name of the field that a stream stands as."""
    return PREFIX + stream


def events(core: GraphQLSchema) -> dict[str, str]:
    """By the names of those fields, the types of the events."""
    root = core.subscription_type
    fields = {} if root is None else root.fields
    return {hidden(name): get_named_type(field.type).name for name, field in fields.items()}


def hide(graph: Graph, root: str) -> BoundType | None:
    """Give the root of reading of a graph those fields; the streams, whose coordinates these go on to speak of."""
    core = graph.core.subscription_type
    if core is None:
        return None
    streams, owner = graph.types[core.name], graph.core.type_map[root]
    for name, field in streams.fields.items():
        shown = GraphQLField(field.core.type, field.core.args, description=field.core.description)
        owner.fields[hidden(name)] = shown  # type: ignore[attr-defined]
        graph.types[root].fields[hidden(name)] = replace(field, name=hidden(name), core=shown)
    return streams
