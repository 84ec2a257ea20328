"""Operations as syntax trees, and new trees made from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    parse,
    print_ast,
)


@dataclass(frozen=True)
class Asked:
    """An operation with the values of its variables, as a client would send it."""

    document: DocumentNode
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None

    @property
    def text(self) -> str:
        """The document as text."""
        return print_ast(self.document)

    @property
    def main(self) -> OperationDefinitionNode:
        """The operation that is meant."""
        for definition in self.document.definitions:
            if isinstance(definition, OperationDefinitionNode) and (
                self.operation is None or (definition.name and definition.name.value == self.operation)
            ):
                return definition
        raise LookupError("the document has no such operation")


def asked(text: str, **variables: Any) -> Asked:
    """An operation from its text."""
    return Asked(parse(text, no_location=True), variables)


def changed(node: Any, **values: Any) -> Any:
    """A copy of a node with some of its parts changed."""
    parts = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**parts, **values})


Selections = tuple[Any, ...]
Change = Callable[[Any, Selections], Selections]


def rebuilt(schema: GraphQLSchema, document: DocumentNode, change: Change) -> DocumentNode:
    """The document with every selection set changed, from the inside out; `change` is told the type that it is on."""

    def selections_of(parent: Any, node: SelectionSetNode) -> SelectionSetNode:
        return SelectionSetNode(selections=change(parent, tuple(one(parent, s) for s in node.selections)))

    def one(parent: Any, selection: Any) -> Any:
        if isinstance(selection, FragmentSpreadNode) or selection.selection_set is None:
            return selection
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            target = schema.get_type(condition.name.value) if condition else parent
        else:
            target = get_named_type(parent.fields[selection.name.value].type)
        return changed(selection, selection_set=selections_of(target, selection.selection_set))

    def definition(node: Any) -> Any:
        if isinstance(node, FragmentDefinitionNode):
            parent = schema.get_type(node.type_condition.name.value)
        else:
            parent = schema.get_root_type(node.operation)
        return changed(node, selection_set=selections_of(parent, node.selection_set))

    return DocumentNode(definitions=tuple(definition(node) for node in document.definitions))


def inline(type_name: str | None, selections: Selections) -> InlineFragmentNode:
    """An inline fragment; without a type it is on the type around it."""
    condition = NamedTypeNode(name=NameNode(value=type_name)) if type_name else None
    body = SelectionSetNode(selections=tuple(selections))
    return InlineFragmentNode(type_condition=condition, directives=(), selection_set=body)


def has_variable(value: Any) -> bool:
    """Whether a value has a variable somewhere in it."""
    if isinstance(value, VariableNode):
        return True
    parts = [f.value for f in getattr(value, "fields", ())] + list(getattr(value, "values", ()))
    return any(has_variable(part) for part in parts)


def response_name(node: Any) -> str:
    """The name under which a field is answered."""
    name: str = (node.alias or node.name).value
    return name
