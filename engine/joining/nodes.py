"""What is done with documents of GraphQL, wherever they come from."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

N = TypeVar("N", bound=Node)


def written(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> str:
    """The text of an operation with the fragments that it spreads, directly or not."""
    return "\n".join(map(print_ast, (operation, *spread_of(operation, fragments).values())))


def spread_of(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, FragmentDefinitionNode]:
    """The fragments that an operation spreads, directly or not."""
    left, spread = [operation.selection_set], dict[str, FragmentDefinitionNode]()
    while left:
        for node in left.pop().selections:
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in spread:
                    spread[name] = fragments[name]
                    left.append(fragments[name].selection_set)
            elif (below := getattr(node, "selection_set", None)) is not None:
                left.append(below)
    return spread


def key_of(field: FieldNode) -> str:
    """The key under which a field comes."""
    return field.alias.value if field.alias else field.name.value


def fields_of(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """The fields that are selected of one object, those of fragments among them, whatever flags and types say."""
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node
        else:
            yield from fields_of(inside_of(node, fragments)[1], fragments)


def inside_of(
    fragment: SelectionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str | None, SelectionSetNode]:
    """The type for which a fragment is, written in place or spread, if it names one, and what it holds."""
    whole: Any = fragments[fragment.name.value] if isinstance(fragment, FragmentSpreadNode) else fragment
    return whole.type_condition.name.value if whole.type_condition else None, whole.selection_set


def changed(node: N, **changes: Any) -> N:
    """A node with some parts exchanged."""
    return type(node)(**{key: getattr(node, key) for key in node.keys if key != "loc"} | changes)


def selected(fields: str) -> SelectionSetNode:
    """A set of fields, as keys are written, as a selection."""
    operation: Any = parse(f"{{ {fields} }}", no_location=True).definitions[0]
    found: SelectionSetNode = operation.selection_set
    return found


def directives_of(node: Any, name: str) -> Iterator[dict[str, Any]]:
    """What a directive of that name says of a node, for each time that it stands there."""
    for one in getattr(node, "directives", None) or ():
        if one.name.value == name:
            yield {given.name.value: value_from_ast_untyped(given.value) for given in one.arguments or ()}
