"""Inputs of a document that do not fit the schema: graphql-core finds them, here it is said what is wrong and where."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    SKIP,
    ArgumentNode,
    GraphQLError,
    GraphQLInputType,
    Node,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    VisitorAction,
)
from graphql.utilities import validate_input_literal
from graphql.validation import ASTValidationRule

from engine.errors import Finding
from engine.request.findings import Found, in_value

# An argument of a field or of a directive, by its coordinate.
_REQUIRED = re.compile(r"Argument '@?[\w.]+\((\w+):\)' of type '[^']*' is required")


class Misfit(GraphQLError):
    """An input of a document that does not fit the schema.

    Attributes:
        found: what is wrong, and where.
        text: what the library says of it, where that can quote no value.
    """

    def __init__(self, found: Found, nodes: Any, text: str | None = None) -> None:
        super().__init__("An input does not fit the schema.", nodes)
        self.found = found
        self.text = text


class _Values(ValuesOfCorrectTypeRule):
    """Literals are of the types of their places."""

    _owner: Node | None = None

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        self._owner = node

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        self._owner = node

    def is_valid_value_node(self, node: ValueNode, input_type: GraphQLInputType | None) -> VisitorAction:
        wrong: list[GraphQLError] = []
        if input_type is not None:
            validate_input_literal(node, input_type, lambda error, _path: wrong.append(error), None, None, True)
        for found in self._found(node, input_type) if wrong else ():
            self.report_error(Misfit(found, node))
        return SKIP

    def _found(self, node: ValueNode, input_type: GraphQLInputType | None) -> list[Found]:
        owner: Any = self._owner
        variable = owner.variable.name.value if isinstance(owner, VariableDefinitionNode) else None
        name = owner.name.value if variable is None else variable
        found = list(in_value(input_type, node, (name,))) or [Found(Finding.NOT_OF_TYPE, (name,))]
        return [replace(one, variable=variable) for one in found]


INSTEAD: Mapping[type[ASTValidationRule], type[ASTValidationRule]] = {ValuesOfCorrectTypeRule: _Values}


def misfit(error: GraphQLError) -> Misfit | None:
    """The misfit that an error of validation is; none where it is about something else than an input."""
    if isinstance(error, Misfit):
        return error
    nodes: Any = error.nodes or ()
    if error.message.startswith("Unknown argument ") and isinstance(nodes[0], ArgumentNode):
        return Misfit(Found(Finding.UNKNOWN, (nodes[0].name.value,), hidden=True), nodes, error.message)
    required = _REQUIRED.match(error.message)
    if required is not None:
        return Misfit(Found(Finding.MISSING, (required[1],), hidden=True), nodes, error.message)
    return None
