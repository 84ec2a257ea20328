"""Our schema with what other services add to it, as everybody sees it; what is ours stays as it is."""

from typing import Any

from graphql import (
    DocumentNode,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    extend_schema,
    parse,
)


def extended(own: GraphQLSchema, public: str) -> GraphQLSchema:
    """A schema with whatever of a public one it does not have: types, and fields of its objects."""
    added: list[Any] = []
    for node in parse(public, no_location=True).definitions:
        if not isinstance(node, TypeDefinitionNode):
            continue
        known = own.type_map.get(node.name.value)
        if known is None:
            added.append(node)
        elif isinstance(known, GraphQLObjectType) and isinstance(node, ObjectTypeDefinitionNode):
            faces = {one.name for one in known.interfaces}
            fields = tuple(one for one in node.fields or () if one.name.value not in known.fields)
            interfaces = tuple(one for one in node.interfaces or () if one.name.value not in faces)
            if fields or interfaces:
                more = ObjectTypeExtensionNode(name=node.name, interfaces=interfaces, directives=(), fields=fields)
                added.append(more)
    return extend_schema(own, DocumentNode(definitions=tuple(added)), assume_valid=True)
