"""Nulls where none may stand: literals become variables that have the value by default, and are given null."""

from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    NameNode,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    TypeInfo,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    parse_type,
    validate,
)
from graphql.language import Visitor, visit
from graphql.utilities import TypeInfoVisitor

from tests.authorization.syntax import Asked, changed

SHARE = 0.15


class _Nulling(Visitor):
    """Puts variables in the place of some literals: of arguments, fields, items and conditions."""

    def __init__(self, types: TypeInfo, random: Random) -> None:
        super().__init__()
        self._types = types
        self._random = random
        self.made: list[VariableDefinitionNode] = []

    def enter(self, node: Any, _key: Any, parent: Any, *_: Any) -> Any:
        if isinstance(parent, VariableDefinitionNode) or not isinstance(node, ValueNode):
            return None
        kind = self._types.get_input_type()
        if kind is None or isinstance(node, VariableNode | NullValueNode) or self._random.random() >= SHARE:
            return None
        written: Any = parse_type(str(kind), no_location=True)
        name = NameNode(value=f"n{self._random.getrandbits(40):010x}")
        self.made.append(
            VariableDefinitionNode(
                variable=VariableNode(name=name),
                type=written.type if isinstance(written, NonNullTypeNode) else written,
                default_value=node,  # type: ignore[arg-type]  # without variables in it, or it is not valid
                directives=(),
            )
        )
        return VariableNode(name=name)


def nulled(schema: GraphQLSchema, source: Asked, seed: int) -> Asked:
    """An operation of one definition with such variables; the same where the schema lets it have none of them."""
    types, random = TypeInfo(schema), Random(seed)
    nulling = _Nulling(types, random)
    document = visit(source.document, TypeInfoVisitor(types, nulling))
    definitions = [
        changed(node, variable_definitions=(*(node.variable_definitions or ()), *nulling.made))
        if isinstance(node, OperationDefinitionNode)
        else node
        for node in document.definitions
    ]
    made = DocumentNode(definitions=tuple(definitions))
    if not nulling.made or validate(schema, made):
        return source
    given = {one.variable.name.value: None for one in nulling.made if random.random() < 0.7}
    return Asked(made, {**source.variables, **given}, source.operation)
