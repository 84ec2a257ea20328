"""Inputs that need a right of their own: who may not read a field may not search or order by it either."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from graphql import (
    EnumValueNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
)

from engine.graph import BoundField, Graph


def guards_in(field: BoundField, values: dict[str, Any]) -> dict[str, str]:
    """Coordinates of the guarded inputs that the coerced arguments of a field name, with their permissions."""
    found: dict[str, str] = {}
    for name, value in values.items():
        for coordinate in _named(field.core.args[name].type, value):
            if coordinate in field.graph.input_guards:
                found[coordinate] = field.graph.input_guards[coordinate]
    return found


def may_name_guarded(field: BoundField, node: FieldNode) -> bool:
    """Whether the arguments of a field can name a guarded input at all, whatever the values of variables."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    return field.guarded_inputs and _may_name(field.graph, "", field.core.args, given)


def _may_name(graph: Graph, owner: str, members: Mapping[str, Any], given: Mapping[str, ValueNode]) -> bool:
    for name, member in members.items():
        value = given.get(name)
        if value is not None:
            if f"{owner}.{name}" in graph.input_guards or _value_may_name(graph, member.type, value):
                return True
        # What is left out has its default, if there is one; defaults are few, and none has to be told from another.
        elif member.default_value is not Undefined and graph.reaches_guard(get_named_type(member.type).name, set()):
            return True
    return False


def _value_may_name(graph: Graph, kind: Any, value: ValueNode) -> bool:
    named: Any = get_named_type(kind)
    if isinstance(value, VariableNode):
        return graph.reaches_guard(named.name, set())
    if isinstance(value, ListValueNode):
        return any(_value_may_name(graph, named, item) for item in value.values)
    if isinstance(value, ObjectValueNode):
        given = {inside.name.value: inside.value for inside in value.fields}
        return _may_name(graph, named.name, named.fields, given)
    return isinstance(value, EnumValueNode) and f"{named.name}.{value.value}" in graph.input_guards


def _named(kind: Any, value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(kind, GraphQLNonNull):
        yield from _named(kind.of_type, value)
    elif isinstance(kind, GraphQLList):
        for item in value if isinstance(value, list | tuple) else [value]:
            yield from _named(kind.of_type, item)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, item in value.items():
            if item is not None:
                yield f"{kind.name}.{name}"
                yield from _named(kind.fields[name].type, item)
    elif isinstance(kind, GraphQLEnumType):
        yield f"{kind.name}.{value.name if isinstance(value, Enum) else value}"
