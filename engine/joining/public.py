"""What of a supergraph is public: nothing of how it was joined, and nothing that is @inaccessible."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    value_from_ast_untyped,
)

from engine.joining.nodes import changed

INACCESSIBLE: Final = "inaccessible"
# What callers are told besides of what something is.
TOLD: Final = frozenset({"deprecated", "specifiedBy", "oneOf"})
# The specifications that are not linked by an address of their own.
LINKING: Final = frozenset({"link", "core"})
# Where a directive of a document can stand.
ASKING: Final = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)

N = TypeVar("N", bound=Node)


def public(supergraph: DocumentNode) -> DocumentNode:
    """The public part of a supergraph, as a document of definitions."""
    linked = LINKING | set(_linked(supergraph))
    types = [one for one in supergraph.definitions if isinstance(one, TypeDefinitionNode)]
    hidden = {one.name.value for one in types if _is_hidden(one) or one.name.value.partition("__")[0] in linked}
    kept: list[Any] = []
    for one in supergraph.definitions:
        if isinstance(one, TypeDefinitionNode):
            if one.name.value not in hidden:
                kept.append(_type(one, hidden))
        elif isinstance(one, DirectiveDefinitionNode):
            locations = {location.value for location in one.locations}
            if locations <= ASKING and one.name.value.partition("__")[0] not in linked:
                kept.append(one)
        elif isinstance(one, SchemaDefinitionNode):
            kept.append(changed(one, directives=()))
    return DocumentNode(definitions=tuple(kept))


def _linked(supergraph: DocumentNode) -> Iterable[str]:
    """The names under which specifications are linked: what begins with one of them is of how the graph was joined."""
    for schema in supergraph.definitions:
        for directive in schema.directives or () if isinstance(schema, SchemaDefinitionNode) else ():
            given = {one.name.value: value_from_ast_untyped(one.value) for one in directive.arguments or ()}
            if directive.name.value == "link":
                yield given.get("as") or given["url"].rstrip("/").rsplit("/", 2)[-2]


def _type(one: TypeDefinitionNode, hidden: set[str]) -> TypeDefinitionNode:
    changes: dict[str, Any] = {"directives": _told(one)}
    if isinstance(one, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        changes["interfaces"] = tuple([face for face in one.interfaces or () if face.name.value not in hidden])
        fields = [changed(field, arguments=_left(field.arguments)) for field in _left(one.fields)]
        changes["fields"] = tuple(fields)
    elif isinstance(one, InputObjectTypeDefinitionNode):
        changes["fields"] = _left(one.fields)
    elif isinstance(one, EnumTypeDefinitionNode):
        changes["values"] = _left(one.values)
    elif isinstance(one, UnionTypeDefinitionNode):
        changes["types"] = tuple([member for member in one.types or () if member.name.value not in hidden])
    return changed(one, **changes)


def _left(nodes: Iterable[N] | None) -> tuple[N, ...]:
    return tuple([changed(one, directives=_told(one)) for one in nodes or () if not _is_hidden(one)])


def _is_hidden(node: Any) -> bool:
    return any(one.name.value == INACCESSIBLE for one in node.directives or ())


def _told(node: Any) -> tuple[DirectiveNode, ...]:
    return tuple([one for one in node.directives or () if one.name.value in TOLD])
