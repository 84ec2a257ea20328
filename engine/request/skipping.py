"""What @skip and @include leave of an operation, as far as that can be told without its types."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import BooleanValueNode, FieldNode, FragmentSpreadNode, SelectionNode, SelectionSetNode, VariableNode

from engine.request.operation import Operation


def is_left(node: SelectionNode, values: Mapping[str, Any]) -> bool:
    """Whether a selection stays in under the values of the variables; one whose flag is null does, to be told of."""
    for directive in node.directives or ():
        name = directive.name.value
        for argument in directive.arguments or ():
            if name in {"skip", "include"} and _flag(argument.value, values) is (name == "skip"):
                return False
    return True


def fields_left(operation: Operation, values: Mapping[str, Any]) -> Iterator[FieldNode]:
    """The fields that stay in, those of fragments among them."""
    left: list[SelectionSetNode] = [operation.node.selection_set]
    spread = set()
    while left:
        for node in left.pop().selections:
            if not is_left(node, values):
                continue
            below: SelectionSetNode | None = getattr(node, "selection_set", None)
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                below = operation.fragments[node.name.value].selection_set
            if below is not None:
                left.append(below)


def _flag(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, VariableNode):
        return values.get(value.name.value)
    return value.value if isinstance(value, BooleanValueNode) else None
